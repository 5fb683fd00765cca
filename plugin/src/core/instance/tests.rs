//! An instance with a host: what the user chooses, and what a host gets to hear.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tagline_engine::ModelPlace;
use tagline_tests::tiny_model;

use super::*;
use crate::core::tests::{Noted, Taken};
use crate::core::view::Snapshot;

/// An instance and its host.
struct Rig {
    processor: Option<Processor>,
    instance: Instance<'static>,
    host: Arc<Noted>,
    folder: tempfile::TempDir,
}

impl Rig {
    fn new() -> Self {
        let host = Arc::<Noted>::default();
        let any_thread = Arc::clone(&host) as Arc<dyn Host>;
        Self {
            processor: None,
            instance: Instance::new(any_thread, Box::new(Arc::clone(&host)), Vec::new()),
            host,
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn activate(&mut self) {
        self.processor = Some(self.instance.activate(24_000.0, 512));
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("write");
        path
    }

    fn load(&self, model: &Path) {
        let text = serde_json::json!({
            "format": "tagline-state", "version": 2, "model": { "path": model },
        });
        let text = text.to_string();
        self.instance.load(text.as_bytes()).expect("a good state");
    }

    fn saved_model(&self) -> String {
        let bytes = self.instance.save().expect("it saves");
        let text: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        text["model"]["path"].as_str().expect("a path").to_owned()
    }

    /// What the editor does when the user chooses.
    fn choose(&self, path: &Path) {
        let place = ModelPlace::File(path.to_owned());
        self.instance.editor_source().choose_model(place);
    }

    fn snapshot(&self) -> Snapshot {
        let mut snapshot = Snapshot::default();
        self.instance.editor_source().fill(&mut snapshot);
        snapshot
    }

    fn wait_for<T>(&self, what: &str, look: impl Fn(&Snapshot) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            if self.host.asked.swap(false, Ordering::AcqRel) {
                self.instance.on_main_thread();
            }
            if let Some(found) = look(&self.snapshot()) {
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "no {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn wait_for_tag(&self, tag: &str) {
        self.wait_for(tag, |snapshot| {
            let model = snapshot.model.as_ref().filter(|_| !snapshot.loading)?;
            (model.info.tags == [tag]).then_some(())
        });
    }

    fn wait_for_message(&self) -> String {
        self.wait_for("message", |snapshot| {
            Some(snapshot.message.as_ref()?.to_string())
        })
    }

    fn log(&self) -> Vec<String> {
        self.instance.on_main_thread();
        self.host.log.lock().expect("the log").clone()
    }
}

impl Drop for Rig {
    fn drop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor);
        }
    }
}

/// A state whose every part is the user's own.
fn own_state() -> serde_json::Value {
    serde_json::json!({
        "format": "tagline-state", "version": 2,
        "model": {"path": "/my/model.onnx", "sha256": ""},
        "osc": {"host": "10.0.0.7", "on": true, "port": 7000, "prefix": "/mine", "rate_hz": 5},
        "settings": {
            "backend": "tract", "bypass": true, "focus_seconds": 12.0, "midi_cc_count": 3,
            "midi_cc_first": 40, "midi_cc_output": true, "midi_channel": 9, "mode": "record",
            "resolution": 2.0, "smoothing_seconds": 4.0, "update_seconds": 5.0, "values": "raw",
        },
        "macros": {"8": {"name": "Mine", "source": {"kind": "loudness"}}},
    })
}

#[test]
fn a_preset_changes_the_macros_and_the_tuning_and_nothing_else() {
    let rig = Rig::new();
    let before = own_state();
    rig.instance
        .load(before.to_string().as_bytes())
        .expect("a good state");
    let mut expected: serde_json::Value = saved(&rig);
    let preset = serde_json::json!({
        "format": "tagline-preset", "version": 1, "name": "Gate",
        "settings": {"focus_seconds": 3, "update_seconds": 0.25},
        "macros": {"2": {"threshold": 40, "source": {"kind": "loudness"}}},
    });
    rig.instance
        .load(preset.to_string().as_bytes())
        .expect("a good preset");
    let found = saved(&rig);
    for (key, value) in [
        ("focus_seconds", 3.0.into()),
        ("resolution", 0.5.into()),
        ("smoothing_seconds", 0.0.into()),
        ("update_seconds", 0.25.into()),
        ("values", "calibrated".into()),
    ] {
        expected["settings"][key] = value;
    }
    expected["preset"] = "Gate".into();
    expected["macros"] = found["macros"].clone();
    assert_eq!(found, expected);
    assert_eq!(found["macros"]["2"]["threshold"], 40.0);
    assert!(
        found["macros"]["8"].is_null(),
        "all macros are the preset's"
    );
    rig.instance.on_main_thread();
    let changed = *rig.host.changed.lock().expect("not poisoned");
    assert!(changed.values && changed.infos, "{changed:?}");
    assert!(rig.host.dirty.load(Ordering::Acquire));
}

#[test]
fn a_preset_that_is_broken_is_named_and_changes_nothing() {
    let rig = Rig::new();
    rig.instance
        .load(own_state().to_string().as_bytes())
        .expect("a good state");
    let before = saved(&rig);
    let broken =
        "{\"format\":\"tagline-preset\",\"version\":1,\n\"macros\":{\"1\":{\"curve\":200}}}";
    let error = rig.instance.load(broken.as_bytes()).expect_err("broken");
    let expected = "line 2: macro 1 cannot be used: its curve is 200, but it must be -100 to 100";
    assert!(error.to_string().starts_with(expected), "{error}");
    assert_eq!(saved(&rig), before);
}

#[test]
fn what_a_preset_has_of_a_later_version_is_named_in_the_log() {
    let rig = Rig::new();
    let preset = r#"{"format":"tagline-preset","version":1,"name":"New","glow":1}"#;
    rig.instance.load(preset.as_bytes()).expect("a good preset");
    let log = rig.host.log.lock().expect("not poisoned").join("\n");
    assert!(log.contains("\"New\"") && log.contains("glow"), "{log}");
}

fn saved(rig: &Rig) -> serde_json::Value {
    let bytes = rig.instance.save().expect("it saves");
    serde_json::from_slice(&bytes).expect("JSON")
}

#[test]
fn a_file_that_failed_is_opened_again_when_it_is_chosen_again() {
    let mut rig = Rig::new();
    let path = rig.write("model.onnx", b"no model yet");
    rig.load(&path);
    rig.activate();
    rig.wait_for_message();
    assert_eq!(
        rig.saved_model(),
        path.to_string_lossy(),
        "a session keeps the name of the model that it lacks"
    );
    rig.write("model.onnx", &tiny_model(&["jazz"]));
    rig.choose(&path);
    rig.wait_for_tag("jazz");
}

#[test]
fn after_a_choice_that_fails_the_session_is_saved_with_the_model_that_tags() {
    let mut rig = Rig::new();
    let good = rig.write("good.onnx", &tiny_model(&["jazz"]));
    let bad = rig.write("bad.onnx", b"no model");
    rig.load(&good);
    rig.activate();
    rig.wait_for_tag("jazz");
    rig.choose(&bad);
    let message = rig.wait_for_message();
    assert!(message.contains("bad.onnx"), "{message}");
    assert_eq!(rig.saved_model(), good.to_string_lossy());
    rig.wait_for_tag("jazz");
    assert_eq!(
        rig.log(),
        [format!("Error: {message}")],
        "hosts can show it"
    );
}

#[test]
fn a_choice_that_fails_while_nothing_runs_leaves_the_earlier_one_and_says_why() {
    let mut rig = Rig::new();
    let good = rig.write("good.onnx", &tiny_model(&["jazz"]));
    let bad = rig.write("bad.onnx", b"no model");
    rig.load(&good);
    rig.choose(&bad);
    let message = rig.wait_for_message();
    assert!(message.contains("bad.onnx"), "{message}");
    assert_eq!(rig.saved_model(), good.to_string_lossy());
    assert_eq!(rig.instance.name(TAGS_AT), "jazz");
    rig.activate();
    rig.wait_for_tag("jazz");
}

#[test]
fn a_bounce_that_goes_on_without_tags_is_told_and_stays_visible_when_the_model_arrives() {
    let mut rig = Rig::new();
    let good = rig.write("good.onnx", &tiny_model(&["jazz"]));
    rig.load(&good);
    rig.activate();
    // What the audio thread does after a minute's wait.
    rig.instance.board().stall();
    rig.instance.on_main_thread();
    let message = rig.wait_for_message();
    assert!(message.contains("not ready after 60 s"), "{message}");
    rig.wait_for_tag("jazz");
    assert_eq!(rig.wait_for_message(), message);
    assert_eq!(rig.log(), [format!("Warning: {message}")], "told once");
}

#[test]
fn a_network_that_cannot_run_is_found_out_by_the_loader_and_the_names_are_known_before() {
    let mut rig = Rig::new();
    // Its metadata is whole; its network has one value for two tags.
    let mut model = tagline_tests::TinyModel::new(&["jazz"], 141);
    model = model.with("tagline.tags", Some(r#"["jazz", "piano"]"#));
    let path = rig.write("half.onnx", &model.bytes());
    rig.load(&path);
    let names = |rig: &Rig| [0, 1, 2].map(|slot| rig.instance.name(TAGS_AT + slot));
    assert_eq!(names(&rig), ["jazz", "piano", "Tag 3"]);
    assert_eq!(rig.snapshot().message, None);
    rig.activate();
    let message = rig.wait_for_message();
    assert!(message.contains("half.onnx"), "{message}");
    rig.wait_for("built-in model", |snapshot| {
        snapshot.model.as_ref().map(|_| ())
    });
    assert_ne!(names(&rig)[2], "Tag 3");
}

#[test]
fn a_sessions_model_that_is_missing_is_in_the_log_once_as_soon_as_it_is_loaded() {
    let mut rig = Rig::new();
    let nowhere = rig.folder.path().join("lost.onnx");
    rig.load(&nowhere);
    let log = rig.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("Warning") && log[0].contains("lost.onnx"));
    rig.load(&nowhere);
    rig.activate();
    rig.wait_for("built-in model", |snapshot| {
        snapshot.model.as_ref().map(|_| ())
    });
    assert_eq!(rig.log(), log);
    // The user's choice is answered, whatever has been said before.
    rig.choose(&nowhere);
    rig.wait_for("answer", |snapshot| (!snapshot.loading).then_some(()));
    let answered = rig.log();
    assert_eq!(answered.len(), 2, "{answered:?}");
}

#[test]
fn an_impossible_rate_is_in_the_log() {
    let mut rig = Rig::new();
    rig.processor = Some(rig.instance.activate(500.0, 512));
    let log = rig.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("Error") && log[0].contains("500"));
    assert_eq!(log[0], format!("Error: {}", rig.wait_for_message()));
}

#[test]
fn an_unknown_parameter_has_neither_value_nor_text() {
    let rig = Rig::new();
    for id in [71, 9_999] {
        assert_eq!(rig.instance.value(id), None);
        assert_eq!(rig.instance.text(id, 1.0), None);
        assert_eq!(rig.instance.parse(id, "1"), None);
    }
}

#[test]
fn a_groups_name_begins_with_a_capital_in_the_hosts_tree() {
    assert_eq!(tag_group("Tags", "genre"), "Tags/Genre");
    assert_eq!(tag_group("Tags", " élan vital"), "Tags/Élan vital");
}

#[test]
fn a_host_that_sets_values_between_activations_hears_of_edits_there() {
    let rig = Rig::new();
    rig.instance.editor_source().set(Setting::Smoothing(2.0));
    rig.instance.on_main_thread();
    assert!(rig.host.flush.load(Ordering::Acquire));
    let mut taken = Taken::default();
    let value = Input::Value { id: 7, value: 40.0 };
    rig.instance.flush([value].into_iter(), &mut taken);
    assert_eq!(taken.outputs.len(), 3, "a gesture around one value");
    assert_eq!(rig.instance.value(7), Some(40.0));
}

#[test]
fn a_panic_on_the_audio_thread_costs_the_tags_until_the_next_activation_and_is_told() {
    let mut rig = Rig::new();
    rig.activate();
    let processor = rig.processor.as_mut().expect("active");
    processor.guarded(|_| panic!("a fault of ours"));
    let mut taken = Taken::default();
    let input = Input::Value {
        id: id::MODE,
        value: 2.0,
    };
    processor.flush([input].into_iter(), &mut taken);
    assert_eq!(rig.instance.value(id::MODE), Some(0.0), "nothing runs");
    let message = rig.wait_for_message();
    assert!(message.contains("fault in Tagline"), "{message}");
    assert_eq!(rig.log(), [format!("Error: {message}")]);
    let processor = rig.processor.take().expect("active");
    rig.instance.deactivate(processor);
    rig.activate();
    let processor = rig.processor.as_mut().expect("active");
    processor.flush([input].into_iter(), &mut taken);
    assert_eq!(rig.instance.value(id::MODE), Some(2.0));
}
