//! What the core's tests share, and what holds for the core as a whole.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use tagline_engine::{Backend, BackendReport, FrontEndSpec, ModelInfo, ModelPlace, OutputKind};

use super::events::{Output, Outputs};
use super::host::{Changed, Host, MainHost, Severity};
use super::view::ModelInForce;

/// A model in force with these tags.
pub fn model_of(tags: &[&str]) -> ModelInForce {
    let info = ModelInfo {
        name: "Test".to_owned(),
        version: "1.0".to_owned(),
        licence: "MIT".to_owned(),
        provenance: "Made up".to_owned(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        front_end: FrontEndSpec::won2020(),
        output: OutputKind::Probabilities,
        groups: None,
        notes: None,
        calibration: None,
        sha256: "0".repeat(64),
    };
    ModelInForce {
        info: Arc::new(info),
        place: ModelPlace::BuiltIn,
        report: BackendReport {
            running: Backend::Tract,
            lines: Vec::new(),
            whole_windows: false,
        },
    }
}

/// Takes outputs, as many as there is room for.
pub struct Taken {
    pub outputs: Vec<(u32, Output)>,
    pub room: usize,
}

impl Default for Taken {
    fn default() -> Self {
        Self {
            outputs: Vec::with_capacity(1_024),
            room: usize::MAX,
        }
    }
}

impl Outputs for Taken {
    fn push(&mut self, time: u32, output: Output) -> bool {
        let Some(room) = self.room.checked_sub(1) else {
            return false;
        };
        self.room = room;
        self.outputs.push((time, output));
        true
    }
}

/// A host that notes what it is asked for.
#[derive(Default)]
pub struct Noted {
    pub asked: AtomicBool,
    pub flush: AtomicBool,
    pub dirty: AtomicBool,
    pub changed: Mutex<Changed>,
    pub log: Mutex<Vec<String>>,
}

impl Host for Noted {
    fn request_main_thread(&self) {
        self.asked.store(true, Ordering::Release);
    }
}

impl MainHost for Arc<Noted> {
    fn parameters_changed(&self, changed: Changed) {
        let mut all = self.changed.lock().expect("not poisoned");
        *all = all.and(changed);
    }

    fn state_changed(&self) {
        self.dirty.store(true, Ordering::Release);
    }

    fn request_flush(&self) {
        self.flush.store(true, Ordering::Release);
    }

    fn log(&self, severity: Severity, message: &str) {
        let line = format!("{severity:?}: {message}");
        self.log.lock().expect("not poisoned").push(line);
    }
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn the_core_uses_no_plugin_format_and_no_editor() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = vec![source.join("core.rs")];
    rust_files(&source.join("core"), &mut files);
    assert!(files.len() > 15, "the core lies elsewhere");
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a source file");
        let uses = text.lines().map(str::trim_start).filter(|line| {
            let line = line.strip_prefix("pub ").unwrap_or(line);
            line.starts_with("use ")
        });
        for line in uses {
            for foreign in [
                "clack",
                "clap",
                "vst3",
                "baseview",
                "egui",
                "editor",
                "raw_audio",
            ] {
                assert!(!line.contains(foreign), "{}: {line}", file.display());
            }
        }
    }
}
