//! `manifest.json`: the parts of a prepared data set.

use std::collections::BTreeMap;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tagline_files::hash::sha256;

use super::input::InputEntry;
use super::mapped::FileEntry;
use super::plan::Plan;
use super::{DataError, Input, Split};

/// Name of the manifest in a data set's folder.
pub(crate) const MANIFEST: &str = "manifest.json";

/// Version of the format. A reader only understands its own.
pub(crate) const FORMAT_VERSION: u32 = 2;

/// Clips of each split.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SplitCounts {
    /// Clips that train.
    pub train: usize,
    /// Clips that validate, and so decide when to stop.
    pub valid: usize,
    /// Clips that test, at the end.
    pub test: usize,
}

impl SplitCounts {
    /// Number of clips of a split.
    #[must_use]
    pub fn of(&self, split: Split) -> usize {
        match split {
            Split::Train => self.train,
            Split::Valid => self.valid,
            Split::Test => self.test,
        }
    }

    /// Number of all clips.
    #[must_use]
    pub fn total(&self) -> usize {
        self.train + self.valid + self.test
    }

    pub(crate) fn count(&mut self, split: Split) {
        match split {
            Split::Train => self.train += 1,
            Split::Valid => self.valid += 1,
            Split::Test => self.test += 1,
        }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.train += other.train;
        self.valid += other.valid;
        self.test += other.test;
    }
}

/// A shard's files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ShardEntry {
    /// Clips in it.
    pub clips: SplitCounts,
    /// The Arrow file.
    pub metadata: FileEntry,
    /// The files of windows.
    pub windows: BTreeMap<Input, FileEntry>,
}

impl ShardEntry {
    /// Its files.
    pub fn files(&self) -> impl Iterator<Item = &FileEntry> {
        std::iter::once(&self.metadata).chain(self.windows.values())
    }
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Manifest {
    /// Always `tagline-data`.
    pub format: String,
    pub format_version: u32,
    /// What was prepared, and how.
    #[serde(flatten)]
    pub plan: Plan,
    /// Clips of each split.
    pub clips: SplitCounts,
    /// Number of clips that were left out. `report.csv` says why.
    pub skipped: usize,
    pub report: FileEntry,
    /// The list of the audio files, where there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub files: Option<FileEntry>,
    pub shards: Vec<ShardEntry>,
}

/// The value of `format`, which tells a manifest from other JSON.
#[derive(Deserialize)]
struct Header {
    format: String,
    format_version: u32,
}

pub(crate) const FORMAT: &str = "tagline-data";

impl Manifest {
    /// Reads and checks the manifest of `folder`.
    pub fn read(folder: &Path) -> Result<Self, DataError> {
        let path = folder.join(MANIFEST);
        let bytes = match std::fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(DataError::NotPrepared {
                    path: folder.to_owned(),
                    unfinished: folder.join(super::plan::PLAN).exists(),
                });
            }
            Err(error) => return Err(DataError::io(&path)(error)),
        };
        let wrong = |reason: String| DataError::Manifest {
            path: path.clone(),
            reason,
        };
        let header: Header =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        if header.format != FORMAT {
            return Err(wrong(format!("its format is `{}`", header.format)));
        }
        if header.format_version != FORMAT_VERSION {
            return Err(DataError::FormatVersion {
                path,
                found: header.format_version,
            });
        }
        let manifest: Self =
            serde_json::from_slice(&bytes).map_err(|error| wrong(error.to_string()))?;
        manifest.check().map_err(wrong)?;
        Ok(manifest)
    }

    /// Checks everything that a reader relies on.
    fn check(&self) -> Result<(), String> {
        self.plan.check().map_err(|error| error.to_string())?;
        let mut clips = SplitCounts::default();
        for shard in &self.shards {
            clips.add(shard.clips);
            for file in shard.files() {
                // It must be a name and not a path that leads out of the folder.
                if Path::new(&file.file).file_name() != Some(file.file.as_ref()) {
                    return Err(format!("`{}` is not the name of a file", file.file));
                }
            }
            for entry in &self.plan.inputs {
                let input = entry.input;
                let Some(file) = shard.windows.get(&input) else {
                    return Err(format!("no {input} beside {}", shard.metadata.file));
                };
                let bytes = shard.clips.total() as u64 * entry.values() as u64 * 2;
                if file.bytes != bytes {
                    return Err(format!(
                        "{} has {} bytes, where its clips take {bytes}",
                        file.file, file.bytes
                    ));
                }
            }
        }
        if clips != self.clips {
            return Err("the counts of its shards do not add up".to_owned());
        }
        Ok(())
    }

    /// The entry of an input.
    pub fn input(&self, folder: &Path, input: Input) -> Result<&InputEntry, DataError> {
        let inputs = &self.plan.inputs;
        inputs
            .iter()
            .find(|entry| entry.input == input)
            .ok_or_else(|| DataError::InputMissing {
                path: folder.to_owned(),
                input: input.name(),
                has: inputs
                    .iter()
                    .map(|entry| entry.input.name())
                    .collect::<Vec<_>>()
                    .join(", "),
            })
    }

    /// SHA-256 of everything that a network sees through one input: its front-end, the tags, the
    /// labels, the windows. Other inputs of the same data set make no difference.
    pub fn identity(&self, entry: &InputEntry) -> String {
        let hashes: Vec<[&str; 2]> = self
            .shards
            .iter()
            .filter_map(|shard| {
                let windows = shard.windows.get(&entry.input)?;
                Some([shard.metadata.sha256.as_str(), windows.sha256.as_str()])
            })
            .collect();
        let parts = serde_json::json!([
            FORMAT_VERSION,
            self.plan.name,
            self.plan.tags,
            entry,
            hashes
        ]);
        sha256(parts.to_string().as_bytes())
    }
}
