//! What the threads of one instance share: the board for all, and behind a lock the choice of a
//! model and the analysis' stream, for the main thread and the editor.
//!
//! Either of the two carries the choice of a model forward, so that an open editor goes on where a
//! host never calls the main thread. What the host must hear waits for the main thread.

use std::path::PathBuf;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tagline_engine::{
    Event, History, MAX_TAGS, ModelPlace, Spectrogram, Stream, StreamStatus, read_info,
};

use super::board::Board;
use super::compare::{Compared, Tuned};
use super::host::{Changed, Host, Severity};
use super::labels::Labels;
use super::macros::{MACROS, Macro, Macros, Plans, Resolver};
use super::model_choice::{Analysis, Effects, ModelChoice};
use super::neighbours::{self, About, Membership, Neighbour};
use super::osc::{OscLink, OscSettings};
use super::params::{MACROS_AT, TAG_SLOTS, TAGS_AT};
use super::presets::Preset;
use super::settings::Setting;
use super::surroundings::{Indications, Track};
use super::view::{EditorSource, Snapshot};
use super::window::{self, WindowPlace};

/// What the main thread still has to tell the host.
#[derive(Default)]
pub struct News {
    /// What the host must read again.
    pub changed: Changed,
    /// Whether the state would be saved differently.
    pub state: bool,
    /// The parameter whose menu the user wants, and where.
    pub menu: Option<(u32, (i32, i32))>,
    /// The size that the editor's window wants to have.
    pub resize: Option<(u32, u32)>,
    /// Lines for the host's log, oldest first.
    pub log: Vec<(Severity, Arc<str>)>,
}

/// What the main thread and the editor share.
pub struct Desk {
    /// The choice of a model.
    pub choice: ModelChoice,
    /// The analysis, while the plugin is active.
    pub stream: Option<Stream>,
    /// The tags of the newest analysis.
    pub history: Option<Arc<History>>,
    /// Pictures of what the newest analysis hears.
    pub spectrogram: Option<Arc<Spectrogram>>,
    /// Counters of the newest analysis.
    pub status: Option<Arc<StreamStatus>>,
    /// What the host must hear.
    pub news: News,
    /// The macros, as the user describes them.
    pub macros: Arc<Macros>,
    /// The macros as the audio thread has them.
    plans: Plans,
    /// The stream's model that the tags' names are of.
    pub generation: u32,
    /// The sender of OSC.
    pub osc: OscLink,
    /// Name of the preset that was loaded or saved last, or empty.
    pub preset: Arc<str>,
    /// Names of the tags that the user has pinned.
    pub pinned: Arc<Vec<String>>,
    /// How the user wants tags to be shown.
    pub labels: Arc<Labels>,
    /// The sets of settings that are compared.
    pub compared: Compared,
    /// Size of the editor's window, once it has been open or a session has had one.
    pub window: Option<WindowPlace>,
    /// The other instances, as they were at [`Self::seen`].
    neighbours: Arc<Vec<Neighbour>>,
    /// Whether the other instances have not heard what this one is.
    is_unsaid: bool,
    /// The [version](neighbours::version) of the other instances that the macros know.
    seen: u64,
    /// The host's track.
    track: Arc<Track>,
    /// What else moves the parameters.
    pub indications: Arc<Indications>,
    /// Whether the host has a menu of its own for parameters.
    pub has_menus: bool,
}

impl Desk {
    fn analysis(&self) -> Analysis {
        match &self.stream {
            None => Analysis::Off,
            Some(stream) if stream.has_ended() => Analysis::Ended,
            Some(_) => Analysis::On,
        }
    }

    /// Carries `effects` out, up to the file whose metadata must be read.
    fn apply(&mut self, effects: Effects, board: &Board) -> Option<PathBuf> {
        if let Some(running) = effects.running {
            board.set_running(running);
        }
        if effects.wait_again {
            board.set_stalled(false);
        }
        if let Some(generation) = effects.take_back {
            if generation == u32::MAX {
                board.drive_for(0);
            }
            board.take_back_driven(generation);
        }
        if let (Some(source), Some(stream)) = (effects.ask, &self.stream) {
            stream.set_model(source);
        }
        self.resolve_macros(board);
        self.news.changed = self.news.changed.and(effects.changed);
        self.news.state |= effects.state;
        self.news.log.extend(effects.log);
        effects.read
    }

    /// Looks up the macros' tags among the names that are known, for the audio thread.
    pub fn resolve_macros(&mut self, board: &Board) {
        self.is_unsaid = true;
        let (names, groups) = self.choice.tags();
        self.osc.set_names(names);
        let resolver = Resolver { names, groups };
        let plans = Plans::new(&self.macros, &resolver, self.generation);
        if plans != self.plans {
            board.macros.put(&plans);
            self.plans = plans;
        }
    }

    /// The host's track is another.
    pub fn set_track(&mut self, track: Track) {
        self.is_unsaid = true;
        self.track = Arc::new(track);
    }

    /// Puts other macros in force.
    pub fn set_macros(&mut self, macros: Arc<Macros>, board: &Board) {
        let title = |macros: &Macros, index: usize| macros[index].title(index);
        let is_renamed = |index| title(&self.macros, index) != title(&macros, index);
        self.news.changed.infos |= (0..MACROS).any(is_renamed);
        self.macros = macros;
        self.resolve_macros(board);
    }
}

/// What the threads of one instance share.
pub struct Shared {
    /// The seat among the process's instances.
    pub membership: Membership,
    /// What every thread may use.
    pub board: Arc<Board>,
    /// The host, for every thread.
    pub host: Arc<dyn Host>,
    desk: Mutex<Desk>,
}

impl Shared {
    /// A fresh instance with the built-in model. Opens no file and starts no thread.
    pub fn new(host: Arc<dyn Host>) -> Self {
        let board = Arc::<Board>::default();
        let membership = Membership::new(&host);
        if let Some(seat) = membership.seat() {
            board.publish_in(seat);
        }
        let shared = Self {
            membership,
            board,
            host,
            desk: Mutex::new(Desk {
                choice: ModelChoice::fresh(),
                stream: None,
                history: None,
                spectrogram: None,
                status: None,
                news: News::default(),
                macros: Arc::default(),
                plans: Plans::default(),
                generation: 0,
                osc: OscLink::default(),
                preset: Arc::default(),
                pinned: Arc::default(),
                labels: Arc::default(),
                compared: Compared::default(),
                window: None,
                neighbours: Arc::default(),
                is_unsaid: true,
                seen: 0,
                track: Arc::default(),
                indications: Arc::default(),
                has_menus: false,
            }),
        };
        shared.desk().resolve_macros(&shared.board);
        shared
    }

    /// What the main thread and the editor share. Never for the audio thread; nobody keeps it
    /// locked while calling the host or reading a file.
    pub fn desk(&self) -> MutexGuard<'_, Desk> {
        self.desk.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Changes the choice of a model, and carries out what follows.
    pub fn change(&self, step: impl FnOnce(&mut ModelChoice, Analysis) -> Effects) {
        let mut unread = {
            let mut desk = self.desk();
            let analysis = desk.analysis();
            let effects = step(&mut desk.choice, analysis);
            desk.apply(effects, &self.board)
        };
        while let Some(path) = unread {
            let read = read_info(&path).map_err(|error| error.to_string());
            let mut desk = self.desk();
            let effects = desk.choice.names_read(&path, read);
            unread = desk.apply(effects, &self.board);
        }
    }

    /// Takes what the analysis and the audio thread have told.
    pub fn read_events(&self) {
        self.read_analysis();
        // After the events: a model that has arrived meanwhile does not bring back what a bounce
        // lacks. Where the analysis has ended, its last event says so.
        if self.board.take_stall() {
            self.change(|choice, analysis| match analysis {
                Analysis::Ended => Effects::default(),
                Analysis::On | Analysis::Off => choice.bounce_gave_up(),
            });
        }
        if self.board.take_failure() {
            self.change(|choice, _| choice.processing_failed());
        }
        self.look_around();
    }

    /// Says to the other instances what this one is, and follows what they have become.
    fn look_around(&self) {
        let mut desk = self.desk();
        if std::mem::take(&mut desk.is_unsaid) {
            self.membership.say(About {
                track: desk.track.name.clone(),
                tags: desk.choice.tags().0.to_vec(),
                macros: std::array::from_fn(|index| desk.macros[index].title(index)),
            });
        }
        let now = neighbours::version();
        if desk.seen != now {
            desk.seen = now;
            desk.neighbours = Arc::new(self.membership.others());
            desk.resolve_macros(&self.board);
            desk.is_unsaid = false;
        }
    }

    /// Takes what the analysis has told. Its own thread calls this, too, before a model's first
    /// update is on its way, so that the macros know their tags by then, also in a bounce.
    pub fn read_analysis(&self) {
        loop {
            let mut desk = self.desk();
            let Some(event) = desk.stream.as_ref().and_then(Stream::next_event) else {
                break;
            };
            if let Event::ModelReady { generation, .. } = event {
                desk.generation = generation;
            }
            let effects = desk.choice.take_event(event);
            // An event never asks for a file's metadata.
            desk.apply(effects, &self.board);
        }
    }
}

impl EditorSource for Shared {
    fn fill(&self, snapshot: &mut Snapshot) {
        self.read_events();
        let board = &self.board;
        let settings = board.settings();
        snapshot.values = std::array::from_fn::<_, MAX_TAGS, _>(|slot| {
            (board.value(TAGS_AT + slot) / 100.0) as f32
        });
        snapshot.macro_values = std::array::from_fn::<_, MACROS, _>(|index| {
            (board.value(MACROS_AT + index) / 100.0) as f32
        });
        snapshot.macro_sources = std::array::from_fn(|index| board.source(index));
        snapshot.set_by_host = board.set_by_host() & TAG_SLOTS;
        snapshot.calibrated = board.is_calibrated(&settings);
        snapshot.running = board.running();
        snapshot.active = board.is_active();
        snapshot.updates = board.updates();
        snapshot.seconds_heard = board.heard_seconds();
        snapshot.inference_ms = board.inference_ms();
        snapshot.settings = settings;
        let desk = self.desk();
        snapshot.model = desk.choice.model().cloned();
        snapshot.loading = desk.choice.is_loading();
        snapshot.message = desk.choice.message().cloned();
        snapshot.macros = Arc::clone(&desk.macros);
        snapshot.osc = Arc::clone(desk.osc.settings());
        snapshot.osc_message = desk.osc.message();
        snapshot.pinned = Arc::clone(&desk.pinned);
        snapshot.labels = Arc::clone(&desk.labels);
        snapshot.compared.clone_from(&desk.compared);
        snapshot.neighbours = Arc::clone(&desk.neighbours);
        snapshot.track = Arc::clone(&desk.track);
        snapshot.indications = Arc::clone(&desk.indications);
        snapshot.has_menus = desk.has_menus;
        if !Arc::ptr_eq(&snapshot.preset, &desk.preset) {
            snapshot.preset = Arc::clone(&desk.preset);
        }
        if let Some(status) = &desk.status {
            snapshot.late_updates = status.late_updates.load(Relaxed);
            snapshot.kept_bytes = status.kept_bytes.load(Relaxed);
            snapshot.dropped_samples = status.dropped_samples.load(Relaxed);
        }
    }

    fn history(&self) -> Option<Arc<History>> {
        self.desk().history.clone()
    }

    fn spectrogram(&self) -> Option<Arc<Spectrogram>> {
        self.desk().spectrogram.clone()
    }

    fn set(&self, setting: Setting) {
        if !self.board.edit(setting) {
            self.desk().news.state = true;
        }
        self.host.request_main_thread();
    }

    fn set_macro(&self, index: usize, described: Macro) {
        if index >= MACROS || described.check().is_err() {
            return;
        }
        {
            let mut desk = self.desk();
            let mut macros = Arc::clone(&desk.macros);
            Arc::make_mut(&mut macros)[index] = described;
            desk.set_macros(macros, &self.board);
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn pin(&self, tag: &str, on: bool) {
        {
            let mut desk = self.desk();
            let is_pinned = desk.pinned.iter().any(|pinned| pinned == tag);
            if is_pinned == on || (on && desk.pinned.len() >= MAX_TAGS) {
                return;
            }
            let pinned = Arc::make_mut(&mut desk.pinned);
            if on {
                pinned.push(tag.to_owned());
            } else {
                pinned.retain(|pinned| pinned != tag);
            }
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn set_labels(&self, labels: Labels) {
        {
            let mut desk = self.desk();
            if *desk.labels == labels {
                return;
            }
            desk.news.changed.infos |= desk.labels.names != labels.names;
            desk.labels = Arc::new(labels.within_limits());
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn switch_compared(&self) {
        {
            let mut desk = self.desk();
            let before = Tuned {
                macros: Arc::clone(&desk.macros),
                preset: Arc::clone(&desk.preset),
                settings: self.board.settings(),
            };
            if let Some(after) = desk.compared.other.take() {
                for setting in after.changes(&before.settings) {
                    self.board.edit(setting);
                }
                desk.set_macros(Arc::clone(&after.macros), &self.board);
                desk.preset = Arc::clone(&after.preset);
            }
            desk.compared = Compared {
                is_b: !desk.compared.is_b,
                other: Some(Arc::new(before)),
            };
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn set_compared(&self, compared: Compared) {
        {
            let mut desk = self.desk();
            desk.compared = compared;
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn window(&self) -> WindowPlace {
        let own = self.desk().window;
        let of_user = || window::settings_file().map(|file| window::read(&file));
        own.or_else(of_user).unwrap_or_default()
    }

    fn set_window(&self, place: WindowPlace) {
        self.desk().window = Some(place.within_limits());
    }

    fn resize_window(&self, width: u32, height: u32) {
        self.desk().news.resize = Some((width, height));
        self.host.request_main_thread();
    }

    fn show_menu(&self, id: u32, at: (i32, i32)) {
        self.desk().news.menu = Some((id, at));
        self.host.request_main_thread();
    }

    fn set_osc(&self, settings: OscSettings) {
        {
            let mut desk = self.desk();
            desk.osc.set(settings, &self.board);
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn load_preset(&self, preset: &Preset) {
        for setting in preset.tuning.settings() {
            self.board.put(setting);
        }
        {
            let mut desk = self.desk();
            desk.set_macros(Arc::new(preset.macros.clone()), &self.board);
            desk.preset = preset.name.as_str().into();
            // The host reads the settings again: a preset is one step, and no gesture of each.
            desk.news.changed.values = true;
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn preset_saved(&self, name: &str) {
        {
            let mut desk = self.desk();
            desk.preset = name.into();
            desk.news.state = true;
        }
        self.host.request_main_thread();
    }

    fn choose_model(&self, place: ModelPlace) {
        self.change(|choice, analysis| choice.choose(&place, analysis));
        self.host.request_main_thread();
    }
}

#[cfg(test)]
mod tests;
