//! What reaches the desk.

use super::*;
use crate::models::saved;
use tagline_engine::{Backend, BackendReport, FrontEndSpec, ModelPlace, OutputKind};

fn file(path: &str) -> Option<SavedModel> {
    at(&ModelPlace::File(path.into()))
}

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
            groups: None,
            calibration: None,
            sha256: sha256.into(),
        }),
        place: if path.is_empty() {
            ModelPlace::BuiltIn
        } else {
            ModelPlace::File(path.into())
        },
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
fn what_a_fresh_instance_saves_does_not_depend_on_whether_its_model_runs() {
    let board = board(None);
    let before = saved(board.desk().chosen.as_ref());
    let changes = take_event(&board, ready("", "aa", &["jazz"]));
    assert!(changes.names && changes.model && !changes.state);
    assert_eq!(saved(board.desk().chosen.as_ref()), before);
    assert!(before.built_in && before.sha256.len() == 64);
    assert!(!before.name.is_empty() && !before.version.is_empty());
    assert_eq!(board.desk().chosen, None);
    assert_eq!(board.running(), Some(Backend::Tract));
}

#[test]
fn a_model_chosen_by_its_path_gets_its_hash_saved() {
    let board = board(file("/m.onnx"));
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
        ..SavedModel::default()
    };
    let board = board(Some(lost.clone()));
    let message = "the model is gone".to_owned();
    let failed = Event::ModelFailed {
        source: source(Some(&lost)),
        message,
        stopped: true,
    };
    let changes = take_event(&board, failed);
    assert_eq!(changes, Changes::default());
    assert!(!take_event(&board, ready("", "aa", &["jazz"])).state);
    let desk = board.desk();
    assert_eq!(desk.chosen, Some(lost));
    assert_eq!(desk.message.as_deref(), Some("the model is gone"));
    assert_eq!(desk.names.len(), 1);
}

fn refused(path: &str, stopped: bool) -> Event {
    Event::ModelFailed {
        source: source(file(path).as_ref()),
        message: format!("{path} is damaged"),
        stopped,
    }
}

#[test]
fn a_choice_that_is_refused_gives_way_to_the_model_that_goes_on_tagging() {
    let good = file("/good.onnx");
    let board = board(good.clone());
    take_event(&board, ready("/good.onnx", "aa", &["jazz"]));
    let pinned = board.desk().chosen.clone();
    {
        let mut desk = board.desk();
        desk.before = Some(pinned.clone());
        desk.chosen = file("/bad.onnx");
    }
    // The answer to an earlier choice is none to this one.
    assert!(!take_event(&board, refused("/earlier.onnx", false)).state);
    assert_eq!(board.desk().chosen, file("/bad.onnx"));
    let changes = take_event(&board, refused("/bad.onnx", false));
    assert!(changes.state && !changes.ask);
    let desk = board.desk();
    assert_eq!(desk.chosen, pinned);
    assert_eq!(desk.message.as_deref(), Some("/bad.onnx is damaged"));
    assert_eq!(board.running(), Some(Backend::Tract));
}

#[test]
fn a_choice_that_is_refused_when_nothing_runs_brings_the_earlier_one_and_its_message_stays() {
    let board = board(file("/bad.onnx"));
    board.desk().before = Some(file("/good.onnx"));
    let changes = take_event(&board, refused("/bad.onnx", true));
    assert!(changes.state && changes.ask);
    take_event(&board, ready("/good.onnx", "aa", &["jazz"]));
    let message = board.desk().message.clone();
    assert_eq!(message.as_deref(), Some("/bad.onnx is damaged"));
    take_event(&board, ready("/good.onnx", "aa", &["jazz"]));
    assert_eq!(board.desk().message, None);
}

#[test]
fn a_refusal_stays_explained_when_the_built_in_model_takes_over_again() {
    let board = board(file("/bad.onnx"));
    board.desk().before = Some(None);
    let changes = take_event(&board, refused("/bad.onnx", true));
    assert!(changes.state);
    assert!(!changes.ask, "the stream has asked for it already");
    assert!(board.desk().loading);
    take_event(&board, ready("", "aa", &["jazz"]));
    let desk = board.desk();
    assert_eq!(desk.chosen, None);
    assert_eq!(desk.message.as_deref(), Some("/bad.onnx is damaged"));
}

#[test]
fn an_old_refusal_is_not_held_against_a_good_model_chosen_later() {
    let board = board(file("/bad.onnx"));
    board.desk().before = Some(file("/lost.onnx"));
    assert!(take_event(&board, refused("/bad.onnx", true)).ask);
    take_event(&board, refused("/lost.onnx", true));
    take_event(&board, ready("", "aa", &["jazz"]));
    let message = board.desk().message.clone();
    assert_eq!(message.as_deref(), Some("/lost.onnx is damaged"));
    board.desk().chosen = file("/good.onnx");
    take_event(&board, ready("/good.onnx", "bb", &["rock"]));
    assert_eq!(board.desk().message, None);
}

#[test]
fn a_refused_choice_gives_way_to_the_model_that_came_into_force_since_it_was_made() {
    let board = board(file("/a.onnx"));
    take_event(&board, ready("/a.onnx", "aa", &["jazz"]));
    {
        // First b.onnx is chosen, and then, before it runs, c.onnx.
        let mut desk = board.desk();
        let first = desk.chosen.clone();
        desk.before = Some(first);
        desk.chosen = file("/c.onnx");
    }
    take_event(&board, ready("/b.onnx", "bb", &["rock"]));
    assert_eq!(board.desk().chosen, file("/c.onnx"), "it is on its way");
    assert!(take_event(&board, refused("/c.onnx", false)).state);
    let desk = board.desk();
    let chosen = desk.chosen.as_ref().expect("what tags");
    assert_eq!((&*chosen.path, &*chosen.sha256), ("/b.onnx", "bb"));
}

#[test]
fn nothing_is_said_to_run_once_the_analysis_has_stopped() {
    for stopped in [
        Event::Stopped {
            message: "it gave NaN".into(),
            ended: false,
        },
        refused("/lost.onnx", true),
    ] {
        let board = board(None);
        take_event(&board, ready("", "aa", &["jazz"]));
        assert_eq!(board.running(), Some(Backend::Tract));
        take_event(&board, stopped);
        assert_eq!(board.running(), None);
        assert!(board.desk().message.is_some());
    }
}

#[test]
fn nothing_is_said_to_load_once_the_stream_has_ended() {
    let board = board(None);
    for ended in [false, true] {
        board.desk().loading = true;
        let message = "it failed unexpectedly".to_owned();
        take_event(&board, Event::Stopped { message, ended });
        assert_eq!(board.desk().loading, !ended);
    }
}

#[test]
fn a_new_models_names_never_stand_beside_the_old_ones_values() {
    let board = board(None);
    take_event(&board, ready("", "aa", &["jazz"]));
    board.drive_for(1);
    board.drive_tag(0, 80.0);
    let value = || board.value(crate::params::TAGS_AT);
    let again = |generation: u32, sha256: &str| {
        let mut event = ready("/m.onnx", sha256, &["rock"]);
        if let Event::ModelReady { generation: of, .. } = &mut event {
            *of = generation;
        }
        event
    };
    take_event(&board, again(2, "aa"));
    assert_eq!(value(), 80.0, "the same model's values hold");
    take_event(&board, again(3, "bb"));
    assert_eq!(value(), 0.0);
}

#[test]
fn a_model_found_elsewhere_is_saved_with_its_new_place() {
    let board = board(Some(SavedModel {
        name: "Name".into(),
        path: "/old.onnx".into(),
        sha256: "aa".into(),
        ..SavedModel::default()
    }));
    assert!(take_event(&board, ready("/new.onnx", "aa", &["jazz"])).state);
    let path = board
        .desk()
        .chosen
        .as_ref()
        .map(|chosen| chosen.path.clone());
    assert_eq!(path.as_deref(), Some("/new.onnx"));
}

#[test]
fn groups_alone_are_news_for_the_host() {
    let board = board(None);
    let with_groups = |groups: &[&str]| {
        let mut event = ready("", "aa", &["jazz"]);
        if let Event::ModelReady { info, .. } = &mut event {
            let groups = groups.iter().map(|&group| group.to_owned()).collect();
            Arc::make_mut(info).groups = Some(groups);
        }
        event
    };
    assert!(take_event(&board, with_groups(&["genre"])).names);
    assert!(!take_event(&board, with_groups(&["genre"])).names);
    assert!(take_event(&board, with_groups(&["style"])).names);
}
