//! An opened data set.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tagline_engine::FrontEndSpec;

use super::clips::{Clips, Shard};
use super::manifest::{Manifest, ShardEntry, SplitCounts};
use super::metadata::Metadata;
use super::{DataError, Input, Split};
use crate::work::{Count, Event, Progress, Unit};

/// A folder of prepared shards, opened for one input.
///
/// Opening reads the manifest, compares the length of every file with it, and checks the hash of
/// the metadata. The windows are mapped and not read: the hash of a shard's windows is checked
/// once, when the first of them is read, so nothing damaged reaches a network. [`Self::verify`]
/// checks all of them.
#[derive(Debug)]
pub struct Dataset {
    folder: PathBuf,
    manifest: Manifest,
    input: Input,
    sha256: String,
    shards: Arc<[Shard]>,
}

impl Dataset {
    /// Opens the data set in `folder` for `input`.
    ///
    /// # Errors
    /// [`DataError`] names the file that is missing, truncated, grown or damaged.
    pub fn open(folder: &Path, input: Input) -> Result<Self, DataError> {
        let manifest = Manifest::read(folder)?;
        let entry = manifest.input(folder, input)?.clone();
        let shards = manifest.shards.iter();
        let shards = shards
            .map(|shard| open_shard(folder, shard, input, &manifest.plan.tags))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            folder: folder.to_owned(),
            sha256: manifest.identity(&entry),
            input,
            manifest,
            shards,
        })
    }

    /// Name of the data set, such as `magnatagatune`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.manifest.plan.name
    }

    /// Tag names, in the order of the labels.
    #[must_use]
    pub fn tags(&self) -> &[String] {
        &self.manifest.plan.tags
    }

    /// The front-end that made the windows, with its fixed affine map.
    #[must_use]
    pub fn front_end(&self) -> &FrontEndSpec {
        let inputs = &self.manifest.plan.inputs;
        // The data set was opened with an input that the manifest lists.
        let entry = inputs.iter().find(|entry| entry.input == self.input);
        &entry.unwrap_or(&inputs[0]).front_end
    }

    /// SHA-256 of the tags, labels, windows and front-end: everything in the data that a trained
    /// network depends on.
    #[must_use]
    pub fn sha256(&self) -> &str {
        &self.sha256
    }

    /// Clips of each split.
    #[must_use]
    pub fn counts(&self) -> SplitCounts {
        self.manifest.clips
    }

    /// Clips that were left out when the data set was prepared.
    #[must_use]
    pub fn skipped(&self) -> usize {
        self.manifest.skipped
    }

    /// The options it was prepared with.
    pub fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        let options = self.manifest.plan.options.iter();
        options.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The inputs that the data set in `folder` was prepared with, which are at least one.
    ///
    /// # Errors
    /// [`DataError`] if there is no data set.
    pub fn inputs_in(folder: &Path) -> Result<Vec<Input>, DataError> {
        Ok(Manifest::read(folder)?.plan.inputs().collect())
    }

    /// The clips of a split.
    ///
    /// # Errors
    /// [`DataError::EmptySplit`] if it has none.
    pub fn split(&self, split: Split) -> Result<Clips, DataError> {
        let spec = self.front_end();
        let bands = spec.input_bands();
        let folder = || self.folder.clone();
        Clips::new(&self.shards, split, bands, spec.frames, folder)
    }

    /// Opens `folder` for every input it has and reads every byte, comparing hashes.
    ///
    /// # Errors
    /// [`DataError`] names the first file that is missing or damaged; [`DataError::Interrupted`] if
    /// `progress` ends it.
    pub fn verify(folder: &Path, progress: &dyn Progress) -> Result<(), DataError> {
        let manifest = Manifest::read(folder)?;
        let files = manifest.shards.iter().flat_map(ShardEntry::files);
        let tables = [Some(&manifest.report), manifest.files.as_ref()];
        let files: Vec<_> = files.chain(tables.into_iter().flatten()).collect();
        let mut count = Count::new("verified", Unit::Bytes, 0, 0);
        count.of = files.iter().map(|file| file.bytes).sum();
        for file in files {
            file.check_hash(folder)?;
            count.done += file.bytes;
            progress.event(&Event::Counted(count));
            if progress.interrupted() {
                return Err(DataError::Interrupted);
            }
        }
        for input in manifest.plan.inputs() {
            Self::open(folder, input)?;
        }
        Ok(())
    }
}

fn open_shard(
    folder: &Path,
    entry: &ShardEntry,
    input: Input,
    tags: &[String],
) -> Result<Shard, DataError> {
    let wrong = |reason: String| DataError::Metadata {
        path: folder.join(&entry.metadata.file),
        reason,
    };
    let metadata = Metadata::read(entry.metadata.map_checked(folder)?, tags).map_err(wrong)?;
    let mut counts = SplitCounts::default();
    for row in 0..metadata.clips() {
        let split = metadata.split(row);
        counts.count(split.ok_or_else(|| wrong(format!("row {row} is in no split")))?);
    }
    if counts != entry.clips {
        return Err(wrong("its clips are not those of the manifest".to_owned()));
    }
    let windows = entry.windows.get(&input);
    let windows = windows.ok_or_else(|| wrong(format!("no {input} beside it")))?;
    Ok(Shard {
        metadata,
        windows: windows.map_lazily(folder)?,
    })
}
