//! Where a stream's model comes from, and how it is found.

use std::path::{Path, PathBuf};

use crate::{Model, ModelError};

/// Where a stream's model comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ModelSource {
    /// This file.
    File(PathBuf),
    /// The default: `default.onnx`, or else the first `.onnx` by name, in the first of these
    /// folders that has one.
    DefaultIn(Vec<PathBuf>),
    /// The file with this SHA-256 at `path`, or else anywhere in `folders`.
    Pinned {
        /// Where it was.
        path: PathBuf,
        /// SHA-256 of the file, in lower-case hex.
        sha256: String,
        /// Where to look for it when it is not there.
        folders: Vec<PathBuf>,
    },
}

/// Why no model was found.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// The file was found and is refused.
    #[error(transparent)]
    Model(#[from] ModelError),
    /// No folder has a model.
    #[error("no model yet: put a Tagline model (.onnx) into {folders}")]
    NoDefault {
        /// The folders that were looked in.
        folders: String,
    },
    /// A pinned model is neither where it was nor in the folders.
    #[error(
        "the model {path} (SHA-256 {sha256}) is gone or changed; put it back, or into {folders}"
    )]
    Lost {
        /// Where it was.
        path: String,
        /// SHA-256 of the file.
        sha256: String,
        /// The folders that were looked in.
        folders: String,
    },
}

impl ModelSource {
    /// Finds, reads and checks the model. Opens files: not for the audio thread.
    ///
    /// # Errors
    /// [`SourceError`] says what was looked for and where.
    pub fn open(&self) -> Result<(Model, PathBuf), SourceError> {
        match self {
            Self::File(path) => Ok((Model::open(path)?, path.clone())),
            Self::DefaultIn(folders) => {
                let path = folders
                    .iter()
                    .find_map(|folder| default_in(folder))
                    .ok_or_else(|| SourceError::NoDefault {
                        folders: list(folders),
                    })?;
                Ok((Model::open(&path)?, path))
            }
            Self::Pinned {
                path,
                sha256,
                folders,
            } => find_pinned(path, sha256, folders),
        }
    }
}

impl ModelSource {
    /// Where the model most likely is, found without opening it.
    pub(crate) fn likely_path(&self) -> Option<PathBuf> {
        match self {
            Self::File(path) | Self::Pinned { path, .. } => Some(path.clone()),
            Self::DefaultIn(folders) => folders.iter().find_map(|folder| default_in(folder)),
        }
    }

    /// Whether a model with this SHA-256 is the one that is meant.
    pub(crate) fn accepts(&self, found_sha256: &str) -> bool {
        match self {
            Self::Pinned { sha256, .. } => sha256 == found_sha256,
            Self::File(_) | Self::DefaultIn(_) => true,
        }
    }
}

/// The `.onnx` files of `folder`, by name; none if it cannot be read.
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

fn default_in(folder: &Path) -> Option<PathBuf> {
    let models = models_in(folder);
    models
        .iter()
        .find(|path| path.file_stem().is_some_and(|stem| stem == "default"))
        .or(models.first())
        .cloned()
}

fn find_pinned(
    path: &Path,
    sha256: &str,
    folders: &[PathBuf],
) -> Result<(Model, PathBuf), SourceError> {
    let elsewhere = folders.iter().flat_map(|folder| models_in(folder));
    for candidate in std::iter::once(path.to_path_buf()).chain(elsewhere) {
        if let Ok(model) = Model::open(&candidate)
            && model.info().sha256 == sha256
        {
            return Ok((model, candidate));
        }
    }
    Err(SourceError::Lost {
        path: path.display().to_string(),
        sha256: sha256.to_owned(),
        folders: list(folders),
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
