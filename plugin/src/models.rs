//! Main thread: which model is chosen, and the names that a host has of its tags.

use std::path::Path;

use tagline_engine::{
    ModelInfo, ModelPlace, ModelSource, built_in_info, built_in_sha256, model_folders, read_info,
};

use crate::board::{Board, Desk};
use crate::state::SavedModel;

/// Where the chosen model is to be looked for.
pub fn source(chosen: Option<&SavedModel>) -> ModelSource {
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

/// The model at a place that the user has chosen.
pub fn at(place: &ModelPlace) -> Option<SavedModel> {
    let ModelPlace::File(path) = place else {
        return None;
    };
    Some(SavedModel {
        path: path.to_string_lossy().into_owned(),
        ..SavedModel::default()
    })
}

/// The chosen model as it is saved: of the built-in one, what it says of itself.
pub fn saved(chosen: Option<&SavedModel>) -> SavedModel {
    chosen.cloned().unwrap_or_else(|| {
        let info = built_in_info();
        SavedModel {
            built_in: true,
            name: info.name.clone(),
            version: info.version.clone(),
            sha256: built_in_sha256().to_owned(),
            path: String::new(),
        }
    })
}

/// The model that a loaded state chooses: none but the built-in one, if it was saved with that.
pub fn chosen(saved: Option<&SavedModel>) -> Option<SavedModel> {
    let is_ours = |model: &SavedModel| {
        model.built_in && (model.sha256.is_empty() || model.sha256 == built_in_sha256())
    };
    saved.filter(|model| !is_ours(model)).cloned()
}

/// Reads the tags' names of the chosen model while nothing runs, so that a host has them right
/// after it has loaded a state. Of a file that does not look like the chosen one nothing is taken.
/// Only the metadata is read, however large the file is: whether its network can run, and its
/// SHA-256, turn out on the loader's thread when the analysis starts. Returns whether the model can
/// be had, as far as that tells.
pub fn read_names(board: &Board) -> bool {
    // Nothing runs that could drive the new names.
    board.drive_for(0);
    board.take_back_driven(u32::MAX);
    let chosen = {
        let mut desk = board.desk();
        // What ran before is no longer what will run.
        desk.model = None;
        let Some(chosen) = desk.chosen.clone().filter(|model| !model.built_in) else {
            // Another version's built-in model has mostly the tags of this one's.
            take_names(&mut desk, built_in_info());
            desk.message = None;
            return true;
        };
        chosen
    };
    let read = read_info(Path::new(&chosen.path));
    let mut desk = board.desk();
    match read {
        Ok(info) if looks_chosen(&chosen, &info) => {
            take_names(&mut desk, &info);
            desk.message = None;
        }
        // It may lie elsewhere: the analysis looks for it when it starts, and then tells.
        Ok(_) => {}
        Err(error) => {
            desk.message = Some(error.to_string().into());
            return false;
        }
    }
    true
}

/// Whether metadata is that of the chosen model, as far as one knows without its SHA-256.
fn looks_chosen(chosen: &SavedModel, info: &ModelInfo) -> bool {
    let same = |saved: &str, found: &str| saved.is_empty() || saved == found;
    chosen.sha256.is_empty()
        || (same(&chosen.name, &info.name) && same(&chosen.version, &info.version))
}

/// Gives up the user's choice for what was chosen before. Returns whether there was anything.
pub fn restore(desk: &mut Desk) -> bool {
    let Some(before) = desk.before.take() else {
        return false;
    };
    desk.chosen = before;
    true
}

/// Puts the names and groups of a model's tags onto the desk. Returns whether they are others.
pub fn take_names(desk: &mut Desk, info: &ModelInfo) -> bool {
    let groups = info.groups.as_deref().unwrap_or_default();
    if *desk.names == *info.tags && *desk.groups == *groups {
        return false;
    }
    desk.names = info.tags.as_slice().into();
    desk.groups = groups.into();
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_state_of_this_versions_default_chooses_it_and_another_versions_stays_what_it_is() {
        let ours = saved(None);
        assert_eq!(chosen(Some(&ours)), None);
        assert_eq!(chosen(None), None);
        let older = SavedModel {
            sha256: "ab".into(),
            version: "0.1".into(),
            ..ours
        };
        assert_eq!(chosen(Some(&older)), Some(older.clone()));
        let ModelSource::OtherBuiltIn { name, sha256, .. } = source(Some(&older)) else {
            panic!("it is looked for in the folders");
        };
        assert!(name.ends_with(" 0.1"), "{name}");
        assert_eq!(sha256, "ab");
        let error = source(Some(&older))
            .open()
            .expect_err("nowhere")
            .to_string();
        assert!(
            error.contains(&name) && error.contains("built in"),
            "{error}"
        );
    }
}
