//! Makes model files from published weights.

mod assemble;
mod preset;
mod tags;

use std::path::{Path, PathBuf};

use prost::Message;
use tagline_engine::{Model, ModelError, ModelInfo, write_metadata};
use tagline_files::hash::sha256;
use tagline_files::{advice, atomic};

pub use assemble::TensorError;
pub use preset::{Block, Dialect, InputNorm, PRESETS, Preset, Spread};
pub use tags::{TagsError, read_tags};

use super::{About, onnx};
use crate::weights::{Weights, WeightsError};

/// Why weights were not imported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// No preset has this name.
    #[error("no preset `{name}`; there are {}", preset_names())]
    Preset {
        /// The name that was asked for.
        name: String,
    },
    /// The file of weights cannot be read.
    #[error("{path}: {source}")]
    Weights {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: WeightsError,
    },
    /// The file's tensors do not fit the preset.
    #[error("{path} as {preset}: {source}")]
    Tensors {
        /// The file.
        path: String,
        /// Name of the preset.
        preset: &'static str,
        /// What is wrong with them.
        source: TensorError,
    },
    /// The file of tags cannot be used.
    #[error("{path}: {source}")]
    Tags {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: TagsError,
    },
    /// There are more or fewer tags than outputs.
    #[error("{path} names {tags} tags, but the network has {outputs} outputs")]
    TagCount {
        /// The file of tags.
        path: String,
        /// Number of tags in it.
        tags: usize,
        /// Number of the network's outputs.
        outputs: usize,
    },
    /// The model cannot be written.
    #[error("{path} is not written: {source}{}", advice(.source))]
    Write {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The model that was made does not pass the engine's checks.
    #[error("the imported model is refused: {0}")]
    Model(#[from] ModelError),
}

fn preset_names() -> String {
    PRESETS.map(|preset| preset.name).join(", ")
}

/// The weights to import, and the model's description.
#[derive(Clone, Debug, Default)]
pub struct Import {
    /// File of weights.
    pub weights: PathBuf,
    /// Name of the preset.
    pub preset: String,
    /// File of tag names.
    pub tags: PathBuf,
    /// Key under which a PyTorch file holds the tensors; needed if it holds several networks.
    pub key: Option<String>,
    /// Prefix to strip from the tensors' names; tensors without it are left out. Needed if the file
    /// holds several networks.
    pub strip: Option<String>,
    /// Name of the list in the file of tag names, if it holds several.
    pub tag_set: Option<String>,
    /// By default, the name is the preset's title with the list's name, and the provenance names
    /// the file and its SHA-256.
    pub about: About,
}

impl Import {
    /// Makes the model's bytes and checks them as the plugin will.
    ///
    /// # Errors
    /// [`ImportError`] names the file and what is wrong with it.
    pub fn model(&self) -> Result<Model, ImportError> {
        let preset = Preset::named(&self.preset).ok_or_else(|| ImportError::Preset {
            name: self.preset.clone(),
        })?;
        let tags =
            read_tags(&self.tags, self.tag_set.as_deref()).map_err(|source| ImportError::Tags {
                path: display(&self.tags),
                source,
            })?;
        let (weights, sha256) =
            self.read_weights(preset)
                .map_err(|source| ImportError::Weights {
                    path: display(&self.weights),
                    source,
                })?;
        let network =
            assemble::assemble(preset, &weights).map_err(|source| ImportError::Tensors {
                path: display(&self.weights),
                preset: preset.name,
                source,
            })?;
        if tags.len() != network.tags() {
            return Err(ImportError::TagCount {
                path: display(&self.tags),
                tags: tags.len(),
                outputs: network.tags(),
            });
        }
        let info = self.info(preset, tags, &sha256);
        let spec = &info.front_end;
        let mut model = onnx::model(&network, "log_mel", spec.input_bands(), spec.frames);
        write_metadata(&mut model, &info);
        Ok(Model::from_bytes(model.encode_to_vec(), None)?)
    }

    /// Makes the model, writes it to `out`, whole or not at all, and opens it.
    ///
    /// # Errors
    /// [`ImportError`]. `out` is then unchanged.
    pub fn write(&self, out: &Path) -> Result<Model, ImportError> {
        let model = self.model()?;
        atomic::write(out, model.onnx()).map_err(|source| ImportError::Write {
            path: display(out),
            source,
        })?;
        Ok(Model::open(out)?)
    }

    /// The weights by the preset's names, and the file's SHA-256 in lower-case hex.
    fn read_weights(&self, preset: &Preset) -> Result<(Weights, String), WeightsError> {
        let bytes = crate::weights::read_file(&self.weights)?;
        let sha256 = sha256(&bytes);
        let mut weights = Weights::from_bytes(bytes, self.key.as_deref())?;
        match &self.strip {
            Some(prefix) => weights.strip(prefix)?,
            None => weights.strip_to(&preset.dense_weights())?,
        }
        Ok((weights, sha256))
    }

    fn info(&self, preset: &Preset, tags: Vec<String>, sha256: &str) -> ModelInfo {
        let title = match &self.tag_set {
            Some(set) => format!("{} {set}", preset.title),
            None => preset.title.to_owned(),
        };
        let file = self.weights.file_name().unwrap_or_default();
        let origin = format!(
            "Imported from {} (SHA-256 {sha256}) with the preset {}",
            file.to_string_lossy(),
            preset.name,
        );
        self.about.info(title, origin, tags, (preset.front_end)())
    }
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
