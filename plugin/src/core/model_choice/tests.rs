//! What follows from each thing that can happen to a choice.

use super::*;
use tagline_engine::{Backend, BackendReport, Event, FrontEndSpec, OutputKind};

fn file(path: &str) -> Option<SavedModel> {
    at(&ModelPlace::File(path.into()))
}

fn info(sha256: &str, tags: &[&str]) -> ModelInfo {
    ModelInfo {
        name: "Name".into(),
        version: "1".into(),
        licence: String::new(),
        provenance: String::new(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        front_end: FrontEndSpec::choi2016(),
        output: OutputKind::Probabilities,
        groups: None,
        notes: None,
        calibration: None,
        sha256: sha256.into(),
    }
}

fn ready(path: &str, sha256: &str, tags: &[&str]) -> Event {
    Event::ModelReady {
        generation: 1,
        info: Arc::new(info(sha256, tags)),
        place: if path.is_empty() {
            ModelPlace::BuiltIn
        } else {
            ModelPlace::File(path.into())
        },
        report: BackendReport {
            running: Backend::Tract,
            lines: Vec::new(),
            whole_windows: false,
        },
    }
}

/// A choice that a state has made, while the analysis runs.
fn choice(chosen: Option<SavedModel>) -> ModelChoice {
    let mut choice = ModelChoice::fresh();
    choice.load(chosen.as_ref(), Analysis::On);
    choice
}

fn choose(choice: &mut ModelChoice, path: &str, analysis: Analysis) -> Effects {
    choice.choose(&ModelPlace::File(path.into()), analysis)
}

fn refused(path: &str, stopped: bool) -> Event {
    Event::ModelFailed {
        source: source(file(path).as_ref()),
        message: format!("{path} is damaged"),
        stopped,
    }
}

fn message(choice: &ModelChoice) -> Option<&str> {
    choice.message().map(|message| &**message)
}

#[test]
fn what_a_fresh_instance_saves_does_not_depend_on_whether_its_model_runs() {
    let mut choice = choice(None);
    let before = choice.saved();
    let effects = choice.take_event(ready("", "aa", &["jazz"]));
    assert!(effects.changed.infos && effects.changed.texts && !effects.state);
    assert_eq!(effects.running, Some(Some(Backend::Tract)));
    assert_eq!(choice.saved(), before);
    assert!(before.built_in && before.sha256.len() == 64);
    assert!(!before.name.is_empty() && !before.version.is_empty());
}

#[test]
fn a_state_of_this_versions_default_chooses_it_and_another_versions_stays_what_it_is() {
    let ours = ModelChoice::fresh().saved();
    assert_eq!(choice(Some(ours.clone())).chosen, None);
    let older = SavedModel {
        sha256: "ab".into(),
        version: "0.1".into(),
        ..ours
    };
    let choice = choice(Some(older.clone()));
    assert_eq!(choice.saved(), older);
    let ModelSource::OtherBuiltIn { name, sha256, .. } = choice.source() else {
        panic!("the folders are searched for it");
    };
    assert!(name.ends_with(" 0.1"), "{name}");
    assert_eq!(sha256, "ab");
    let error = choice.source().open().expect_err("nowhere").to_string();
    assert!(
        error.contains(&name) && error.contains("built in"),
        "{error}"
    );
}

#[test]
fn while_the_analysis_runs_it_is_asked_for_the_model_and_no_file_is_read() {
    let mut fresh = ModelChoice::fresh();
    let effects = fresh.load(file("/m.onnx").as_ref(), Analysis::On);
    assert_eq!(effects.ask, Some(ModelSource::File("/m.onnx".into())));
    assert_eq!(effects.read, None);
    assert!(fresh.is_loading());
    let again = fresh.load(file("/m.onnx").as_ref(), Analysis::On);
    assert_eq!(again, Effects::default(), "nothing else is chosen");
    choose(&mut fresh, "/m.onnx", Analysis::Ended);
    assert!(!fresh.is_loading(), "nobody answers any more");
}

#[test]
fn while_nothing_runs_the_files_metadata_gives_the_names() {
    let mut choice = ModelChoice::fresh();
    let effects = choice.load(file("/m.onnx").as_ref(), Analysis::Off);
    assert_eq!(effects.read.as_deref(), Some(Path::new("/m.onnx")));
    assert_eq!(effects.take_back, Some(u32::MAX));
    assert!(effects.changed.infos);
    let path = Path::new("/m.onnx");
    choice.names_read(path, Ok(info("aa", &["jazz"])));
    assert_eq!(choice.tag(0).0, Some("jazz"));
    assert_eq!(choice.tag(1).0, None);
    // An answer about a file that is not chosen any more is nobody's.
    choice.load(None, Analysis::Off);
    choice.names_read(path, Ok(info("aa", &["rock"])));
    assert_ne!(choice.tag(0).0, Some("rock"));
}

#[test]
fn a_file_that_is_not_the_chosen_model_gives_no_names() {
    let chosen = SavedModel {
        name: "Other".into(),
        path: "/m.onnx".into(),
        sha256: "bb".into(),
        ..SavedModel::default()
    };
    let mut choice = ModelChoice::fresh();
    choice.load(Some(&chosen), Analysis::Off);
    choice.names_read(Path::new("/m.onnx"), Ok(info("aa", &["jazz"])));
    assert_ne!(choice.tag(0).0, Some("jazz"));
    assert_eq!(message(&choice), None, "it may lie elsewhere");
}

#[test]
fn a_choice_whose_file_cannot_be_read_gives_way_and_says_why_although_the_earlier_file_is_good() {
    let mut choice = ModelChoice::fresh();
    choice.load(file("/good.onnx").as_ref(), Analysis::Off);
    choice.names_read(Path::new("/good.onnx"), Ok(info("aa", &["jazz"])));
    choose(&mut choice, "/bad.onnx", Analysis::Off);
    let effects = choice.names_read(Path::new("/bad.onnx"), Err("it is damaged".into()));
    assert_eq!(effects.read.as_deref(), Some(Path::new("/good.onnx")));
    assert_eq!(effects.log.expect("a line").0, Severity::Error);
    choice.names_read(Path::new("/good.onnx"), Ok(info("aa", &["jazz"])));
    assert_eq!(message(&choice), Some("it is damaged"));
    assert_eq!(choice.saved().path, "/good.onnx");
}

#[test]
fn what_the_log_says_of_a_loaded_states_model_the_analysis_does_not_say_again() {
    let mut choice = ModelChoice::fresh();
    choice.load(file("/lost.onnx").as_ref(), Analysis::Off);
    let lost = "/lost.onnx is damaged";
    let effects = choice.names_read(Path::new("/lost.onnx"), Err(lost.into()));
    let line = effects.log.expect("a line");
    assert_eq!((line.0, &*line.1), (Severity::Warning, lost));
    choice.analysis_starts(None);
    assert_eq!(choice.take_event(refused("/lost.onnx", true)).log, None);
    assert_eq!(message(&choice), Some(lost));
    // The user's own choice is answered, whatever was said before.
    choose(&mut choice, "/lost.onnx", Analysis::On);
    let answer = choice.take_event(refused("/lost.onnx", false));
    assert!(answer.log.is_some());
}

#[test]
fn a_model_chosen_by_its_path_gets_its_hash_saved() {
    let mut choice = choice(file("/m.onnx"));
    assert!(choice.take_event(ready("/m.onnx", "aa", &["jazz"])).state);
    let saved = choice.saved();
    assert_eq!((&*saved.sha256, &*saved.name), ("aa", "Name"));
    assert!(!choice.take_event(ready("/m.onnx", "aa", &["jazz"])).state);
}

#[test]
fn a_missing_model_stays_chosen_and_its_message_outlives_the_fallback() {
    let lost = SavedModel {
        name: "Lost".into(),
        path: "/lost.onnx".into(),
        sha256: "bb".into(),
        ..SavedModel::default()
    };
    let mut choice = choice(Some(lost.clone()));
    let failed = Event::ModelFailed {
        source: source(Some(&lost)),
        message: "the model is gone".to_owned(),
        stopped: true,
    };
    let effects = choice.take_event(failed);
    assert!(!effects.state && effects.ask.is_none());
    assert!(!choice.take_event(ready("", "aa", &["jazz"])).state);
    assert_eq!(choice.saved(), lost);
    assert_eq!(message(&choice), Some("the model is gone"));
    assert_eq!(choice.tag(0).0, Some("jazz"));
    assert_eq!(choice.tag(1).0, None);
}

#[test]
fn a_choice_that_is_refused_gives_way_to_the_model_that_goes_on_tagging() {
    let mut choice = choice(file("/good.onnx"));
    choice.take_event(ready("/good.onnx", "aa", &["jazz"]));
    let pinned = choice.saved();
    assert!(choose(&mut choice, "/bad.onnx", Analysis::On).state);
    // The answer to an earlier choice does not answer this one.
    assert!(!choice.take_event(refused("/earlier.onnx", false)).state);
    assert_eq!(choice.saved().path, "/bad.onnx");
    let effects = choice.take_event(refused("/bad.onnx", false));
    assert!(effects.state && effects.ask.is_none());
    assert_eq!(effects.running, None, "it still runs");
    assert_eq!(choice.saved(), pinned);
    assert_eq!(message(&choice), Some("/bad.onnx is damaged"));
}

#[test]
fn a_choice_that_is_refused_when_nothing_runs_brings_the_earlier_one_and_its_message_stays() {
    let mut choice = choice(file("/good.onnx"));
    choose(&mut choice, "/bad.onnx", Analysis::On);
    let effects = choice.take_event(refused("/bad.onnx", true));
    assert!(effects.state);
    assert_eq!(effects.ask, Some(ModelSource::File("/good.onnx".into())));
    choice.take_event(ready("/good.onnx", "aa", &["jazz"]));
    assert_eq!(message(&choice), Some("/bad.onnx is damaged"));
    choice.take_event(ready("/good.onnx", "aa", &["jazz"]));
    assert_eq!(message(&choice), None);
}

#[test]
fn a_refusal_stays_explained_when_the_built_in_model_takes_over_again() {
    let mut choice = choice(None);
    choose(&mut choice, "/bad.onnx", Analysis::On);
    let effects = choice.take_event(refused("/bad.onnx", true));
    assert!(effects.state);
    assert_eq!(effects.ask, None, "the analysis has asked for it already");
    assert!(choice.is_loading());
    choice.take_event(ready("", "aa", &["jazz"]));
    assert!(choice.saved().built_in);
    assert_eq!(message(&choice), Some("/bad.onnx is damaged"));
}

#[test]
fn an_old_refusal_is_not_held_against_a_good_model_chosen_later() {
    let mut choice = choice(file("/lost.onnx"));
    choose(&mut choice, "/bad.onnx", Analysis::On);
    assert!(choice.take_event(refused("/bad.onnx", true)).ask.is_some());
    choice.take_event(refused("/lost.onnx", true));
    choice.take_event(ready("", "aa", &["jazz"]));
    assert_eq!(message(&choice), Some("/lost.onnx is damaged"));
    choose(&mut choice, "/good.onnx", Analysis::On);
    choice.take_event(ready("/good.onnx", "bb", &["rock"]));
    assert_eq!(message(&choice), None);
}

#[test]
fn a_refused_choice_gives_way_to_the_model_that_came_into_force_since_it_was_made() {
    let mut choice = choice(file("/a.onnx"));
    choice.take_event(ready("/a.onnx", "aa", &["jazz"]));
    choose(&mut choice, "/b.onnx", Analysis::On);
    choose(&mut choice, "/c.onnx", Analysis::On);
    choice.take_event(ready("/b.onnx", "bb", &["rock"]));
    assert_eq!(choice.saved().path, "/c.onnx", "it is on its way");
    assert!(choice.take_event(refused("/c.onnx", false)).state);
    let saved = choice.saved();
    assert_eq!((&*saved.path, &*saved.sha256), ("/b.onnx", "bb"));
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
        let mut choice = choice(None);
        choice.take_event(ready("", "aa", &["jazz"]));
        assert_eq!(choice.take_event(stopped).running, Some(None));
        assert!(message(&choice).is_some());
    }
}

#[test]
fn nothing_is_said_to_load_once_the_analysis_has_ended() {
    for ended in [false, true] {
        let mut choice = choice(file("/m.onnx"));
        assert!(choice.is_loading());
        let message = "it failed unexpectedly".to_owned();
        choice.take_event(Event::Stopped { message, ended });
        assert_eq!(choice.is_loading(), !ended);
    }
}

#[test]
fn a_new_models_names_never_stand_beside_the_old_ones_values() {
    let mut choice = choice(None);
    choice.take_event(ready("", "aa", &["jazz"]));
    let mut again = |of: u32, sha256: &str| {
        let mut event = ready("/m.onnx", sha256, &["rock"]);
        if let Event::ModelReady { generation, .. } = &mut event {
            *generation = of;
        }
        choice.take_event(event).take_back
    };
    assert_eq!(again(2, "aa"), None, "the same model's values hold");
    assert_eq!(again(3, "bb"), Some(3));
}

#[test]
fn a_model_found_elsewhere_is_saved_with_its_new_place() {
    let mut choice = choice(Some(SavedModel {
        name: "Name".into(),
        path: "/old.onnx".into(),
        sha256: "aa".into(),
        ..SavedModel::default()
    }));
    assert!(choice.take_event(ready("/new.onnx", "aa", &["jazz"])).state);
    assert_eq!(choice.saved().path, "/new.onnx");
}

#[test]
fn groups_alone_are_news_for_the_host() {
    let mut choice = choice(None);
    let mut infos = |groups: &[&str]| {
        let mut event = ready("", "aa", &["jazz"]);
        if let Event::ModelReady { info, .. } = &mut event {
            let groups = groups.iter().map(|&group| group.to_owned()).collect();
            Arc::make_mut(info).groups = Some(groups);
        }
        choice.take_event(event).changed.infos
    };
    assert!(infos(&["genre"]));
    assert!(!infos(&["genre"]));
    assert!(infos(&["style"]));
}

#[test]
fn a_bounce_without_tags_stays_explained_when_the_model_arrives() {
    let mut choice = choice(file("/m.onnx"));
    let (severity, told) = choice.bounce_gave_up().log.expect("a line");
    assert_eq!(severity, Severity::Warning);
    assert!(told.contains("not ready after 60 s"), "{told}");
    choice.take_event(ready("/m.onnx", "aa", &["jazz"]));
    assert_eq!(message(&choice), Some(&*told));
}
