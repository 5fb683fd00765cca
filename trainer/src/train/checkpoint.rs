//! Checkpoints. Each is a safetensors file, written whole or not at all.
//!
//! It holds the network's tensors under PyTorch's names, Adam's moments of each as its `exp_avg` and
//! `exp_avg_sq`, and where the training stands as JSON in the file's metadata, with a SHA-256 over all
//! of them.

use std::collections::HashMap;
use std::path::Path;

use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use serde::{Deserialize, Serialize};
use tagline_files::atomic;
use tagline_files::hash::Sha256;

use super::TrainError;
use super::adam::Moments;
use crate::arch::{Architecture, Parameters};

/// Largest checkpoint, in bytes.
const MAX_BYTES: u64 = 8 << 30;
/// Endings of the names of Adam's first and second moments.
const MOMENTS: [&str; 2] = ["exp_avg", "exp_avg_sq"];
/// The only key of the metadata: a SHA-256, a space, and JSON. With several keys, the same state
/// would not always give the same bytes.
const STATE: &str = "tagline.state";

/// Why a checkpoint cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// It cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is damaged, or not a checkpoint.
    #[error("damaged, or not a checkpoint: {0}")]
    Damaged(String),
    /// It is of another network.
    #[error("a checkpoint of {found}, not of {expected}")]
    OtherNetwork {
        /// What it is of.
        found: String,
        /// What it should be of.
        expected: String,
    },
    /// A tensor is missing or has another shape.
    #[error("tensor `{name}` is {found}, not {expected:?}")]
    Tensor {
        /// Its name.
        name: String,
        /// Its shape, or that it is missing.
        found: String,
        /// The shape it must have.
        expected: Vec<usize>,
    },
}

/// Which network a checkpoint is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct NetworkId {
    /// Name of the architecture.
    pub(super) architecture: String,
    /// Factor of its maps.
    pub(super) width: f64,
    /// Bands of its input.
    pub(super) bands: usize,
    /// Number of its tags.
    pub(super) tags: usize,
}

impl std::fmt::Display for NetworkId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self {
            architecture,
            width,
            bands,
            tags,
        } = self;
        write!(
            f,
            "{architecture} (width {width}, {bands} bands, {tags} tags)"
        )
    }
}

impl NetworkId {
    /// Zeros in the shapes of the network.
    fn zeros(&self) -> Result<Parameters, CheckpointError> {
        let unknown = || CheckpointError::Damaged(format!("no network `{}`", self.architecture));
        let architecture = Architecture::named(&self.architecture).ok_or_else(unknown)?;
        Ok(Parameters::zeros(
            architecture,
            self.width,
            self.bands,
            self.tags,
        ))
    }
}

/// A checkpoint: numbers, and where the training stands as JSON.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Checkpoint {
    /// Which network it is of.
    pub(super) network: NetworkId,
    /// Its numbers.
    pub(super) parameters: Parameters,
    /// What the optimizer remembers; `None` before the first step and in the checkpoint of the best
    /// epoch.
    pub(super) moments: Option<Moments>,
    /// Where the training stands.
    pub(super) state: serde_json::Value,
}

/// The description beside the tensors.
#[derive(Deserialize)]
struct Described {
    network: NetworkId,
    state: serde_json::Value,
    /// Number of steps that Adam's moments come from, if there are moments.
    #[serde(default)]
    adam_steps: Option<usize>,
}

impl Checkpoint {
    /// Writes it to `path`, whole or not at all.
    ///
    /// # Errors
    /// [`TrainError::Write`]. `path` is then unchanged.
    pub(super) fn write(&mut self, path: &Path) -> Result<(), TrainError> {
        atomic::write(path, &self.bytes()).map_err(|source| TrainError::Write {
            path: path.display().to_string(),
            source,
        })
    }

    fn bytes(&mut self) -> Vec<u8> {
        let described = serde_json::json!({
            "network": self.network,
            "state": self.state,
            "adam_steps": self.moments.as_ref().map(|moments| moments.steps),
        });
        let described = described.to_string();
        let mut all: Vec<(String, Vec<usize>, Vec<u8>)> = Vec::new();
        let bytes = |values: &[f32]| {
            values
                .iter()
                .flat_map(|value| value.to_le_bytes())
                .collect()
        };
        for (name, shape, values) in self.parameters.tensors() {
            all.push((name, shape, bytes(values)));
        }
        if let Some(Moments { first, second, .. }) = &mut self.moments {
            for (moment, parameters) in MOMENTS.into_iter().zip([first, second]) {
                for (name, shape, values) in parameters.trained_tensors() {
                    all.push((format!("{name}.{moment}"), shape, bytes(values)));
                }
            }
        }
        all.sort_by(|a, b| a.0.cmp(&b.0));
        let parts = all
            .iter()
            .map(|(name, _, bytes)| (name.as_str(), bytes.as_slice()));
        let sum = checksum(&described, parts);
        let metadata = HashMap::from([(STATE.into(), format!("{sum} {described}"))]);
        let views = all.iter().map(|(name, shape, bytes)| {
            let view = TensorView::new(Dtype::F32, shape.clone(), bytes);
            (name, view.expect("the bytes of every tensor fit its shape"))
        });
        safetensors::serialize(views, Some(metadata)).expect("every tensor fits its description")
    }

    /// Reads the checkpoint `path`, which must be of the network `expected` if one is given.
    ///
    /// # Errors
    /// [`TrainError::Checkpoint`].
    pub(super) fn read(path: &Path, expected: Option<&NetworkId>) -> Result<Self, TrainError> {
        let read = || {
            let size = std::fs::metadata(path)?.len();
            if size > MAX_BYTES {
                return Err(CheckpointError::Damaged(format!(
                    "{size} bytes are too many"
                )));
            }
            Self::parse(&std::fs::read(path)?, expected)
        };
        read().map_err(|source| TrainError::Checkpoint {
            path: path.display().to_string(),
            source,
        })
    }

    fn parse(file: &[u8], expected: Option<&NetworkId>) -> Result<Self, CheckpointError> {
        let damaged = |reason: String| CheckpointError::Damaged(reason);
        let (_, header) =
            SafeTensors::read_metadata(file).map_err(|error| damaged(error.to_string()))?;
        let tensors = SafeTensors::deserialize(file).map_err(|error| damaged(error.to_string()))?;
        let metadata = header.metadata().clone().unwrap_or_default();
        let found = metadata.get(STATE).and_then(|text| text.split_once(' '));
        let (sum, described) = found.ok_or_else(|| damaged(format!("it has no `{STATE}`")))?;
        let mut parts: Vec<(&str, &[u8])> = tensors.iter().map(|(n, v)| (n, v.data())).collect();
        parts.sort_by_key(|(name, _)| *name);
        if checksum(described, parts.into_iter()) != sum {
            return Err(damaged("its content does not match its checksum".into()));
        }
        let Described {
            network,
            state,
            adam_steps,
        } = serde_json::from_str(described).map_err(|error| damaged(error.to_string()))?;
        if let Some(expected) = expected.filter(|expected| **expected != network) {
            return Err(CheckpointError::OtherNetwork {
                found: network.to_string(),
                expected: expected.to_string(),
            });
        }
        let mut parameters = network.zeros()?;
        for (name, shape, values) in parameters.tensors() {
            fill(values, &tensors, name, shape)?;
        }
        let moments = adam_steps.map(|steps| {
            let mut both = [network.zeros()?, network.zeros()?];
            for (moment, parameters) in MOMENTS.into_iter().zip(&mut both) {
                for (name, shape, values) in parameters.trained_tensors() {
                    fill(values, &tensors, format!("{name}.{moment}"), shape)?;
                }
            }
            let [first, second] = both;
            Ok::<_, CheckpointError>(Moments {
                steps,
                first,
                second,
            })
        });
        Ok(Self {
            network,
            parameters,
            moments: moments.transpose()?,
            state,
        })
    }
}

/// Copies the tensor `name`, which must be of this `shape`.
fn fill(
    values: &mut [f32],
    tensors: &SafeTensors<'_>,
    name: String,
    shape: Vec<usize>,
) -> Result<(), CheckpointError> {
    let tensor = tensors.tensor(&name).ok();
    let fits = tensor.filter(|t| t.dtype() == Dtype::F32 && t.shape() == shape);
    let Some(tensor) = fits else {
        let found = tensors.tensor(&name).map_or_else(
            |_| "missing".to_owned(),
            |tensor| format!("{:?} {:?}", tensor.dtype(), tensor.shape()),
        );
        return Err(CheckpointError::Tensor {
            name,
            found,
            expected: shape,
        });
    };
    let (numbers, _) = tensor.data().as_chunks::<4>();
    for (value, bytes) in values.iter_mut().zip(numbers) {
        *value = f32::from_le_bytes(*bytes);
    }
    Ok(())
}

/// SHA-256 over the description and every tensor, in lower-case hex.
fn checksum<'a>(described: &str, parts: impl Iterator<Item = (&'a str, &'a [u8])>) -> String {
    let mut sum = Sha256::new();
    sum.update(described.as_bytes());
    for (name, bytes) in parts {
        sum.update(name.as_bytes());
        sum.update((bytes.len() as u64).to_le_bytes());
        sum.update(bytes);
    }
    sum.hex()
}

#[cfg(test)]
mod tests;
