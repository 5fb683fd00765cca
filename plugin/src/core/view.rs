//! The plugin as the editor sees it. The editor knows nothing else of the plugin.

use std::sync::Arc;

use tagline_engine::{
    Backend, BackendChoice, BackendReport, History, MAX_TAGS, ModelInfo, ModelPlace, Spectrogram,
    TagNote,
};

use super::compare::Compared;
use super::labels::Labels;
use super::macros::{MACROS, Macro, Macros};
use super::neighbours::Neighbour;
use super::osc::OscSettings;
use super::presets::Preset;
use super::settings::{Setting, Settings};
use super::surroundings::{Indications, Track};
use super::window::WindowPlace;

/// What the editor shows, and how it asks for changes. One source may serve several editors in
/// turn. All methods are called on the editor's thread, which on X11 is not the host's main thread,
/// so they must not wait for the audio thread or the main thread, and of the host they may only ask
/// what every thread may ask.
pub trait EditorSource: Send + Sync {
    /// Fills `snapshot` with what holds now. Called up to 60 times a second with the same
    /// `snapshot`; replaces an [`Arc`] only when its content has changed, and allocates nothing
    /// else.
    fn fill(&self, snapshot: &mut Snapshot);

    /// The tags of the last minutes; `None` before the host has activated the plugin.
    fn history(&self) -> Option<Arc<History>>;

    /// Pictures of what the network hears; `None` before the host has activated the plugin.
    fn spectrogram(&self) -> Option<Arc<Spectrogram>>;

    /// Changes a setting. Where it is a parameter, the host hears of it as of a user's gesture. The
    /// next snapshot shows it.
    fn set(&self, setting: Setting);

    /// Describes a macro anew, by its index. One that [no macro](Macro::check) can be is ignored.
    fn set_macro(&self, index: usize, described: Macro);

    /// Pins a tag to the top, by its name, or lets it go.
    fn pin(&self, tag: &str, on: bool);

    /// Changes how tags are shown. The host reads their parameters' names again.
    fn set_labels(&self, labels: Labels);
    /// Puts the other set of settings in force. The host hears of each parameter as of a user's gesture.
    fn switch_compared(&self);
    /// Replaces the sets that are compared. What is in force stays.
    fn set_compared(&self, compared: Compared);
    /// How large the session wants the window, or else the user.
    fn window(&self) -> WindowPlace;
    /// The window is as large as this now.
    fn set_window(&self, place: WindowPlace);
    /// Asks the host for another size of the window, in the units of the platform's window interface.
    fn resize_window(&self, width: u32, height: u32);
    /// Asks for the host's menu for the parameter `id` at a point of the window, in the units of the
    /// platform's window interface. Nothing happens where the host has none.
    fn show_menu(&self, id: u32, at: (i32, i32));
    /// Changes where OSC goes. A later snapshot says what is wrong with it.
    fn set_osc(&self, settings: OscSettings);

    /// Puts a preset in force. Whatever it does not hold stays as it is.
    fn load_preset(&self, preset: &Preset);

    /// What holds now has been saved as a preset of this name.
    fn preset_saved(&self, name: &str);

    /// Asks for the model at `place`. A later snapshot tells the result: another
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
    /// What was chosen to run it when it was opened, and why not something else.
    pub report: BackendReport,
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
    /// Tags whose value the host has set and the plugin has not driven since, a bit each.
    pub set_by_host: u64,
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
    /// Seconds of audio that the newest update rests on.
    pub seconds_heard: f32,
    /// Time of the newest update's inference, in milliseconds.
    pub inference_ms: f32,
    /// Memory that the network keeps of the last windows, in bytes.
    pub kept_bytes: u64,
    /// What went wrong last and what to do, until something goes right.
    pub message: Option<Arc<str>>,
    /// The settings in force.
    pub settings: Settings,
    /// The macros.
    pub macros: Arc<Macros>,
    /// Values of the macros, 0 to 1.
    pub macro_values: [f32; MACROS],
    /// Newest values of the macros' sources, 0 to 1; `None` where there is none.
    pub macro_sources: [Option<f32>; MACROS],
    /// Where OSC goes.
    pub osc: Arc<OscSettings>,
    /// What is wrong with OSC and what to do.
    pub osc_message: Option<Arc<str>>,
    /// Name of the preset that was loaded or saved last, or empty.
    pub preset: Arc<str>,
    /// Names of the tags that the user has pinned, in that order. The model may lack some.
    pub pinned: Arc<Vec<String>>,
    /// How the user wants tags to be shown.
    pub labels: Arc<Labels>,
    /// The sets of settings that are compared.
    pub compared: Compared,
    /// The other instances in this process.
    pub neighbours: Arc<Vec<Neighbour>>,
    /// The host's track.
    pub track: Arc<Track>,
    /// What else moves the parameters.
    pub indications: Arc<Indications>,
    /// Whether the host has a menu of its own for parameters.
    pub has_menus: bool,
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

    /// Whether the user has hidden a tag.
    #[must_use]
    pub fn is_hidden(&self, tag: usize) -> bool {
        let name = self.tags().get(tag);
        name.is_some_and(|name| self.labels.hides(name))
    }

    /// A tag's group, if the model has groups.
    #[must_use]
    pub fn group(&self, tag: usize) -> Option<&str> {
        let groups = self.model.as_ref()?.info.groups.as_deref()?;
        groups.get(tag).map(String::as_str)
    }

    /// What the model says of a tag, if it does.
    #[must_use]
    pub fn note(&self, tag: usize) -> Option<&TagNote> {
        self.model.as_ref()?.info.notes.as_deref()?.get(tag)
    }

    /// The value from which a tag is best said to be there, 0 to 1. Only calibrated values of a
    /// calibrated model have one.
    #[must_use]
    pub fn threshold(&self, tag: usize) -> Option<f32> {
        let model = self.model.as_ref().filter(|_| self.calibrated)?;
        model.info.threshold(tag)
    }

    /// Whether the user has pinned a tag.
    #[must_use]
    pub fn is_pinned(&self, tag: usize) -> bool {
        let name = self.tags().get(tag);
        name.is_some_and(|name| self.pinned.contains(name))
    }

    /// The backend that was chosen by name, and the one that runs in its place, if they differ.
    #[must_use]
    pub fn replaced_backend(&self) -> Option<(Backend, Backend)> {
        let BackendChoice::Only(chosen) = self.settings.backend else {
            return None;
        };
        let running = self.running.filter(|running| *running != chosen)?;
        Some((chosen, running))
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
            set_by_host: 0,
            calibrated: true,
            active: false,
            updates: 0,
            late_updates: 0,
            dropped_samples: 0,
            seconds_heard: 0.0,
            inference_ms: 0.0,
            kept_bytes: 0,
            message: None,
            settings: Settings::default(),
            macros: Arc::default(),
            macro_values: [0.0; MACROS],
            macro_sources: [None; MACROS],
            osc: Arc::default(),
            osc_message: None,
            preset: Arc::default(),
            pinned: Arc::default(),
            labels: Arc::default(),
            compared: Compared::default(),
            neighbours: Arc::default(),
            track: Arc::default(),
            indications: Arc::default(),
            has_menus: false,
        }
    }
}
