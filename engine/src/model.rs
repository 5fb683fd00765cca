//! Model files: one `.onnx` that carries its tags and front-end (`docs/model-format.md`).

use std::path::Path;
use std::sync::Arc;

use crate::FrontEndSpec;

/// Why a model file is refused. Every message says what is wrong, where, and what to do.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// What the network's output holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// Probabilities, 0 to 1.
    #[default]
    Probabilities,
    /// Logits: the sigmoid is applied after the network.
    Logits,
}

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// Name for people.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights come from.
    pub provenance: String,
    /// Tags in output order.
    pub tags: Vec<String>,
    /// The front-end it was trained on.
    pub front_end: FrontEndSpec,
    /// What the output holds.
    pub output: OutputKind,
    /// SHA-256 of the `.onnx` file, in lower-case hex.
    pub sha256: String,
}

/// A model file that has been read and checked, ready for a backend.
#[derive(Clone, Debug)]
pub struct Model {
    info: Arc<ModelInfo>,
    onnx: Arc<[u8]>,
}

impl Model {
    /// Reads and checks `path`, and `path` with `.json` instead of `.onnx` beside it where the
    /// file carries no metadata.
    ///
    /// # Errors
    /// [`ModelError`] names every inconsistency.
    pub fn open(_path: &Path) -> Result<Self, ModelError> {
        unimplemented!()
    }

    /// Checks `onnx`, with the text of a sidecar where there is one.
    ///
    /// # Errors
    /// [`ModelError`] names every inconsistency.
    pub fn from_bytes(_onnx: Vec<u8>, _sidecar: Option<&str>) -> Result<Self, ModelError> {
        unimplemented!()
    }

    /// What the model says of itself.
    #[must_use]
    pub fn info(&self) -> &Arc<ModelInfo> {
        &self.info
    }

    /// The file's bytes.
    #[must_use]
    pub fn onnx(&self) -> &[u8] {
        &self.onnx
    }
}
