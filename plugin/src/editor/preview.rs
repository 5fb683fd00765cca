//! Invented data to look at the editor without a host, for the example `editor_preview` and tests.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use egui_baseview::EguiWindow;
use egui_baseview::baseview::dpi::LogicalSize;
use tagline_engine::{
    Backend, BackendReport, FrontEndSpec, ModelInfo, ModelPlace, OutputKind, built_in_info,
};

use super::app::EditorApp;
use super::page::Page;
use super::source::{EditorSource, ModelInForce, Settings, Snapshot, setting};
use super::window::{self, EditorError};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Music plays and the tags move.
    Music,
    /// The same music, of which the values stand still.
    Still,
    /// There is no model.
    NoModel,
    /// A model was refused while another is in force.
    Refused,
    /// The page of the model.
    ModelPage,
    /// The source panics after two seconds.
    Panic,
}

impl Scene {
    /// The scene of this name, in lower case.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "music" => Self::Music,
            "still" => Self::Still,
            "nomodel" => Self::NoModel,
            "refused" => Self::Refused,
            "modelpage" => Self::ModelPage,
            "panic" => Self::Panic,
            _ => return None,
        })
    }
}

/// A source of invented data.
pub struct PreviewSource {
    scene: Scene,
    started: Instant,
    model: Arc<ModelInForce>,
    refusal: Arc<str>,
    settings: Mutex<Settings>,
}

impl PreviewSource {
    /// A source that shows `scene` from now on.
    #[must_use]
    pub fn new(scene: Scene) -> Self {
        Self {
            scene,
            started: Instant::now(),
            model: invented_model(),
            refusal: REFUSAL.into(),
            settings: Mutex::new(Settings::default()),
        }
    }
}

impl EditorSource for PreviewSource {
    fn fill(&self, snapshot: &mut Snapshot) {
        let seconds = match self.scene {
            Scene::Still => 18.4,
            _ => 18.4 + self.started.elapsed().as_secs_f32(),
        };
        assert!(
            self.scene != Scene::Panic || seconds < 20.4,
            "a panic was asked for"
        );
        snapshot.settings = *self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot.calibrated = snapshot.settings.calibrated;
        snapshot.active = true;
        if self.scene == Scene::NoModel {
            return;
        }
        snapshot.model = Some(Arc::clone(&self.model));
        snapshot.running = Some(Backend::OnnxRuntimeCpu);
        snapshot.inference_ms = 23.7;
        snapshot.seconds_heard = seconds.min(snapshot.window_seconds());
        snapshot.updates = seconds as u64;
        let tags = snapshot.tags().len();
        // One update a second, as the plugin gives them.
        for (tag, value) in snapshot.values[..tags].iter_mut().enumerate() {
            *value = invented(tag, seconds.floor());
        }
        if self.scene == Scene::Refused {
            snapshot.message = Some(Arc::clone(&self.refusal));
        }
    }

    fn set_setting(&self, id: u32, value: f64) {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        match id {
            setting::MODE => settings.mode = value as u8,
            setting::UPDATE_EVERY => settings.update_every = value as u8,
            setting::SMOOTHING => settings.smoothing_seconds = value as f32,
            setting::MIDI_CC_OUTPUT => settings.midi_cc_output = value >= 0.5,
            setting::BACKEND => settings.backend = value as u8,
            setting::VALUES => settings.calibrated = value < 0.5,
            _ => {}
        }
    }

    fn choose_model(&self, _place: ModelPlace) {}
}

/// Opens a window of its own that shows `scene` in `size` points, until it is closed.
///
/// # Errors
/// [`EditorError`] if there is no display with OpenGL.
pub fn run(scene: Scene, size: (f64, f64)) -> Result<(), EditorError> {
    let source = Arc::new(PreviewSource::new(scene));
    let mut app = EditorApp::new(source, Arc::new(AtomicBool::new(true)), None);
    if scene == Scene::ModelPage {
        app.page = Page::Model;
    }
    let mut settings = window::settings().with_size(LogicalSize::new(size.0, size.1));
    settings.wait_for_parent = false;
    EguiWindow::create(settings, app)?.run_until_closed()?;
    Ok(())
}

/// A value for `tag` that wanders with `seconds`, large for few tags.
fn invented(tag: usize, seconds: f32) -> f32 {
    let base = 0.93 * (-(tag as f32) / 6.0).exp() + 0.01;
    let phase = tag as f32 * 2.4;
    (base * (1.0 + 0.13 * (seconds * 0.35 + phase).sin())).clamp(0.0, 1.0)
}

/// A snapshot with a model of these tags, all at 0.
#[must_use]
pub fn snapshot_of(tags: &[&str]) -> Snapshot {
    Snapshot {
        model: Some(model_of(tags)),
        ..Snapshot::default()
    }
}

/// The built-in model's tags, groups and thresholds, strong tags first.
fn invented_model() -> Arc<ModelInForce> {
    let built_in = built_in_info();
    let strong = [
        "jazz",
        "piano",
        "bass",
        "drums",
        "instrumental",
        "calm",
        "saxophone",
    ];
    let rank = |tag: &String| strong.iter().position(|name| name == tag);
    let mut order: Vec<usize> = (0..built_in.tags.len()).collect();
    order.sort_by_key(|&tag| rank(&built_in.tags[tag]).unwrap_or(strong.len()));
    let tags: Vec<&str> = order
        .iter()
        .map(|&tag| built_in.tags[tag].as_str())
        .collect();
    let mut model = model_of(&tags);
    let model_in_force = Arc::make_mut(&mut model);
    model_in_force.place = ModelPlace::BuiltIn;
    let info = Arc::make_mut(&mut model_in_force.info);
    info.name.clone_from(&built_in.name);
    let groups = built_in.groups.as_ref();
    info.groups = groups.map(|groups| order.iter().map(|&tag| groups[tag].clone()).collect());
    let calibration = built_in.calibration.as_ref();
    info.calibration = calibration.map(|all| order.iter().map(|&tag| all[tag]).collect());
    model
}

fn model_of(tags: &[&str]) -> Arc<ModelInForce> {
    Arc::new(ModelInForce {
        info: Arc::new(ModelInfo {
            name: "Jamendo FCN".to_owned(),
            version: "1.0".to_owned(),
            licence: "MIT".to_owned(),
            provenance: "Invented for a preview of the editor".to_owned(),
            tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
            front_end: FrontEndSpec::won2020(),
            output: OutputKind::Probabilities,
            groups: None,
            calibration: None,
            sha256: "0".repeat(64),
        }),
        place: ModelPlace::File("/home/ada/.local/share/tagline/models/jamendo-fcn.onnx".into()),
        report: BackendReport {
            running: Backend::OnnxRuntimeCpu,
            lines: vec![
                "ONNX Runtime 1.32, CPU: 2.9 ms an update, incremental".to_owned(),
                "tract: 5.1 ms an update, incremental".to_owned(),
                "CUDA: libcuda.so.1 is not on this machine".to_owned(),
            ],
        },
    })
}

const REFUSAL: &str = "/home/ada/Downloads/tagger.onnx has 50 tags in its metadata, but its \
    output has 56 values. Export it again with one tag for each output. The model Tagline default \
    stays in force.";
