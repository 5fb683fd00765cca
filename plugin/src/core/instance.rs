//! Main thread: one instance of the plugin, as a shell drives it.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tagline_engine::{Hold, MAX_TAGS, Service, StreamConfig, Tap};

use super::board::Board;
use super::driver::Driver;
use super::events::{Input, Outputs};
use super::host::{Changed, Host, MainHost, Severity};
use super::labels::Labels;
use super::macros::{MACROS, Macros};
use super::osc::OscSettings;
use super::outbox::Outbox;
use super::params::{
    self, MACROS_AT, Param, TAGS_AT, driven_slot, id, index_of, macro_slot, param, tag_slot,
};
use super::presets::{self, Preset, PresetError};
use super::processor::Processor;
use super::settings::Setting;
use super::shared::Shared;
use super::state::{State, StateError};
use super::surroundings::{Indication, Track};
use super::text::{read_value, write_value};
use super::view::EditorSource;

/// Most channels of the main ports.
pub const MAX_CHANNELS: u32 = 64;

/// Longest name of a parameter, in bytes: what the hosts of every format can hold.
const MAX_NAME_BYTES: usize = 255;

/// One instance of the plugin. All methods belong to the host's main thread.
pub struct Instance<'a> {
    shared: Arc<Shared>,
    host: Box<dyn MainHost + 'a>,
    library_dirs: Vec<PathBuf>,
    /// From the first activation to the instance's end, so that activating again costs nothing.
    hold: RefCell<Option<Hold>>,
    /// What the host still has to be told, while no processor has it.
    outbox: RefCell<Outbox>,
    channels: Cell<u32>,
}

impl<'a> Instance<'a> {
    /// A fresh instance. Opens no file and starts no thread. `library_dirs` are the folders in
    /// which ONNX Runtime's library is looked for first.
    #[must_use]
    pub fn new(
        any_thread: Arc<dyn Host>,
        main_thread: Box<dyn MainHost + 'a>,
        library_dirs: Vec<PathBuf>,
    ) -> Self {
        Self {
            shared: Arc::new(Shared::new(any_thread)),
            host: main_thread,
            library_dirs,
            hold: RefCell::default(),
            outbox: RefCell::default(),
            channels: Cell::new(2),
        }
    }

    /// What the editor shows, and how it asks for changes.
    #[must_use]
    pub fn editor_source(&self) -> Arc<dyn EditorSource> {
        Arc::clone(&self.shared) as _
    }

    fn board(&self) -> &Board {
        &self.shared.board
    }

    // Parameters.

    /// Name of the parameter at `index` of the [table](params): of a tag slot, its tag's. At most
    /// 255 bytes.
    #[must_use]
    pub fn name(&self, index: usize) -> String {
        if let Some(index) = macro_slot(index) {
            return self.shared.desk().macros[index].title(index);
        }
        let Some(slot) = tag_slot(index) else {
            return param(index).map_or_else(String::new, |param| param.name.to_owned());
        };
        let tag = {
            let desk = self.shared.desk();
            let tag = desk.choice.tag(slot).0;
            tag.map(|tag| desk.labels.name(tag).to_owned())
        };
        let mut name = tag
            .filter(|tag| !tag.is_empty())
            .unwrap_or_else(|| format!("Tag {}", slot + 1));
        while name.len() > MAX_NAME_BYTES {
            name.pop();
        }
        name
    }

    /// Group of the parameter at `index` of the table: of a tag slot, its tag's where the model has
    /// groups, such as `Tags/Genre`.
    #[must_use]
    pub fn group(&self, index: usize) -> String {
        let module = param(index).map_or("", |param| param.module);
        let group = tag_slot(index)
            .and_then(|slot| self.shared.desk().choice.tag(slot).1.map(str::to_owned));
        group.map_or_else(|| module.to_owned(), |group| tag_group(module, &group))
    }

    /// The plain value of the parameter `id`; `None` if there is no such parameter.
    #[must_use]
    pub fn value(&self, id: u32) -> Option<f64> {
        let index = index_of(id)?;
        if index < params::VISIBLE {
            return Some(self.board().value(index));
        }
        let board = self.board();
        let count = |of: fn(&tagline_engine::StreamStatus) -> &AtomicU64| {
            let desk = self.shared.desk();
            let status = desk.status.as_ref();
            status.map_or(0.0, |status| of(status).load(Ordering::Relaxed) as f64)
        };
        let value = match id {
            id::RUNNING_BACKEND => f64::from(board.running_code()),
            id::SECONDS_HEARD => f64::from(board.heard_seconds()),
            id::UPDATES => board.updates() as f64,
            id::LATE_UPDATES => count(|status| &status.late_updates),
            id::DROPPED_SAMPLES => count(|status| &status.dropped_samples),
            id::UPDATE_TIME => f64::from(board.inference_ms()),
            id::SILENT_UPDATES => count(|status| &status.silent_updates),
            _ => return None,
        };
        param(index)?.nearest(value)
    }

    /// The text of a plain value of the parameter `id`; `None` if there is no such parameter.
    #[must_use]
    pub fn text(&self, id: u32, value: f64) -> Option<String> {
        let mut text = String::new();
        write_value(&known(id)?, value, &mut text).ok()?;
        Some(text)
    }

    /// The plain value that a text means for the parameter `id`; `None` if it means none.
    #[must_use]
    pub fn parse(&self, id: u32, text: &str) -> Option<f64> {
        read_value(&known(id)?, text)
    }

    /// Takes the host's values and tells what waits, while the plugin is not active. While it is
    /// active, [`Processor::flush`] does.
    pub fn flush(&self, inputs: impl Iterator<Item = Input>, outputs: &mut impl Outputs) {
        let board = self.board();
        let Ok(mut outbox) = self.outbox.try_borrow_mut() else {
            return;
        };
        for input in inputs {
            if let Input::Value { id, value } = input
                && let Some(value) = board.set_from_host(id, value, board.settings().mode)
                && let Some(slot) = index_of(id).and_then(driven_slot)
            {
                outbox.host_has_set(slot, value);
            }
        }
        outbox.send(board, 0, outputs);
    }

    /// Applies settings that the host has given outside its blocks. The blocks will bring them, too.
    pub fn set_from_host(&self, settings: impl Iterator<Item = (u32, f64)>) {
        let board = self.board();
        for (id, value) in settings {
            board.set_from_host(id, value, board.settings().mode);
        }
    }

    // What the host says of the plugin's surroundings.

    /// The host's track is another, or has another name or colour.
    pub fn set_track(&self, track: Track) {
        self.shared.desk().set_track(track);
        self.shared.read_events();
        self.shared.membership.tell_others();
    }

    /// Changes what is known of what else moves the parameter `id`.
    pub fn indicate(&self, id: u32, change: impl FnOnce(&mut Indication)) {
        if index_of(id).is_none_or(|index| index >= params::VISIBLE) {
            return;
        }
        let mut desk = self.shared.desk();
        let indications = Arc::make_mut(&mut desk.indications);
        let indication = indications.entry(id).or_default();
        change(indication);
        if *indication == Indication::default() {
            indications.remove(&id);
        }
    }

    /// The editor is about to be opened.
    pub fn editor_opens(&self) {
        let has_menus = self.host.has_menus();
        self.shared.desk().has_menus = has_menus;
    }

    // State.

    /// The state to be saved, as bytes.
    ///
    /// # Errors
    /// [`StateError::Malformed`] if it cannot be written, which no parameter's value brings about.
    pub fn save(&self) -> Result<Vec<u8>, StateError> {
        self.shared.read_events();
        let board = self.board();
        let tag = |slot| Some((slot, board.host_value(slot)?));
        let macro_value = |index| Some((index, board.host_value(MAX_TAGS + index)?));
        let desk = self.shared.desk();
        let state = State {
            compared: desk.compared.clone(),
            window: desk.window,
            instance: self.shared.membership.id().unwrap_or_default(),
            labels: Labels::clone(&desk.labels),
            macros: Macros::clone(&desk.macros),
            macro_values: (0..MACROS).filter_map(macro_value).collect(),
            model: Some(desk.choice.saved()),
            osc: OscSettings::clone(desk.osc.settings()),
            pinned: Vec::clone(&desk.pinned),
            preset: desk.preset.as_ref().to_owned(),
            settings: board.settings(),
            tags: (0..MAX_TAGS).filter_map(tag).collect(),
        };
        drop(desk);
        state.to_bytes()
    }

    /// Loads a saved state, or a preset that a host keeps in place of a state. The host hears
    /// of what has changed in [`Self::on_main_thread`], which the instance asks for.
    ///
    /// # Errors
    /// [`StateError`] says what is wrong with the bytes; nothing has changed then.
    pub fn load(&self, bytes: &[u8]) -> Result<(), StateError> {
        let state = match State::from_bytes(bytes) {
            Err(StateError::Foreign(format)) if format == presets::FORMAT => {
                self.load_preset(Preset::from_bytes(bytes)?);
                return Ok(());
            }
            state => state?,
        };
        self.shared.membership.take_id(&state.instance);
        let board = self.board();
        board.store_packed(&state.settings);
        let settings = state.settings.parameters();
        let settings = settings.into_iter().filter_map(Setting::as_parameter);
        let tag = |slot| state.tags.get(&slot).copied().unwrap_or(0.0);
        let tags = (0..MAX_TAGS).map(|slot| ((TAGS_AT + slot) as u32, tag(slot)));
        let macro_value = |index| state.macro_values.get(&index).copied().unwrap_or(0.0);
        let macros = (0..MACROS).map(|index| ((MACROS_AT + index) as u32, macro_value(index)));
        for (id, value) in settings.chain(tags).chain(macros) {
            if let Some(index) = index_of(id)
                && let Some(value) = param(index).and_then(|param| param.nearest(value))
            {
                board.store(index, value);
            }
        }
        board.values_are_loaded();
        self.shared
            .change(|choice, analysis| choice.load(state.model.as_ref(), analysis));
        {
            let mut desk = self.shared.desk();
            desk.set_macros(Arc::new(state.macros), board);
            desk.osc.set(state.osc, &self.shared.board);
            desk.preset = state.preset.into();
            desk.pinned = Arc::new(state.pinned);
            desk.news.changed.infos |= desk.labels.names != state.labels.names;
            desk.labels = Arc::new(state.labels);
            desk.compared = state.compared;
            desk.window = state.window.or(desk.window);
            desk.news.changed.values = true;
        }
        self.tell_log();
        self.shared.host.request_main_thread();
        Ok(())
    }

    /// Puts a preset in force. Whatever it does not hold stays as it is. Keys that this version does
    /// not know are named in the host's log.
    pub fn load_preset(&self, read: presets::Read) {
        let presets::Read { preset, unknown } = read;
        if !unknown.is_empty() {
            let message = format!(
                "the preset \"{}\" has what this Tagline does not know: {}; the rest is in force",
                preset.name,
                unknown.join(", ")
            );
            let line = (Severity::Warning, message.into());
            self.shared.desk().news.log.push(line);
        }
        EditorSource::load_preset(&*self.shared, &preset);
        self.tell_log();
    }

    /// Tells people that a preset was refused.
    pub fn refuse_preset(&self, error: &PresetError) {
        let line = (
            Severity::Error,
            format!("the preset was refused: {error}").into(),
        );
        self.shared.desk().news.log.push(line);
        self.tell_log();
    }

    // The host's ports and modes.

    /// Channels of the main input and the main output.
    #[must_use]
    pub fn channels(&self) -> u32 {
        self.channels.get()
    }

    /// Gives the main ports another number of channels, while the plugin is not active. Returns
    /// whether they can have it: from 1 to [`MAX_CHANNELS`].
    pub fn set_channels(&self, channels: u32) -> bool {
        let fits = (1..=MAX_CHANNELS).contains(&channels);
        if fits {
            self.channels.set(channels);
        }
        fits
    }

    /// Says whether the host renders offline, so that the audio thread may wait for the analysis.
    pub fn set_offline(&self, offline: bool) {
        self.board().set_stalled(false);
        self.board().set_offline(offline);
    }

    // Processing.

    /// Makes a processor for the audio thread. `max_frames` is the longest block that the host
    /// announces. If the analysis cannot work at this rate, the user is told why, and the signal
    /// only passes through.
    #[must_use]
    pub fn activate(&self, sample_rate_hz: f64, max_frames: u32) -> Processor {
        let tap = self.start_analysis(sample_rate_hz, max_frames);
        self.shared.desk().osc.run(&self.shared.board);
        let driver = Driver::new(self.outbox.take(), self.board(), sample_rate_hz);
        let tap = tap.map(|tap| (tap, sample_rate_hz));
        Processor::new(Arc::clone(&self.shared), driver, tap)
    }

    fn start_analysis(&self, sample_rate_hz: f64, max_frames: u32) -> Option<Tap> {
        let board = self.board();
        board.set_active(true);
        // The stream counts its models from 1.
        board.drive_for(0);
        board.set_stalled(false);
        let _ = board.take_failure();
        let settings = board.settings();
        let model = self.shared.desk().choice.source();
        let shared = Arc::downgrade(&self.shared);
        self.shared.desk().generation = 0;
        let started = Service::start(StreamConfig {
            sample_rate_hz,
            max_block_samples: max_frames,
            model,
            backend: settings.backend,
            library_dirs: self.library_dirs.clone(),
            update_seconds: settings.update_seconds(),
            smoothing_seconds: settings.smoothing_seconds,
            focus_seconds: settings.focus_seconds(),
            calibrated: settings.calibrated,
            notify: Box::new(move || {
                if let Some(shared) = shared.upgrade() {
                    shared.read_analysis();
                    shared.host.request_main_thread();
                }
            }),
        });
        match started {
            Ok((stream, tap)) => {
                self.hold.replace(stream.hold().ok());
                self.shared.change(|choice, _| choice.analysis_starts(None));
                let mut desk = self.shared.desk();
                desk.status = Some(Arc::clone(stream.status()));
                desk.history = Some(Arc::clone(stream.history()));
                desk.spectrogram = Some(Arc::clone(stream.spectrogram()));
                let before = desk.stream.replace(stream);
                desk.resolve_macros(board);
                // Not while the desk is locked: the stream's end waits for who may want the desk.
                drop(desk);
                drop(before);
                // What was told before the stream lay there.
                self.shared.read_analysis();
                Some(tap)
            }
            Err(error) => {
                let failure = Some(error.to_string());
                self.shared
                    .change(|choice, _| choice.analysis_starts(failure));
                self.tell_log();
                None
            }
        }
    }

    /// Ends the analysis. What the host still has to be told, the ends of gestures above all, waits
    /// in [`Self::flush`].
    pub fn deactivate(&self, processor: Processor) {
        self.shared.read_events();
        let outbox = processor.into_driver().into_outbox(self.board());
        self.end_analysis();
        self.board().set_active(false);
        self.shared.desk().osc.end();
        let must_tell = outbox.has_open_ends();
        *self.outbox.borrow_mut() = outbox;
        self.tell_log();
        if must_tell {
            self.host.request_flush();
        }
    }

    fn end_analysis(&self) {
        let stream = {
            let mut desk = self.shared.desk();
            desk.choice.analysis_ends();
            desk.stream.take()
        };
        // Not while the desk is locked: it may take a moment.
        drop(stream);
    }

    /// Does what waits for the main thread: tells the host what has changed. To be called when the
    /// host answers [`Host::request_main_thread`], and from a timer where a host has one.
    pub fn on_main_thread(&self) {
        self.shared.read_events();
        self.tell_log();
        self.shared.membership.tell_others();
        let (changed, state, menu, resize) = {
            let news = &mut self.shared.desk().news;
            (
                std::mem::take(&mut news.changed),
                std::mem::take(&mut news.state),
                news.menu.take(),
                news.resize.take(),
            )
        };
        if changed != Changed::default() {
            self.host.parameters_changed(changed);
        }
        if self.board().has_edits() {
            self.host.request_flush();
        }
        if state {
            self.host.state_changed();
        }
        if let Some((width, height)) = resize {
            self.host.resize_editor(width, height);
        }
        if let Some((id, at)) = menu {
            self.host.show_menu(id, at);
        }
    }

    fn tell_log(&self) {
        let lines = std::mem::take(&mut self.shared.desk().news.log);
        for (severity, message) in lines {
            self.host.log(severity, &message);
        }
    }
}

impl Drop for Instance<'_> {
    fn drop(&mut self) {
        self.end_analysis();
        self.board().set_active(false);
        let ended = self.shared.desk().osc.take_ended();
        for thread in ended {
            let _ = thread.join();
        }
    }
}

fn known(id: u32) -> Option<Param> {
    param(index_of(id)?)
}

/// The group of a tag in the host's tree of parameters: `Tags/Genre`.
fn tag_group(module: &str, group: &str) -> String {
    let mut letters = group.trim().chars();
    let first = letters.next().map(char::to_uppercase);
    let group = first.into_iter().flatten().chain(letters);
    format!("{module}/{}", group.collect::<String>())
}

#[cfg(test)]
mod tests;
