//! Writes a shard.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use tagline_files::atomic::{self, Pending};
use tagline_files::hash::{Sha256, sha256};

use super::clips::encode;
use super::input::InputEntry;
use super::manifest::{ShardEntry, SplitCounts};
use super::mapped::FileEntry;
use super::plan::Plan;
use super::{ClipInfo, DataError, metadata};

/// A line of the report: a clip that was left out, or a remark about one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Remark {
    /// Whether the clip was left out. Otherwise it is in the data set.
    pub skipped: bool,
    /// Id of the clip.
    pub id: String,
    /// The audio file, relative to the data set's source.
    pub path: String,
    /// Why.
    pub reason: String,
}

/// An audio file that clips were made from. With the list of these files, a data set can be made
/// again and its authors can be named.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SourceFile {
    /// Name of the source: an album, an author, a package.
    pub source: String,
    /// The file, relative to the source.
    pub path: String,
    /// SHA-256 of its content, in hexadecimal.
    pub sha256: String,
    /// Number of windows from it, without altered copies.
    pub windows: usize,
}

/// Ending of the names of shards' records.
const RECORD: &str = ".shard.json";

/// The number of the shard whose record has this name.
pub(super) fn shard_of(name: &str) -> Option<usize> {
    name.strip_suffix(RECORD)?.parse().ok()
}

/// The record of a finished shard. It lies beside the shard's files until the whole data set is
/// finished.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ShardRecord {
    /// `None` if every clip was left out.
    pub entry: Option<ShardEntry>,
    pub remarks: Vec<Remark>,
    #[serde(default)]
    pub files: Vec<SourceFile>,
}

impl ShardRecord {
    fn path(folder: &Path, shard: usize) -> PathBuf {
        folder.join(format!("{shard:05}{RECORD}"))
    }

    /// Reads the record of a shard that was finished before; `None` if there is none, or if the
    /// shard's files do not match it.
    pub fn read(folder: &Path, shard: usize) -> Option<Self> {
        let bytes = std::fs::read(Self::path(folder, shard)).ok()?;
        let record: Self = serde_json::from_slice(&bytes).ok()?;
        let whole = record
            .entry
            .as_ref()
            .is_none_or(|entry| entry.files().all(|file| file.check_hash(folder).is_ok()));
        whole.then_some(record)
    }
}

/// The windows of one input on their way to the disk.
struct WindowFile {
    input: InputEntry,
    name: String,
    pending: Pending,
    hash: Sha256,
    bytes: u64,
}

/// Writes the clips of one shard. Its files get their names when all of it is written.
pub(super) struct ShardWriter {
    folder: PathBuf,
    plan: Arc<Plan>,
    number: usize,
    files: Vec<WindowFile>,
    clips: Vec<ClipInfo>,
    remarks: Vec<Remark>,
    sources: Vec<SourceFile>,
    buffer: Vec<u8>,
}

impl ShardWriter {
    pub fn new(folder: &Path, plan: &Arc<Plan>, number: usize) -> Result<Self, DataError> {
        let files = plan.inputs.iter().map(|input| {
            let name = format!("{number:05}.{}.f16", input.input);
            let path = folder.join(&name);
            Ok(WindowFile {
                input: input.clone(),
                name,
                pending: Pending::new(&path).map_err(DataError::io(&path))?,
                hash: Sha256::new(),
                bytes: 0,
            })
        });
        Ok(Self {
            files: files.collect::<Result<_, DataError>>()?,
            folder: folder.to_owned(),
            plan: Arc::clone(plan),
            number,
            clips: Vec::new(),
            remarks: Vec::new(),
            sources: Vec::new(),
            buffer: Vec::new(),
        })
    }

    /// Appends a clip with its windows, one for each input of the plan.
    pub fn push(&mut self, info: &ClipInfo, windows: &[Vec<f32>]) -> Result<(), DataError> {
        self.check(info, windows)
            .map_err(|reason| DataError::Clip {
                id: info.id.clone(),
                reason,
            })?;
        for (file, window) in self.files.iter_mut().zip(windows) {
            self.buffer.clear();
            encode(window, &mut self.buffer);
            if let Some(at) = not_finite(&self.buffer) {
                return Err(DataError::Clip {
                    id: info.id.clone(),
                    reason: format!(
                        "value {at} of its {} window does not fit into f16: {}",
                        file.input.input, window[at]
                    ),
                });
            }
            file.hash.update(&self.buffer);
            file.bytes += self.buffer.len() as u64;
            let written = file.pending.write_all(&self.buffer);
            written.map_err(DataError::io(self.folder.join(&file.name)))?;
        }
        self.clips.push(info.clone());
        Ok(())
    }

    /// Adds a remark about a clip.
    pub fn remark(&mut self, remark: &Remark) {
        self.remarks.push(remark.clone());
    }

    /// Adds an audio file that was heard.
    pub fn source(&mut self, file: &SourceFile) {
        self.sources.push(file.clone());
    }

    fn check(&self, info: &ClipInfo, windows: &[Vec<f32>]) -> Result<(), String> {
        let tags = self.plan.tags.len();
        if info.labels.len() != tags {
            return Err(format!("{} labels for {tags} tags", info.labels.len()));
        }
        let possible = |label: &&f32| label.is_nan() || (0.0..=1.0).contains(*label);
        if let Some(label) = info.labels.iter().find(|label| !possible(label)) {
            return Err(format!("a label of {label}, which is not from 0 to 1"));
        }
        if windows.len() != self.files.len() {
            let inputs = self.files.len();
            return Err(format!("{} windows for {inputs} inputs", windows.len()));
        }
        for (file, window) in self.files.iter().zip(windows) {
            let InputEntry { input, frames, .. } = &file.input;
            let values = file.input.values();
            if window.len() != values {
                let found = window.len();
                return Err(format!(
                    "{found} values of {input}, where {values} are needed"
                ));
            }
            if !(1..=*frames).contains(&info.heard_frames) {
                let heard = info.heard_frames;
                return Err(format!("{heard} frames heard, of a window of {frames}"));
            }
        }
        Ok(())
    }

    /// Puts the shard's files in place, and its record last.
    pub fn finish(self) -> Result<(usize, ShardRecord), DataError> {
        let (folder, number) = (self.folder.as_path(), self.number);
        let entry = if self.clips.is_empty() {
            None
        } else {
            let mut windows = BTreeMap::new();
            for file in self.files {
                let finished = file.pending.finish();
                finished.map_err(DataError::io(folder.join(&file.name)))?;
                let entry = FileEntry {
                    file: file.name,
                    bytes: file.bytes,
                    sha256: file.hash.hex(),
                };
                windows.insert(file.input.input, entry);
            }
            let mut counts = SplitCounts::default();
            self.clips.iter().for_each(|clip| counts.count(clip.split));
            Some(ShardEntry {
                clips: counts,
                metadata: write_metadata(folder, number, &self.clips, &self.plan)?,
                windows,
            })
        };
        let record = ShardRecord {
            entry,
            remarks: self.remarks,
            files: self.sources,
        };
        let path = ShardRecord::path(folder, number);
        let json = serde_json::to_vec(&record).map_err(std::io::Error::from);
        json.and_then(|json| atomic::write(&path, &json))
            .map_err(DataError::io(&path))?;
        Ok((number, record))
    }
}

fn write_metadata(
    folder: &Path,
    number: usize,
    clips: &[ClipInfo],
    plan: &Plan,
) -> Result<FileEntry, DataError> {
    let file = format!("{number:05}.arrow");
    let path = folder.join(&file);
    let bytes = metadata::encode(clips, &plan.tags).map_err(|error| DataError::Metadata {
        path: path.clone(),
        reason: error.to_string(),
    })?;
    atomic::write(&path, &bytes).map_err(DataError::io(&path))?;
    Ok(FileEntry {
        file,
        bytes: bytes.len() as u64,
        sha256: sha256(&bytes),
    })
}

/// Index of the first little-endian f16 that is infinite or NaN.
fn not_finite(halves: &[u8]) -> Option<usize> {
    const EXPONENT: u16 = 0x7c00;
    let (halves, _) = halves.as_chunks::<2>();
    halves
        .iter()
        .position(|half| u16::from_le_bytes(*half) & EXPONENT == EXPONENT)
}
