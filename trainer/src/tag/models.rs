//! Which model tags files when none is named.

use std::path::{Path, PathBuf};

use tagline_engine::{Model, ModelSource, SourceError, model_folders, models_in};

/// Why there is no model.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NoModel {
    /// A model was found and is refused.
    #[error(transparent)]
    Refused(#[from] SourceError),
    /// There is none.
    #[error(
        "no model: name one with --model, or make one with `trainer import WEIGHTS --preset \
         won2020-fcn --tags TAGS --out {}` ({folders} and {} hold none)",
        first_choice(.imported), .imported.display()
    )]
    None {
        /// The user's model folders.
        folders: String,
        /// The folder of imported models.
        imported: PathBuf,
    },
}

fn first_choice(imported: &Path) -> String {
    imported.join("model.onnx").display().to_string()
}

/// Opens `chosen`; or else the user's default model; or else the newest of `imported`.
///
/// # Errors
/// [`NoModel`] says what was looked for and how to make one.
pub fn find_model(chosen: Option<&Path>, imported: &Path) -> Result<Model, NoModel> {
    if let Some(path) = chosen {
        return Ok(ModelSource::File(path.to_owned()).open()?.0);
    }
    let folders = model_folders();
    match ModelSource::DefaultIn(folders.clone()).open() {
        Ok((model, _)) => return Ok(model),
        Err(SourceError::NoDefault { .. }) => {}
        Err(error) => return Err(error.into()),
    }
    let modified = |path: &PathBuf| path.metadata().and_then(|data| data.modified()).ok();
    match models_in(imported).into_iter().max_by_key(modified) {
        Some(path) => Ok(ModelSource::File(path).open()?.0),
        None => Err(NoModel::None {
            folders: folders
                .iter()
                .map(|folder| folder.display().to_string())
                .collect::<Vec<_>>()
                .join(", "),
            imported: imported.to_owned(),
        }),
    }
}
