//! What the editor shows, and how it asks for changes. The plugin implements [`EditorSource`];
//! the editor knows nothing else of it.

use std::sync::Arc;

use tagline_engine::{Backend, BackendReport, MAX_TAGS, ModelInfo, ModelPlace};

/// Ids of the parameters that the editor sets through [`EditorSource::set_setting`].
pub mod setting {
    /// Mode: 0 Live, 1 Record, 2 Follow.
    pub const MODE: u32 = 1;
    /// Time between updates: a choice of [`UPDATE_SECONDS`].
    pub const UPDATE_EVERY: u32 = 2;
    /// Time constant of the smoothing, in seconds, 0 to 10.
    pub const SMOOTHING: u32 = 3;
    /// MIDI CC output: 0 off, 1 on.
    pub const MIDI_CC_OUTPUT: u32 = 4;
    /// What runs the network: 0 Auto, 1 tract, 2 ONNX Runtime CPU, 3 CUDA, 4 DirectML.
    pub const BACKEND: u32 = 8;
    /// Which values are shown and driven: 0 calibrated, 1 the network's own.
    pub const VALUES: u32 = 9;

    /// Seconds between updates, by choice.
    pub const UPDATE_SECONDS: [f32; 5] = [0.25, 0.5, 1.0, 2.0, 5.0];
    /// Longest time constant of the smoothing, in seconds.
    pub const MAX_SMOOTHING_SECONDS: f32 = 10.0;
}

/// The plugin as the editor sees it. One source may serve several editors in turn; all methods
/// are called on the editor's thread, which on X11 is not the host's main thread, so they must
/// neither call the host directly nor wait for the audio or main thread.
pub trait EditorSource: Send + Sync {
    /// Fills `snapshot` with what holds now. Called up to 30 times a second with the same
    /// `snapshot`; replace an [`Arc`] only when its content has changed, and allocate nothing else.
    fn fill(&self, snapshot: &mut Snapshot);

    /// Sets the parameter `id` of [`setting`] to the plain value `value`, as a user's gesture that
    /// the host hears of. The next snapshot shows it.
    fn set_setting(&self, id: u32, value: f64);

    /// Asks for the model at `place`. What came of it is in a later snapshot: another
    /// [`Snapshot::model`], or a [`Snapshot::message`].
    fn choose_model(&self, place: ModelPlace);
}

/// A model in force.
#[derive(Clone, Debug)]
pub struct ModelInForce {
    /// What it says of itself.
    pub info: Arc<ModelInfo>,
    /// Where it was found.
    pub place: ModelPlace,
    /// What was to be run when it was opened, and why not something else.
    pub report: BackendReport,
}

/// Values of the settings, in the parameters' plain units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// 0 Live, 1 Record, 2 Follow.
    pub mode: u8,
    /// A choice of [`setting::UPDATE_SECONDS`].
    pub update_every: u8,
    /// Time constant of the smoothing, in seconds.
    pub smoothing_seconds: f32,
    /// Whether tags are sent as MIDI CC.
    pub midi_cc_output: bool,
    /// MIDI channel, 1 to 16.
    pub midi_channel: u8,
    /// Number of the first MIDI CC.
    pub first_midi_cc: u8,
    /// How many MIDI CCs are sent.
    pub midi_cc_count: u8,
    /// 0 Auto, 1 tract, 2 ONNX Runtime CPU, 3 CUDA, 4 DirectML.
    pub backend: u8,
    /// Whether values are calibrated, instead of the network's own.
    pub calibrated: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            mode: 0,
            update_every: 2,
            smoothing_seconds: 0.0,
            midi_cc_output: false,
            midi_channel: 1,
            first_midi_cc: 20,
            midi_cc_count: 12,
            backend: 0,
            calibrated: true,
        }
    }
}

/// Everything the editor shows, at one moment.
#[derive(Clone, Debug)]
pub struct Snapshot {
    /// The model in force, if any.
    pub model: Option<Arc<ModelInForce>>,
    /// Whether a model is being opened.
    pub loading: bool,
    /// What runs the network now, which a failure may have changed since the model was opened.
    pub running: Option<Backend>,
    /// Tag values, 0 to 1, in the model's order; the first `ModelInfo::tags.len()` of them count.
    pub values: [f32; MAX_TAGS],
    /// Whether [`Self::values`] are calibrated, which may differ from what the settings ask for.
    pub calibrated: bool,
    /// Whether the host has activated the plugin.
    pub active: bool,
    /// Updates delivered.
    pub updates: u64,
    /// Updates that were skipped because the network was still busy.
    pub late_updates: u64,
    /// Samples dropped because the analysis did not keep up.
    pub dropped_samples: u64,
    /// Seconds of audio the newest update rests on.
    pub seconds_heard: f32,
    /// Time of the last inference, in milliseconds.
    pub inference_ms: f32,
    /// What went wrong last and what to do, until something goes right.
    pub message: Option<Arc<str>>,
    /// The settings in force.
    pub settings: Settings,
}

impl Snapshot {
    /// The tags' names, in the order of [`Self::values`].
    #[must_use]
    pub fn tags(&self) -> &[String] {
        self.model.as_ref().map_or(&[], |model| {
            let tags = &model.info.tags;
            &tags[..tags.len().min(MAX_TAGS)]
        })
    }

    /// A tag's group, if the model has groups.
    #[must_use]
    pub fn group(&self, tag: usize) -> Option<&str> {
        let groups = self.model.as_ref()?.info.groups.as_deref()?;
        groups.get(tag).map(String::as_str)
    }

    /// The value from which a tag is best said to be there, 0 to 1: where the model is calibrated, and
    /// its calibrated values are shown.
    #[must_use]
    pub fn threshold(&self, tag: usize) -> Option<f32> {
        let model = self.model.as_ref().filter(|_| self.calibrated)?;
        model.info.threshold(tag)
    }

    /// Length of the model's window, in seconds; 0 without a model.
    #[must_use]
    pub fn window_seconds(&self) -> f32 {
        self.model
            .as_ref()
            .map_or(0.0, |model| model.info.front_end.window_seconds() as f32)
    }
}

impl Default for Snapshot {
    fn default() -> Self {
        Self {
            model: None,
            loading: false,
            running: None,
            values: [0.0; MAX_TAGS],
            calibrated: true,
            active: false,
            updates: 0,
            late_updates: 0,
            dropped_samples: 0,
            seconds_heard: 0.0,
            inference_ms: 0.0,
            message: None,
            settings: Settings::default(),
        }
    }
}
