//! Model files: one `.onnx` that carries its tags and front-end (`docs/model-format.md`).

mod analysis;
mod constants;
mod error;
mod graph;
pub(crate) mod metadata;
mod operator;
mod skim;
mod tensor;
mod wire;
mod work;

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::sync::Arc;

use prost::Message;
use sha2::{Digest, Sha256};
use tract_onnx::pb::ModelProto;

pub(crate) use analysis::{f32_value, fix_shapes};
pub use constants::MAX_INNER_VALUES;
pub use error::ModelError;
pub use metadata::write_metadata;
pub use skim::read_info;
pub use work::MAX_MULTIPLY_ADDS;

use crate::{Calibration, FrontEndSpec};

/// Most bytes of a model file.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;

/// How large a kind of file may be.
#[derive(Clone, Copy)]
struct Size {
    what: &'static str,
    most_bytes: u64,
}

impl Size {
    const MODEL: Self = Self {
        what: "model file",
        most_bytes: MAX_MODEL_BYTES,
    };
    const SIDECAR: Self = Self {
        what: metadata::IN_SIDECAR,
        most_bytes: 4 << 20,
    };

    fn check(self, bytes: u64) -> Result<(), ModelError> {
        if bytes <= self.most_bytes {
            return Ok(());
        }
        Err(ModelError::TooLarge {
            what: self.what,
            bytes,
            limit: self.most_bytes,
        })
    }
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
    /// The group of each tag, for display: `genre`, `instrument` …
    pub groups: Option<Vec<String>>,
    /// How each tag's probability is calibrated.
    pub calibration: Option<Vec<Calibration>>,
    /// SHA-256 of the `.onnx` file, in lower-case hex.
    pub sha256: String,
}

impl ModelInfo {
    /// The calibrated probability from which tag number `tag` is best said to be there; `None` where the
    /// model has no calibration, or no such tag.
    #[must_use]
    pub fn threshold(&self, tag: usize) -> Option<f32> {
        let calibration = self.calibration.as_deref()?.get(tag)?;
        Some(calibration.threshold as f32)
    }

    /// Replaces the network's probabilities, in output order, by calibrated ones, which is what
    /// people are shown; a model without calibration leaves them as they are.
    pub fn calibrate(&self, probabilities: &mut [f32]) {
        let calibration = self.calibration.as_deref().unwrap_or_default();
        for (probability, calibration) in probabilities.iter_mut().zip(calibration) {
            *probability = calibration.apply(*probability);
        }
    }
}

/// A model file that has been read and checked, ready for a backend.
#[derive(Clone, Debug)]
pub struct Model {
    info: Arc<ModelInfo>,
    onnx: Arc<[u8]>,
    input_shape: Vec<usize>,
    quantized: bool,
}

impl Model {
    /// Reads and checks `path`, and `path` with `.json` instead of `.onnx` beside it where the
    /// file carries no metadata.
    ///
    /// # Errors
    /// [`ModelError`] names every inconsistency; [`ModelError::problem`] leaves out the path.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let onnx = read_bounded(path, Size::MODEL)?;
        let sidecar = sidecar(path)?;
        Self::from_bytes(onnx, sidecar.as_deref()).map_err(|problem| in_file(path, problem))
    }

    /// Checks `onnx`, with the text of a sidecar where there is one. The sidecar counts only if
    /// `onnx` has no `tagline.*` metadata of its own.
    ///
    /// # Errors
    /// [`ModelError`] names every inconsistency.
    pub fn from_bytes(onnx: Vec<u8>, sidecar: Option<&str>) -> Result<Self, ModelError> {
        Size::MODEL.check(onnx.len() as u64)?;
        wire::check(&onnx)?;
        let model = ModelProto::decode(onnx.as_slice()).map_err(|error| ModelError::NotOnnx {
            reason: error.to_string(),
        })?;
        let mut info = metadata::read(&model.metadata_props, sidecar)?;
        let graph = graph::check(&model)?;
        let (_, input_shape) = graph::input(graph, &info.front_end)?;
        let quantized = graph
            .node
            .iter()
            .any(|node| node.op_type == "QuantizeLinear");
        graph::output(graph)?;
        let output_shape = analysis::output_shape(model, &input_shape)?;
        let outputs = output_shape.iter().map(|&length| length as u64).product();
        if outputs != info.tags.len() as u64 {
            return Err(ModelError::TagCount {
                tags: info.tags.len(),
                outputs,
                shape: format!("{output_shape:?}"),
            });
        }
        info.sha256 = sha256_of(&onnx);
        Ok(Self {
            info: Arc::new(info),
            onnx: onnx.into(),
            input_shape,
            quantized,
        })
    }

    /// The model inside this program.
    ///
    /// # Errors
    /// None in a program that passed its tests.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::from_bytes(tagline_models::DEFAULT_MODEL.to_vec(), None)
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

    /// Shape of the network's input for one window: `[1, 1, bands, frames]`, or without the
    /// channel.
    pub(crate) fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Whether values inside the network are rounded to a few bits, so that backends that differ
    /// in the last place of an f32 may differ by a step.
    pub(crate) fn is_quantized(&self) -> bool {
        self.quantized
    }
}

/// The text of the `.json` beside the model file `path`, if there is one.
fn sidecar(path: &Path) -> Result<Option<String>, ModelError> {
    let beside = path.with_extension("json");
    if beside == path || !beside.is_file() {
        return Ok(None);
    }
    let bytes = read_bounded(&beside, Size::SIDECAR)?;
    let text = String::from_utf8_lossy(&bytes);
    // Some editors begin a text with a byte order mark, which JSON has none of.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(Some(text.to_owned()))
}

/// The length in bytes of `path`, which must be a regular file of at most `size`.
fn regular_file(path: &Path, size: Size) -> Result<u64, ModelError> {
    let io = |source| ModelError::Io {
        path: path.display().to_string(),
        source,
    };
    let found = std::fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        return Err(io(std::io::Error::other("this is not a file; choose one")));
    }
    size.check(found.len())
        .map_err(|problem| in_file(path, problem))?;
    Ok(found.len())
}

/// The bytes of the regular file `path`, at most `size` of them.
fn read_bounded(path: &Path, size: Size) -> Result<Vec<u8>, ModelError> {
    let io = |source| ModelError::Io {
        path: path.display().to_string(),
        source,
    };
    // Before it is opened: opening a pipe would wait for a writer.
    regular_file(path, size)?;
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(io)?
        .take(size.most_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    // It may have grown since.
    size.check(bytes.len() as u64)
        .map_err(|problem| in_file(path, problem))?;
    Ok(bytes)
}

fn in_file(path: &Path, problem: ModelError) -> ModelError {
    ModelError::File {
        path: path.display().to_string(),
        problem: Box::new(problem),
    }
}

/// SHA-256 of `bytes` in lower-case hex.
pub(crate) fn sha256_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
