//! Models as states name them, and where they are found.

use tagline_engine::{ModelInfo, ModelPlace, ModelSource, built_in_sha256, model_folders};

use crate::core::state::SavedModel;

/// Where the chosen model has to be looked for; `None` is the built-in one.
pub(super) fn source(chosen: Option<&SavedModel>) -> ModelSource {
    match chosen {
        None => ModelSource::BuiltIn,
        Some(model) if model.built_in => ModelSource::OtherBuiltIn {
            name: format!("{} {}", model.name, model.version),
            sha256: model.sha256.clone(),
            folders: model_folders(),
        },
        Some(model) if model.sha256.is_empty() => ModelSource::File(model.path.clone().into()),
        Some(model) => ModelSource::Pinned {
            path: model.path.clone().into(),
            sha256: model.sha256.clone(),
            folders: model_folders(),
        },
    }
}

/// The model at a place, as a state names it.
pub(super) fn at(place: &ModelPlace) -> Option<SavedModel> {
    let ModelPlace::File(path) = place else {
        return None;
    };
    Some(SavedModel {
        path: path.to_string_lossy().into_owned(),
        ..SavedModel::default()
    })
}

/// Whether a saved model is the one inside this version of the plugin.
pub(super) fn is_built_in_here(model: &SavedModel) -> bool {
    model.built_in && (model.sha256.is_empty() || model.sha256 == built_in_sha256())
}

/// Whether metadata is the chosen model's, as far as that shows without its SHA-256.
pub(super) fn looks_chosen(chosen: &SavedModel, info: &ModelInfo) -> bool {
    let same = |saved: &str, found: &str| saved.is_empty() || saved == found;
    chosen.sha256.is_empty()
        || (same(&chosen.name, &info.name) && same(&chosen.version, &info.version))
}
