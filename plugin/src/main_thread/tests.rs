//! What the user chooses in the editor, in an instance with a host.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use clack_extensions::log::{HostLog, HostLogImpl, LogSeverity};
use clack_extensions::params::PluginParams;
use clack_extensions::state::PluginState;
use clack_host::prelude::*;
use tagline_engine::ModelPlace;
use tagline_tests::tiny_model;

use crate::board::Board;
use crate::editor::EditorSource;
use crate::plugin;

#[derive(Default)]
struct Requests {
    callback: AtomicBool,
    log: Mutex<Vec<String>>,
}

impl SharedHandler<'_> for Requests {
    fn request_restart(&self) {}
    fn request_process(&self) {}
    fn request_callback(&self) {
        self.callback.store(true, Ordering::Release);
    }
}

impl HostLogImpl for Requests {
    fn log(&self, severity: LogSeverity, message: &str) {
        let mut log = self.log.lock().expect("the log");
        log.push(format!("{severity}: {message}"));
    }
}

struct Handlers;

impl HostHandlers for Handlers {
    type Shared<'a> = Requests;
    type MainThread<'a> = ();
    type AudioProcessor<'a> = ();

    fn declare_extensions(builder: &mut HostExtensions<Self>, _shared: &Self::Shared<'_>) {
        builder.register::<HostLog>();
    }
}

/// An instance, its host, and what its threads share.
struct Host {
    // Before `instance`: the instance must outlive its processor.
    processor: Option<StoppedPluginAudioProcessor<Handlers>>,
    instance: PluginInstance<Handlers>,
    board: Arc<Board>,
    folder: tempfile::TempDir,
}

impl Host {
    fn new() -> Self {
        // SAFETY: the descriptor is the plugin's own, made by clack.
        let entry = unsafe { PluginEntry::load_from_raw(&crate::clap_entry, c"/nowhere/T.clap") };
        let info = HostInfo::new("Test", "Tagline", "", "1").expect("plain strings");
        let instance = PluginInstance::<Handlers>::new(
            |_| Requests::default(),
            |_| (),
            &entry.expect("the entry initialises"),
            c"audio.tagline.tagline",
            &info,
        );
        Self {
            processor: None,
            instance: instance.expect("an instance"),
            board: plugin::newest_board().expect("the instance made one"),
            folder: tempfile::tempdir().expect("a temporary folder"),
        }
    }

    fn activate(&mut self) {
        self.activate_at(24_000.0);
    }

    fn activate_at(&mut self, sample_rate_hz: f64) {
        let config = PluginAudioConfiguration {
            sample_rate: sample_rate_hz,
            min_frames_count: 1,
            max_frames_count: 512,
        };
        let processor = self.instance.activate(|_, _| (), config);
        self.processor = Some(processor.expect("it activates"));
    }

    fn write(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).expect("write");
        path
    }

    fn load(&mut self, model: &Path) {
        let text = serde_json::json!({
            "format": "tagline-state", "version": 1, "model": { "path": model },
        })
        .to_string();
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        state
            .load(&handle, &mut text.as_bytes())
            .expect("a good state");
    }

    fn saved_model(&mut self) -> String {
        let handle = self.instance.plugin_handle();
        let state: PluginState = handle.get_extension().expect("state");
        let mut bytes = Vec::new();
        state.save(&handle, &mut bytes).expect("it saves");
        let text: serde_json::Value = serde_json::from_slice(&bytes).expect("JSON");
        text["model"]["path"].as_str().expect("a path").to_owned()
    }

    /// What the editor does when the user chooses.
    fn choose(&mut self, path: &Path) {
        self.board.choose_model(ModelPlace::File(path.to_owned()));
    }

    fn wait_for<T>(&mut self, what: &str, look: impl Fn(&Board) -> Option<T>) -> T {
        let started = Instant::now();
        loop {
            let asked = |requests: &Requests| requests.callback.swap(false, Ordering::AcqRel);
            if self.instance.access_shared_handler(asked) {
                self.instance.call_on_main_thread_callback();
            }
            if let Some(found) = look(&self.board) {
                return found;
            }
            assert!(started.elapsed() < Duration::from_secs(60), "no {what}");
            std::thread::sleep(Duration::from_millis(2));
        }
    }

    fn wait_for_tag(&mut self, tag: &str) {
        self.wait_for(tag, |board| {
            let desk = board.desk();
            let model = desk.model.as_ref().filter(|_| !desk.loading)?;
            (model.info.tags == [tag]).then_some(())
        });
    }

    fn wait_for_message(&mut self) -> String {
        self.wait_for("message", |board| {
            Some(board.desk().message.as_ref()?.to_string())
        })
    }

    fn log(&self) -> Vec<String> {
        self.instance
            .access_shared_handler(|requests| requests.log.lock().expect("the log").clone())
    }
}

impl Drop for Host {
    fn drop(&mut self) {
        if let Some(processor) = self.processor.take() {
            self.instance.deactivate(processor);
        }
    }
}

#[test]
fn a_file_that_failed_is_opened_again_when_it_is_chosen_again() {
    let mut host = Host::new();
    let path = host.write("model.onnx", b"no model yet");
    host.load(&path);
    host.activate();
    host.wait_for_message();
    assert_eq!(
        host.saved_model(),
        path.to_string_lossy(),
        "a session keeps the name of the model that it lacks"
    );
    host.write("model.onnx", &tiny_model(&["jazz"]));
    host.choose(&path);
    host.wait_for_tag("jazz");
}

#[test]
fn after_a_choice_that_fails_the_session_is_saved_with_the_model_that_tags() {
    let mut host = Host::new();
    let good = host.write("good.onnx", &tiny_model(&["jazz"]));
    let bad = host.write("bad.onnx", b"no model");
    host.load(&good);
    host.activate();
    host.wait_for_tag("jazz");
    host.choose(&bad);
    let message = host.wait_for_message();
    assert!(message.contains("bad.onnx"), "{message}");
    assert_eq!(host.saved_model(), good.to_string_lossy());
    host.wait_for_tag("jazz");
    assert_eq!(
        host.log(),
        [format!("ERROR: {message}")],
        "hosts can show it"
    );
}

#[test]
fn a_choice_that_fails_while_nothing_runs_leaves_the_earlier_one_and_says_why() {
    let mut host = Host::new();
    let good = host.write("good.onnx", &tiny_model(&["jazz"]));
    let bad = host.write("bad.onnx", b"no model");
    host.load(&good);
    host.choose(&bad);
    let message = host.wait_for_message();
    assert!(message.contains("bad.onnx"), "{message}");
    assert_eq!(host.saved_model(), good.to_string_lossy());
    assert_eq!(*host.board.desk().names, ["jazz".to_owned()]);
    host.activate();
    host.wait_for_tag("jazz");
}

#[test]
fn a_bounce_that_goes_on_without_tags_is_told_and_the_models_arrival_hides_it_not() {
    let mut host = Host::new();
    let good = host.write("good.onnx", &tiny_model(&["jazz"]));
    host.load(&good);
    host.activate();
    // What the audio thread does after a minute's wait.
    host.board.stall();
    host.instance.call_on_main_thread_callback();
    let message = host.wait_for_message();
    assert!(message.contains("not ready after 60 s"), "{message}");
    host.wait_for_tag("jazz");
    assert_eq!(host.wait_for_message(), message);
    assert_eq!(host.log(), [format!("WARN: {message}")], "told once");
}

#[test]
fn a_network_that_is_no_good_is_found_out_by_the_loader_and_the_names_are_known_before() {
    let mut host = Host::new();
    // Its metadata is whole; its network has one value for two tags.
    let mut model = tagline_tests::TinyModel::new(&["jazz"], 141);
    model = model.with("tagline.tags", Some(r#"["jazz", "piano"]"#));
    let path = host.write("half.onnx", &model.bytes());
    host.load(&path);
    assert_eq!(host.board.desk().names.len(), 2);
    assert_eq!(host.board.desk().message, None);
    host.activate();
    let message = host.wait_for_message();
    assert!(message.contains("half.onnx"), "{message}");
    host.wait_for("built-in model", |board| {
        board.desk().model.as_ref().map(|_| ())
    });
    assert!(host.board.desk().names.len() > 2);
}

#[test]
fn a_sessions_model_that_is_missing_is_in_the_log_once_as_soon_as_it_is_loaded() {
    let mut host = Host::new();
    let nowhere = host.folder.path().join("lost.onnx");
    host.load(&nowhere);
    let log = host.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("WARN") && log[0].contains("lost.onnx"));
    host.load(&nowhere);
    host.activate();
    host.wait_for("built-in model", |board| {
        board.desk().model.as_ref().map(|_| ())
    });
    assert_eq!(host.log(), log);
    // A choice is answered, whatever has been said before.
    host.choose(&nowhere);
    host.wait_for("answer", |board| (!board.desk().loading).then_some(()));
    let answered = host.log();
    assert_eq!(answered.len(), 2, "{answered:?}");
}

#[test]
fn an_impossible_rate_is_in_the_log() {
    let mut host = Host::new();
    host.activate_at(500.0);
    let log = host.log();
    assert_eq!(log.len(), 1, "{log:?}");
    assert!(log[0].starts_with("ERROR") && log[0].contains("500"));
    assert_eq!(log[0], format!("ERROR: {}", host.wait_for_message()));
}

#[test]
fn an_unknown_parameter_has_no_text_and_is_no_error_of_the_plugins() {
    let mut host = Host::new();
    let handle = host.instance.plugin_handle();
    let params: PluginParams = handle.get_extension().expect("parameters");
    let mut buffer = [0; 64];
    let text = params.value_to_text(&handle, ClapId::new(9_999), 1.0, &mut buffer);
    assert!(text.is_err());
    assert_eq!(host.log(), [""; 0]);
}
