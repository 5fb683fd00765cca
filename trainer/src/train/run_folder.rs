//! The folder of a run. It holds everything that is needed to repeat the run, and its results.
//!
//! | file | holds |
//! |---|---|
//! | `run.json` | network, recipe, data, version and machine |
//! | `last.safetensors` | where the training stands |
//! | `best.safetensors` | the network of the best epoch |
//! | `epochs.csv`, `curves.svg`, `loss.svg` | loss and AUC of every epoch |
//! | `tags.csv`, `tags.svg` | AUC of every tag in the best epoch |
//! | `.lock` | nothing: who trains has it locked, and removes it |

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tagline_engine::FrontEndSpec;
use tagline_files::Lock;
use tagline_files::atomic;

use super::checkpoint::NetworkId;
use super::machine::Machine;
use super::{Computer, Recipe, TrainError, TrainOptions};

/// Version of the folder's format.
const FORMAT: u32 = 1;

/// The description of a run: its network, recipe and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDescription {
    /// Version of the folder's format.
    format: u32,
    /// Version of the trainer that began it.
    trainer: String,
    /// Name of the network.
    pub architecture: String,
    /// The options that decide the result.
    pub recipe: Recipe,
    /// The machine that it was begun on; `None` in runs of early versions.
    #[serde(default)]
    pub machine: Option<Machine>,
    /// SHA-256 of the checkpoint that it began with; `None` if it began with random numbers.
    #[serde(default)]
    pub start_sha256: Option<String>,
    /// The data.
    pub data: DataDescription,
}

/// The data of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataDescription {
    /// Name of the data set.
    pub name: String,
    /// Identity of the prepared data.
    pub sha256: String,
    /// Clips that are trained on.
    pub train_clips: usize,
    /// Clips that decide which epoch is best.
    pub valid_clips: usize,
    /// Rows of the network's input.
    pub bands: usize,
    /// The front-end.
    pub front_end: FrontEndSpec,
    /// Tags in output order.
    pub tags: Vec<String>,
    /// Where the prepared data lay when the run began.
    #[serde(default)]
    pub path: PathBuf,
    /// The options that they were prepared with.
    #[serde(default)]
    pub options: BTreeMap<String, String>,
}

impl RunDescription {
    /// The run that `options` describe, on `computer` and `data`, beginning with random numbers.
    pub(super) fn new(options: &TrainOptions, computer: &Computer, data: DataDescription) -> Self {
        Self {
            format: FORMAT,
            trainer: env!("CARGO_PKG_VERSION").to_owned(),
            architecture: options.architecture.name.to_owned(),
            recipe: options.recipe.clone(),
            machine: Some(Machine::this(&computer.name)),
            start_sha256: None,
            data,
        }
    }

    /// Which network it trains.
    pub(super) fn network(&self) -> NetworkId {
        NetworkId {
            architecture: self.architecture.clone(),
            width: self.recipe.width,
            bands: self.data.bands,
            tags: self.data.tags.len(),
        }
    }

    /// The description in the folder `run`, if it holds one.
    ///
    /// # Errors
    /// [`TrainError::Run`] if it cannot be read.
    pub fn read(run: &Path) -> Result<Option<Self>, TrainError> {
        let path = run.join("run.json");
        let failed = |reason: String| TrainError::Run {
            path: path.display().to_string(),
            reason,
        };
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(failed(error.to_string())),
        };
        let found: Self = serde_json::from_str(&text).map_err(|error| failed(error.to_string()))?;
        if found.format == FORMAT {
            Ok(Some(found))
        } else {
            Err(failed(format!("format {} is not known", found.format)))
        }
    }

    /// The differences from `other` that change the result: names, and the values here and there.
    fn differences(&self, other: &Self) -> Vec<String> {
        let flat = |run: &Self| {
            let mut all = vec![
                ("arch".to_owned(), run.architecture.clone()),
                (
                    "data".to_owned(),
                    format!("{} {}", run.data.name, run.data.sha256),
                ),
            ];
            if let Ok(serde_json::Value::Object(recipe)) = serde_json::to_value(&run.recipe) {
                all.extend(
                    recipe
                        .into_iter()
                        .map(|(name, value)| (name, value.to_string())),
                );
            }
            all
        };
        let mut pairs: Vec<_> = flat(self).into_iter().zip(flat(other)).collect();
        // The weights that a run began with may be gone when it goes on.
        if let (Some(here), Some(there)) = (&self.start_sha256, &other.start_sha256) {
            let named = |sum: &String| ("start weights".to_owned(), sum.clone());
            pairs.push((named(here), named(there)));
        }
        pairs
            .into_iter()
            .filter(|(here, there)| here != there)
            .map(|((name, here), (_, there))| format!("{name} {here}, not {there}"))
            .collect()
    }

    /// The remark for a run that goes on as `now`, on another machine.
    fn remark(&self, now: &Self) -> Option<String> {
        let (begun_on, now_on) = (self.machine.as_ref()?, now.machine.as_ref()?);
        let how = match begun_on.device == now_on.device {
            true => "in their last bits",
            false => "as by another seed, since devices draw dropout otherwise,",
        };
        let begun = format!("trainer {} on {begun_on}", self.trainer);
        let now = format!("trainer {} on {now_on}", now.trainer);
        (begun != now).then(|| {
            format!(
                "this run was begun by {begun} and goes on with {now}: its weights may differ {how} \
                 from those of a run on one of them alone"
            )
        })
    }
}

/// The folder.
pub(super) struct RunFolder {
    path: PathBuf,
    _lock: Lock,
}

impl RunFolder {
    /// Opens the folder `path` for `run`. It is new or already holds this run. There may be a
    /// remark for the user.
    ///
    /// # Errors
    /// [`TrainError::Busy`], [`TrainError::OtherRun`], [`TrainError::OtherEpochs`], or the error of
    /// a read or write.
    pub(super) fn open(
        path: &Path,
        run: &RunDescription,
    ) -> Result<(Self, Option<String>), TrainError> {
        std::fs::create_dir_all(path).map_err(|source| refused(path, source))?;
        let lock = Lock::take(path).map_err(|source| refused(path, source))?;
        let folder = Self {
            path: path.to_owned(),
            _lock: lock.ok_or_else(|| TrainError::Busy {
                run: path.display().to_string(),
            })?,
        };
        if let Some(found) = RunDescription::read(path)? {
            let differences = found.differences(run);
            let [has, asked] = [&found, run].map(|run| run.recipe.epochs);
            if has != asked && differences.len() == 1 {
                return Err(TrainError::OtherEpochs {
                    run: path.display().to_string(),
                    has,
                    asked,
                });
            }
            if !differences.is_empty() {
                return Err(TrainError::OtherRun {
                    run: path.display().to_string(),
                    differences: differences.join("; "),
                });
            }
            return Ok((folder, found.remark(run)));
        }
        let text = serde_json::to_string_pretty(run);
        let text = text.map_err(|error| refused(&folder.file("run.json"), error.into()))?;
        folder.write("run.json", &text)?;
        Ok((folder, None))
    }

    /// Path of a file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file in it, whole or not at all.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), TrainError> {
        let written = atomic::write(&self.file(name), text.as_bytes());
        written.map_err(|source| refused(&self.file(name), source))
    }
}

fn refused(path: &Path, source: std::io::Error) -> TrainError {
    TrainError::Write {
        path: path.display().to_string(),
        source,
    }
}
