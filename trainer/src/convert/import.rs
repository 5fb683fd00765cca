//! Makes model files from published weights.

mod assemble;
mod musicnn;
mod preset;
mod tags;
mod tensors;

use std::path::{Path, PathBuf};

use prost::Message;
use tagline_engine::{FrontEndSpec, Model, ModelError, ModelInfo, write_metadata};
use tagline_files::{advice, atomic};

pub use preset::{Block, Dialect, Fcn, InputNorm, PRESETS, Preset, Published, Spread};
pub use tags::{TagsError, read_tags};
pub use tensors::TensorError;

use super::{About, onnx};
use crate::weights::{WeightsError, WeightsFile};

/// Name of a model's input.
const INPUT: &str = "log_mel";

/// Patches of musicnn in a window, unless another number is asked for: as many as a clip of
/// MagnaTagATune (29.1 s) has.
pub const PATCHES: usize = 9;
/// Most patches in a window; the window is then about ten minutes long.
pub const MAX_PATCHES: usize = 200;

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
    /// The preset has no tags of its own, and no file names them.
    #[error("the tags of {preset} depend on the file of weights; name them with --tags")]
    TagsNeeded {
        /// Name of the preset.
        preset: &'static str,
    },
    /// The preset's network does not run on patches, or not on so many.
    #[error("{preset} {reason}; leave --patches out")]
    Patches {
        /// Name of the preset.
        preset: &'static str,
        /// What does not fit.
        reason: String,
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
    #[error("{origin} names {tags} tags, but the network has {outputs} outputs")]
    TagCount {
        /// The file of tags, or the preset.
        origin: String,
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
    /// File of tag names; needed unless the preset has its own.
    pub tags: Option<PathBuf>,
    /// Key under which a PyTorch file holds the tensors; needed if it holds several networks.
    pub key: Option<String>,
    /// Prefix to strip from the tensors' names; tensors without it are left out. Needed if the file
    /// holds several networks.
    pub strip: Option<String>,
    /// Name of the list in the file of tag names, if it holds several.
    pub tag_set: Option<String>,
    /// How many patches of the network's own length the window holds, for networks that run on patches:
    /// the tags are then the mean over them. By default [`PATCHES`].
    pub patches: Option<usize>,
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
        let patches = self.patches(preset)?;
        let tags = self.tags(preset)?;
        let WeightsFile { weights, sources } =
            self.read_weights(preset)
                .map_err(|source| ImportError::Weights {
                    path: display(&self.weights),
                    source,
                })?;
        let mut front_end = (preset.front_end)();
        front_end.frames *= patches.unwrap_or(1);
        let (bands, frames) = (front_end.input_bands(), front_end.frames);
        let made = match &preset.network {
            Published::Fcn(fcn) => assemble::assemble(preset, fcn, &weights).map(|network| {
                let model = onnx::model(&network, INPUT, bands, frames);
                (model, network.tags())
            }),
            Published::Musicnn => {
                musicnn::Patched::new(preset, &weights, patches).and_then(musicnn::Patched::musicnn)
            }
            Published::MusicnnVgg => {
                musicnn::Patched::new(preset, &weights, patches).and_then(musicnn::Patched::vgg)
            }
        };
        let (mut model, outputs) = made.map_err(|source| ImportError::Tensors {
            path: display(&self.weights),
            preset: preset.name,
            source,
        })?;
        if tags.len() != outputs {
            return Err(ImportError::TagCount {
                origin: self.tags.as_deref().map_or(preset.name.into(), display),
                tags: tags.len(),
                outputs,
            });
        }
        let info = self.info(preset, tags, front_end, &sources);
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

    /// The number of patches, for a network that runs on them.
    fn patches(&self, preset: &'static Preset) -> Result<Option<usize>, ImportError> {
        let refuse = |reason: String| {
            Err(ImportError::Patches {
                preset: preset.name,
                reason,
            })
        };
        match (&preset.network, self.patches) {
            (Published::Fcn(_), None) => Ok(None),
            (Published::Fcn(_), Some(_)) => refuse("runs on the whole window".into()),
            (_, Some(count)) if !(1..=MAX_PATCHES).contains(&count) => refuse(format!(
                "runs on 1 to {MAX_PATCHES} patches, not on {count}"
            )),
            (_, count) => Ok(Some(count.unwrap_or(PATCHES))),
        }
    }

    fn tags(&self, preset: &'static Preset) -> Result<Vec<String>, ImportError> {
        let Some(path) = &self.tags else {
            if preset.tags.is_empty() {
                return Err(ImportError::TagsNeeded {
                    preset: preset.name,
                });
            }
            return Ok(preset.tags.iter().map(|&tag| tag.to_owned()).collect());
        };
        read_tags(path, self.tag_set.as_deref()).map_err(|source| ImportError::Tags {
            path: display(path),
            source,
        })
    }

    /// The weights by the preset's names.
    fn read_weights(&self, preset: &Preset) -> Result<WeightsFile, WeightsError> {
        let mut file = WeightsFile::read(&self.weights, self.key.as_deref())?;
        match &self.strip {
            Some(prefix) => file.weights.strip(prefix)?,
            None => file.weights.strip_to(&preset.dense_weights())?,
        }
        Ok(file)
    }

    fn info(
        &self,
        preset: &Preset,
        tags: Vec<String>,
        front_end: FrontEndSpec,
        sources: &[(String, String)],
    ) -> ModelInfo {
        let title = match &self.tag_set {
            Some(set) => format!("{} {set}", preset.title),
            None => preset.title.to_owned(),
        };
        let sources = sources.iter();
        let sources = sources.map(|(file, sha256)| format!("{file} (SHA-256 {sha256})"));
        let origin = format!(
            "Imported from {} with the preset {}",
            sources.collect::<Vec<_>>().join(", "),
            preset.name,
        );
        let mut about = self.about.clone();
        about.licence = about.licence.or(preset.licence.map(str::to_owned));
        about.info(title, origin, tags, front_end)
    }
}

fn display(path: &Path) -> String {
    path.display().to_string()
}
