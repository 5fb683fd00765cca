//! Main thread: which model is chosen, which one is in force, and what is said about it.

use std::path::Path;
use std::sync::Arc;

use tagline_engine::{Event, Model, ModelInfo, ModelSource, model_folders};

use crate::board::{Board, Desk};
use crate::editor::ModelInForce;
use crate::state::SavedModel;

/// Where the model of the state is to be looked for.
pub fn source(chosen: Option<&SavedModel>) -> ModelSource {
    match chosen {
        None => ModelSource::DefaultIn(model_folders()),
        Some(model) if model.sha256.is_empty() => ModelSource::File(model.path.clone().into()),
        Some(model) => ModelSource::Pinned {
            path: model.path.clone().into(),
            sha256: model.sha256.clone(),
            folders: model_folders(),
        },
    }
}

/// A model that is chosen by its file alone.
pub fn at(path: &Path) -> SavedModel {
    SavedModel {
        path: path.to_string_lossy().into_owned(),
        ..SavedModel::default()
    }
}

/// Reads the tags' names of the chosen model while nothing runs, so that a host has them right
/// after it has loaded a state. The default's are known when it runs; of a file that is not the
/// chosen one nothing is taken.
pub fn read_names(board: &Board) {
    let chosen = {
        let mut desk = board.desk();
        // What ran before is no longer what will run.
        desk.model = None;
        let Some(chosen) = desk.chosen.clone() else {
            desk.names = Arc::default();
            return;
        };
        chosen
    };
    let opened = Model::open(Path::new(&chosen.path));
    let mut desk = board.desk();
    match opened {
        Ok(model) if is_chosen(&chosen, model.info()) => {
            desk.names = model.info().tags.as_slice().into();
            desk.message = None;
        }
        // It may lie elsewhere: the analysis looks for it when it starts, and then tells.
        Ok(_) => {}
        Err(error) => desk.message = Some(error.to_string().into()),
    }
}

fn is_chosen(chosen: &SavedModel, info: &ModelInfo) -> bool {
    chosen.sha256.is_empty() || chosen.sha256 == info.sha256
}

/// What an event of the stream changes for the host.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Changes {
    /// Tags have other names.
    pub names: bool,
    /// The state would be saved differently.
    pub state: bool,
}

/// Puts an event of the stream onto the desk.
pub fn take_event(board: &Board, event: Event) -> Changes {
    match event {
        Event::ModelReady {
            info, path, report, ..
        } => {
            board.set_running(Some(report.running));
            let model = ModelInForce { info, path, report };
            put_in_force(&mut board.desk(), model)
        }
        Event::ModelFailed { message } => {
            let mut desk = board.desk();
            desk.loading = false;
            desk.message = Some(message.into());
            Changes::default()
        }
        Event::BackendReplaced { message, running } => {
            board.set_running(Some(running));
            board.desk().message = Some(message.into());
            Changes::default()
        }
    }
}

fn put_in_force(desk: &mut Desk, model: ModelInForce) -> Changes {
    let mut changes = Changes {
        names: *desk.names != *model.info.tags,
        state: false,
    };
    let path = model.path.to_string_lossy();
    let mut is_fallback = false;
    if let Some(chosen) = &mut desk.chosen {
        if is_chosen(chosen, &model.info) && (!chosen.sha256.is_empty() || chosen.path == path) {
            let found = SavedModel {
                name: model.info.name.clone(),
                path: path.into_owned(),
                sha256: model.info.sha256.clone(),
            };
            changes.state = *chosen != found;
            *chosen = found;
        } else {
            is_fallback = true;
        }
    }
    // Of a fallback, what was said about the chosen model still holds.
    if !is_fallback {
        desk.message = None;
    }
    desk.names = model.info.tags.as_slice().into();
    desk.model = Some(Arc::new(model));
    desk.loading = false;
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use tagline_engine::{Backend, BackendReport, FrontEndSpec, OutputKind};

    fn ready(path: &str, sha256: &str, tags: &[&str]) -> Event {
        Event::ModelReady {
            generation: 1,
            info: Arc::new(ModelInfo {
                name: "Name".into(),
                version: "1".into(),
                licence: String::new(),
                provenance: String::new(),
                tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
                front_end: FrontEndSpec::choi2016(),
                output: OutputKind::Probabilities,
                sha256: sha256.into(),
            }),
            path: path.into(),
            report: BackendReport {
                running: Backend::Tract,
                lines: Vec::new(),
            },
        }
    }

    fn board(chosen: Option<SavedModel>) -> Board {
        let board = Board::default();
        board.desk().chosen = chosen;
        board
    }

    #[test]
    fn a_fresh_instance_saves_no_model_although_the_default_runs() {
        let board = board(None);
        let changes = take_event(&board, ready("/d.onnx", "aa", &["jazz"]));
        assert!(changes.names && !changes.state);
        assert_eq!(board.desk().chosen, None);
        assert_eq!(board.running(), Some(Backend::Tract));
    }

    #[test]
    fn a_model_chosen_by_its_path_gets_its_hash_saved() {
        let board = board(Some(at(Path::new("/m.onnx"))));
        assert!(take_event(&board, ready("/m.onnx", "aa", &["jazz"])).state);
        let chosen = board.desk().chosen.clone().expect("still chosen");
        assert_eq!(
            (chosen.sha256.as_str(), chosen.name.as_str()),
            ("aa", "Name")
        );
        assert!(!take_event(&board, ready("/m.onnx", "aa", &["jazz"])).state);
    }

    #[test]
    fn a_missing_model_stays_chosen_and_its_message_outlives_the_fallback() {
        let lost = SavedModel {
            name: "Lost".into(),
            path: "/lost.onnx".into(),
            sha256: "bb".into(),
        };
        let board = board(Some(lost.clone()));
        let message = "the model is gone".to_owned();
        take_event(&board, Event::ModelFailed { message });
        assert!(!take_event(&board, ready("/d.onnx", "aa", &["jazz"])).state);
        let desk = board.desk();
        assert_eq!(desk.chosen, Some(lost));
        assert_eq!(desk.message.as_deref(), Some("the model is gone"));
        assert_eq!(desk.names.len(), 1);
    }

    #[test]
    fn a_model_found_elsewhere_is_saved_with_its_new_place() {
        let board = board(Some(SavedModel {
            name: "Name".into(),
            path: "/old.onnx".into(),
            sha256: "aa".into(),
        }));
        assert!(take_event(&board, ready("/new.onnx", "aa", &["jazz"])).state);
        let path = board
            .desk()
            .chosen
            .as_ref()
            .map(|chosen| chosen.path.clone());
        assert_eq!(path.as_deref(), Some("/new.onnx"));
    }
}
