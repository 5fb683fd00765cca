//! The folder of a run: everything that is needed to repeat it, and what came of it.
//!
//! | file | holds |
//! |---|---|
//! | `run.json` | network, recipe, data and versions |
//! | `last.safetensors` | where the training stands |
//! | `best.safetensors` | the network of the best epoch |
//! | `epochs.csv`, `curves.svg`, `loss.svg` | loss and AUC of every epoch |
//! | `tags.csv`, `tags.svg` | AUC of every tag in the best epoch |

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use tagline_engine::FrontEndSpec;

use super::checkpoint::NetworkId;
use super::{Recipe, TrainError};
use crate::atomic;

/// Version of the folder's format.
const FORMAT: u32 = 1;

/// Numbers as texts, since JSON's readers may round them by a bit.
pub(super) mod exact {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    /// Writes the shortest text that gives the number again.
    pub fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    /// Reads such a text.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}

/// What a run is: its network, recipe and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RunDescription {
    /// Version of the folder's format.
    format: u32,
    /// Version of the trainer that began it.
    trainer: String,
    /// Name of the network.
    pub architecture: String,
    /// What decides the result.
    pub recipe: Recipe,
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
}

/// What came of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Its number, from 1.
    pub epoch: usize,
    /// Learning rate of its last step.
    #[serde(with = "exact")]
    pub learning_rate: f64,
    /// Mean loss of its steps.
    #[serde(with = "exact")]
    pub train_loss: f64,
    /// Macro ROC-AUC on the validation split.
    #[serde(with = "exact")]
    pub roc_auc: f64,
    /// Macro average precision on the validation split.
    #[serde(with = "exact")]
    pub pr_auc: f64,
    /// Seconds that it took, with its validation.
    #[serde(with = "exact")]
    pub seconds: f64,
}

impl RunDescription {
    /// A run of `architecture` with `recipe` on `data`.
    pub(super) fn new(architecture: &str, recipe: &Recipe, data: DataDescription) -> Self {
        Self {
            format: FORMAT,
            trainer: env!("CARGO_PKG_VERSION").to_owned(),
            architecture: architecture.to_owned(),
            recipe: recipe.clone(),
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

    /// What differs from `other` in a way that changes the result: names and values here, there.
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
        let pairs = flat(self).into_iter().zip(flat(other));
        pairs
            .filter(|(here, there)| here != there)
            .map(|((name, here), (_, there))| format!("{name} {here}, not {there}"))
            .collect()
    }
}

/// The folder.
pub(super) struct RunFolder {
    path: PathBuf,
}

impl RunFolder {
    /// Opens the folder `path` for `run`: a new one, or one that holds this very run.
    ///
    /// # Errors
    /// [`TrainError::OtherRun`], or that it cannot be read or written.
    pub(super) fn open(path: &Path, run: &RunDescription) -> Result<Self, TrainError> {
        let folder = Self {
            path: path.to_owned(),
        };
        if let Some(found) = RunDescription::read(path)? {
            let differences = found.differences(run);
            if !differences.is_empty() {
                return Err(TrainError::OtherRun {
                    run: path.display().to_string(),
                    differences: differences.join("; "),
                });
            }
            return Ok(folder);
        }
        std::fs::create_dir_all(path).map_err(|source| folder.refused("", source))?;
        let text = serde_json::to_string_pretty(run);
        let text = text.map_err(|error| folder.refused("run.json", error.into()))?;
        folder.write("run.json", &text)?;
        Ok(folder)
    }

    /// Path of a file in it.
    pub(super) fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Writes a file in it, whole or not at all.
    pub(super) fn write(&self, name: &str, text: &str) -> Result<(), TrainError> {
        let written = atomic::write(&self.file(name), text.as_bytes());
        written.map_err(|source| self.refused(name, source))
    }

    fn refused(&self, name: &str, source: std::io::Error) -> TrainError {
        TrainError::Write {
            path: self.file(name).display().to_string(),
            source,
        }
    }
}
