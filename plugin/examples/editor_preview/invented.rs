//! Invented data for the editor: what the preview and the pictures show.

use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tagline::core::compare::Compared;
use tagline::core::labels::Labels;
use tagline::core::macros::{ControlChange, Macro, Macros, NoteOutput, Source};
use tagline::core::osc::OscSettings;
use tagline::core::presets::Preset;
use tagline::core::settings::{Setting, Settings};
use tagline::core::view::{EditorSource, ModelInForce, Snapshot};
use tagline::core::window::WindowPlace;
use tagline::editor::Page;
use tagline_engine::{
    Backend, BackendReport, FrontEndSpec, Hearing, History, ModelInfo, ModelPlace, Moment,
    OutputKind, Spectrogram, Transport, WindowPicture, built_in_info,
};

/// What is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Music plays and the tags move.
    Music,
    /// The same music, with values that stand still.
    Still,
    /// The page of time.
    Time,
    /// The page of what the network hears.
    Hears,
    /// There is no model.
    NoModel,
    /// A model was refused while another is in force.
    Refused,
    /// The page of the model.
    ModelPage,
    /// The page of the settings.
    Settings,
    /// The page of the macros.
    Macros,
    /// The source panics after two seconds.
    Panic,
}

impl Scene {
    pub fn named(name: &str) -> Option<Self> {
        Some(match name {
            "music" => Self::Music,
            "still" => Self::Still,
            "time" => Self::Time,
            "hears" => Self::Hears,
            "nomodel" => Self::NoModel,
            "refused" => Self::Refused,
            "modelpage" => Self::ModelPage,
            "settings" => Self::Settings,
            "macros" => Self::Macros,
            "panic" => Self::Panic,
            _ => return None,
        })
    }

    pub fn page(self) -> Page {
        match self {
            Self::ModelPage => Page::Model,
            Self::Settings => Page::Settings,
            Self::Macros => Page::Macros,
            Self::Time => Page::Time,
            Self::Hears => Page::Hears,
            _ => Page::Tags,
        }
    }
}

/// A source of invented data.
pub struct Invented {
    scene: Scene,
    started: Instant,
    /// How often it has been asked.
    frames: AtomicU32,
    model: Arc<ModelInForce>,
    refusal: Arc<str>,
    settings: Mutex<Settings>,
    macros: Mutex<Arc<Macros>>,
    osc: Mutex<Arc<OscSettings>>,
    preset: Mutex<Arc<str>>,
    pinned: Mutex<Arc<Vec<String>>>,
    labels: Mutex<Arc<Labels>>,
    compared: Mutex<Compared>,
    history: Arc<History>,
    spectrogram: Arc<Spectrogram>,
}

impl Invented {
    /// A source for `scene`.
    pub fn new(scene: Scene) -> Self {
        let spectrogram = Arc::new(Spectrogram::default());
        let _ = spectrogram.ask();
        spectrogram.answer(invented_picture);
        spectrogram.put_answer(invented_hearing());
        Self {
            scene,
            started: Instant::now(),
            frames: AtomicU32::new(0),
            model: Arc::new(invented_model()),
            refusal: REFUSAL.into(),
            settings: Mutex::new(Settings::default()),
            macros: Mutex::new(Arc::new(invented_macros())),
            osc: Mutex::default(),
            preset: Mutex::default(),
            pinned: Mutex::default(),
            labels: Mutex::default(),
            compared: Mutex::default(),
            history: Arc::new(invented_history()),
            spectrogram,
        }
    }
}

impl EditorSource for Invented {
    fn fill(&self, snapshot: &mut Snapshot) {
        let seconds = match self.scene {
            Scene::Still => 40.0,
            _ => 18.4 + self.started.elapsed().as_secs_f32(),
        };
        assert!(
            self.scene != Scene::Panic || seconds < 20.4,
            "this scene panics"
        );
        snapshot.settings = *self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot.calibrated = snapshot.settings.calibrated;
        snapshot.active = true;
        snapshot.macros = Arc::clone(&self.macros.lock().unwrap_or_else(PoisonError::into_inner));
        snapshot.macro_values = [0.83, 1.0, 0.31, 0.62, 0.0, 0.0, 0.0, 0.0];
        let step = self.frames.fetch_add(1, Ordering::Relaxed) as f32;
        let wave = |speed: f32| (step * speed).sin();
        let drums = 0.55 + 0.3 * wave(0.02);
        let loudness = 0.66 + 0.12 * wave(0.013) + 0.06 * wave(0.11);
        let sources = [Some(loudness), Some(drums), Some(0.31), Some(0.62)];
        snapshot.macro_values[0] = 0.6 + 0.14 * wave(0.013);
        snapshot.macro_values[1] = f32::from(u8::from(drums > 0.5));
        snapshot.macro_sources[..4].copy_from_slice(&sources);
        snapshot.osc = Arc::clone(&self.osc.lock().unwrap_or_else(PoisonError::into_inner));
        snapshot.preset = Arc::clone(&self.preset.lock().unwrap_or_else(PoisonError::into_inner));
        snapshot.pinned = Arc::clone(&self.pinned.lock().unwrap_or_else(PoisonError::into_inner));
        snapshot.labels = Arc::clone(&self.labels.lock().unwrap_or_else(PoisonError::into_inner));
        let compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        snapshot.compared.clone_from(&compared);
        if self.scene == Scene::NoModel {
            return;
        }
        snapshot.model = Some(Arc::clone(&self.model));
        snapshot.running = Some(Backend::OnnxRuntimeCpu);
        snapshot.inference_ms = 2.9;
        snapshot.kept_bytes = 5_400_000;
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

    fn history(&self) -> Option<Arc<History>> {
        Some(Arc::clone(&self.history))
    }

    fn spectrogram(&self) -> Option<Arc<Spectrogram>> {
        Some(Arc::clone(&self.spectrogram))
    }

    fn set(&self, setting: Setting) {
        let mut settings = self.settings.lock().unwrap_or_else(PoisonError::into_inner);
        *settings = settings.with(setting);
    }

    fn set_macro(&self, index: usize, described: Macro) {
        let mut macros = self.macros.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::make_mut(&mut macros)[index] = described;
    }

    fn pin(&self, tag: &str, on: bool) {
        let mut pinned = self.pinned.lock().unwrap_or_else(PoisonError::into_inner);
        let pinned = Arc::make_mut(&mut pinned);
        pinned.retain(|pinned| pinned != tag);
        if on {
            pinned.push(tag.to_owned());
        }
    }

    fn set_labels(&self, labels: Labels) {
        *self.labels.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(labels);
    }

    fn switch_compared(&self) {
        let mut compared = self.compared.lock().unwrap_or_else(PoisonError::into_inner);
        compared.is_b = !compared.is_b;
    }

    fn set_compared(&self, compared: Compared) {
        *self.compared.lock().unwrap_or_else(PoisonError::into_inner) = compared;
    }

    fn window(&self) -> WindowPlace {
        WindowPlace::default()
    }

    fn set_window(&self, _place: WindowPlace) {}

    fn resize_window(&self, _width: u32, _height: u32) {}

    fn show_menu(&self, _id: u32, _at: (i32, i32)) {}

    fn set_osc(&self, settings: OscSettings) {
        *self.osc.lock().unwrap_or_else(PoisonError::into_inner) = Arc::new(settings);
    }

    fn load_preset(&self, preset: &Preset) {
        for setting in preset.tuning.settings() {
            self.set(setting);
        }
        let mut macros = self.macros.lock().unwrap_or_else(PoisonError::into_inner);
        *macros = Arc::new(preset.macros.clone());
        self.preset_saved(&preset.name);
    }

    fn preset_saved(&self, name: &str) {
        *self.preset.lock().unwrap_or_else(PoisonError::into_inner) = name.into();
    }

    fn choose_model(&self, _place: ModelPlace) {}
}

/// A few macros.
fn invented_macros() -> Macros {
    let mut macros = Macros::default();
    macros[0].name = "Energy".to_owned();
    macros[0].source = Source::Loudness;
    macros[0].midi_cc = Some(ControlChange {
        channel: 1,
        number: 74,
    });
    macros[1] = Macro {
        name: "Drums".to_owned(),
        source: Source::Tag {
            tag: "drums".to_owned(),
        },
        threshold: Some(50.0),
        hold_seconds: 1.0,
        release_seconds: 2.0,
        note: Some(NoteOutput {
            channel: 10,
            length_seconds: None,
            number: 36,
            velocity: Some(100),
        }),
        ..Macro::default()
    };
    macros[2].source = Source::Certainty {
        group: "genre".to_owned(),
    };
    macros[3].source = Source::Difference {
        tags: ["jazz".to_owned(), "rock".to_owned()],
    };
    macros
}

/// A value for `tag` that wanders with `seconds`, large for few tags.
fn invented(tag: usize, seconds: f32) -> f32 {
    let base = 0.93 * (-(tag as f32) / 6.0).exp() + 0.01;
    let phase = tag as f32 * 2.4;
    (base * (1.0 + 0.13 * (seconds * 0.35 + phase).sin())).clamp(0.0, 1.0)
}

/// Four minutes of a song that stops and then begins again at its second half.
fn invented_history() -> History {
    let history = History::default();
    for second in 3..240_u16 {
        let song = match second {
            0..140 => f64::from(second),
            _ => f64::from(second) - 80.0,
        };
        let is_second_half = song > 75.0;
        let value = |tag: usize| {
            let shifted = if is_second_half { tag + 3 } else { tag } % 12;
            invented(if tag < 12 { shifted } else { tag }, f32::from(second))
        };
        history.push(Moment {
            position_seconds: f64::from(second),
            seconds_heard: 12.0,
            transport: Transport {
                playing: true,
                seconds: Some(song),
                bars: Some(1.0 + song / 2.0),
                bars_a_second: Some(0.5),
            },
            begins: false,
            probabilities: (0..50).map(value).collect(),
        });
    }
    history
}

/// A window of 29 s: a bass drum, a chord that changes every bar, and cymbals that come in late.
fn invented_picture() -> WindowPicture {
    const ROWS: usize = 96;
    const COLUMNS: usize = 683;
    let mut levels = Vec::with_capacity(ROWS * COLUMNS);
    for row in 0..ROWS {
        for column in 0..COLUMNS {
            let seconds = column as f32 * 29.1 / COLUMNS as f32;
            let height = row as f32 / ROWS as f32;
            let beat = (seconds * 2.0).fract();
            let drum = (1.0 - height * 6.0).max(0.0) * (-beat * 6.0).exp();
            let chord = (seconds / 2.0) as usize % 4;
            let partial = (row + [0, 5, 3, 8][chord]) % 12;
            let tone = if partial < 2 && row < 70 {
                0.8 - height * 0.5
            } else {
                0.0
            };
            let tone = tone * (-(seconds % 2.0) * 0.6).exp();
            let is_late = seconds > 14.5;
            let cymbal = if is_late && height > 0.6 {
                (-(seconds * 4.0).fract() * 5.0).exp()
            } else {
                0.0
            };
            let level = 0.16 + 0.9 * drum + tone + 0.5 * cymbal;
            levels.push((level.clamp(0.0, 1.0) * 255.0) as u8);
        }
    }
    WindowPicture {
        rows: ROWS,
        columns: COLUMNS,
        levels,
        filled: 1.0,
        focus: 1.0,
        end_frame: 9_000,
    }
}

/// The fourth tag is heard wherever the drum is, and more where the cymbals are.
fn invented_hearing() -> Hearing {
    let stretch = |index: u16| {
        let wave = 0.12 * (f32::from(index) * 2.1).sin();
        let base = if index < 12 { 0.15 } else { 0.85 };
        if index == 5 { -0.25 } else { base + wave }
    };
    Hearing {
        tag: 3,
        end_frame: 8_960,
        frames: FrontEndSpec::won2020().frames as u64,
        stretches: (0..24).map(stretch).collect(),
        bands: vec![1.4, 0.5, 0.1, -0.1, 0.05, 0.3, 0.6, 0.4],
    }
}

/// The built-in model's tags, groups and thresholds, strong tags first.
fn invented_model() -> ModelInForce {
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
    let groups = built_in.groups.as_ref();
    let notes = built_in.notes.as_ref();
    let calibration = built_in.calibration.as_ref();
    ModelInForce {
        info: Arc::new(ModelInfo {
            name: built_in.name.clone(),
            version: "1.0".to_owned(),
            licence: "MIT".to_owned(),
            provenance: "Invented for a preview of the editor".to_owned(),
            tags: order
                .iter()
                .map(|&tag| built_in.tags[tag].clone())
                .collect(),
            front_end: FrontEndSpec::won2020(),
            output: OutputKind::Probabilities,
            groups: groups.map(|groups| order.iter().map(|&tag| groups[tag].clone()).collect()),
            notes: notes.map(|notes| order.iter().map(|&tag| notes[tag].clone()).collect()),
            calibration: calibration.map(|all| order.iter().map(|&tag| all[tag]).collect()),
            sha256: "0".repeat(64),
        }),
        place: ModelPlace::BuiltIn,
        report: BackendReport {
            running: Backend::OnnxRuntimeCpu,
            lines: vec![
                "ONNX Runtime 1.32, CPU: 2.9 ms an update, incremental".to_owned(),
                "tract: 5.1 ms an update, incremental".to_owned(),
                "CUDA: libcuda.so.1 is not on this machine".to_owned(),
            ],
            whole_windows: false,
        },
    }
}

const REFUSAL: &str = "/home/ada/Downloads/tagger.onnx has 50 tags in its metadata, but its \
    output has 56 values. Export it again with one tag for each output. The model Tagline default \
    stays in force.";
