//! Finds a stream's model.

use std::fmt::{self, Display, Formatter};
use std::path::{Path, PathBuf};

use tagline_models::DEFAULT_MODEL;

use super::built_in::built_in_info;
use super::error::ModelError;
use super::file::Model;

/// Where a stream's model comes from.
///
/// ```
/// use tagline_engine::{ModelPlace, ModelSource};
///
/// let (model, place) = ModelSource::BuiltIn.open()?;
/// assert_eq!(place, ModelPlace::BuiltIn);
/// assert_eq!(model.info().tags.len(), 50);
/// # Ok::<(), tagline_engine::SourceError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// The model inside this program.
    BuiltIn,
    /// The model in this file.
    File(PathBuf),
    /// The file with this SHA-256, at `path` or else in `folders`.
    Pinned {
        /// Where it was.
        path: PathBuf,
        /// SHA-256 of the file, in lower-case hex.
        sha256: String,
        /// Where to look for it if it is not there.
        folders: Vec<PathBuf>,
    },
    /// The model inside another version of this program, if its file lies in `folders`.
    OtherBuiltIn {
        /// Its name and version, for people.
        name: String,
        /// SHA-256 of the file, in lower-case hex.
        sha256: String,
        /// Where to look for it.
        folders: Vec<PathBuf>,
    },
}

/// Where a model was found.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ModelPlace {
    /// Inside this program.
    BuiltIn,
    /// In this file.
    File(PathBuf),
}

impl ModelPlace {
    /// Size of the model's file, in bytes; `None` where the file has gone.
    #[must_use]
    pub fn bytes(&self) -> Option<u64> {
        match self {
            Self::BuiltIn => Some(DEFAULT_MODEL.len() as u64),
            Self::File(path) => std::fs::metadata(path).ok().map(|file| file.len()),
        }
    }
}

impl Display for ModelPlace {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

impl From<ModelPlace> for ModelSource {
    fn from(place: ModelPlace) -> Self {
        match place {
            ModelPlace::BuiltIn => Self::BuiltIn,
            ModelPlace::File(path) => Self::File(path),
        }
    }
}

/// Why no model was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file was found and is refused.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// A pinned model is neither in its old place nor in the folders.
    #[error(
        "the model {path} (SHA-256 {sha256}) is gone or changed; put it back, or into {folders}"
    )]
    Lost {
        /// Where it was.
        path: String,
        /// SHA-256 of the file.
        sha256: String,
        /// The folders that were searched.
        folders: String,
    },
    /// The model inside another version of this program is not in the folders.
    #[error(
        "this was saved with {name}, and this Tagline has {present} built in, whose tags may \
         differ; to use it from now on, choose it on the page Model, or put the other's file \
         (SHA-256 {sha256}) into {folders}"
    )]
    OtherBuiltIn {
        /// Name and version of the other model.
        name: String,
        /// Name and version of the one inside this program.
        present: String,
        /// SHA-256 of the other model.
        sha256: String,
        /// The folders that were searched.
        folders: String,
    },
}

impl ModelSource {
    /// Finds, reads and checks the model. This opens files, so the audio thread must not call it.
    ///
    /// # Errors
    /// [`SourceError`] says which model was looked for, and where.
    pub fn open(&self) -> Result<(Model, ModelPlace), SourceError> {
        match self {
            Self::BuiltIn => Ok((Model::built_in()?, ModelPlace::BuiltIn)),
            Self::File(path) => Ok((Model::open(path)?, ModelPlace::File(path.clone()))),
            Self::Pinned {
                path,
                sha256,
                folders,
            } => find(Some(path), sha256, folders).ok_or_else(|| SourceError::Lost {
                path: path.display().to_string(),
                sha256: sha256.clone(),
                folders: list(folders),
            }),
            Self::OtherBuiltIn {
                name,
                sha256,
                folders,
            } => find(None, sha256, folders).ok_or_else(|| {
                let present = built_in_info();
                SourceError::OtherBuiltIn {
                    name: name.clone(),
                    present: format!("{} {}", present.name, present.version),
                    sha256: sha256.clone(),
                    folders: list(folders),
                }
            }),
        }
    }

    /// Where the model most likely is. No file is opened.
    pub(crate) fn likely_place(&self) -> Option<ModelPlace> {
        match self {
            Self::BuiltIn => Some(ModelPlace::BuiltIn),
            Self::File(path) | Self::Pinned { path, .. } => Some(ModelPlace::File(path.clone())),
            Self::OtherBuiltIn { .. } => None,
        }
    }

    /// Whether a model with this SHA-256 may be the one.
    pub(crate) fn accepts(&self, found_sha256: &str) -> bool {
        match self {
            Self::Pinned { sha256, .. } | Self::OtherBuiltIn { sha256, .. } => {
                sha256 == found_sha256
            }
            Self::BuiltIn | Self::File(_) => true,
        }
    }
}

/// The `.onnx` files in `folder`, by name. There are none if the folder cannot be read.
#[must_use]
pub fn models_in(folder: &Path) -> Vec<PathBuf> {
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .into_iter()
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("onnx"))
        })
        .filter(|path| path.is_file())
        .collect();
    paths.sort();
    paths
}

/// The model with this hash, at `path` or else in `folders`.
fn find(path: Option<&PathBuf>, sha256: &str, folders: &[PathBuf]) -> Option<(Model, ModelPlace)> {
    let elsewhere = folders.iter().flat_map(|folder| models_in(folder));
    path.cloned()
        .into_iter()
        .chain(elsewhere)
        .find_map(|candidate| {
            let model = Model::open(&candidate).ok()?;
            let is_it = model.info().sha256 == sha256;
            is_it.then_some((model, ModelPlace::File(candidate)))
        })
}

fn list(folders: &[PathBuf]) -> String {
    if folders.is_empty() {
        return "a folder named in TAGLINE_MODELS (this machine has no per-user data folder)"
            .into();
    }
    let names: Vec<String> = folders
        .iter()
        .map(|folder| folder.display().to_string())
        .collect();
    names.join(" or ")
}
