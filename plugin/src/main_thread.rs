//! Main thread: the stream's life, the model, and what the host is asked for.

use std::cell::{Cell, RefCell};
use std::ffi::CString;
use std::sync::Arc;

use clack_extensions::log::{HostLog, LogSeverity};
use clack_extensions::params::{HostParams, ParamRescanFlags};
use clack_extensions::state::HostState;
use clack_plugin::host::HostMainThreadHandle;
use clack_plugin::plugin::PluginMainThread;
use clack_plugin::process::PluginAudioConfiguration;
use tagline_engine::{Hold, Service, Stream, StreamConfig, StreamStatus, Tap};

use crate::board::Board;
use crate::editor::Editor;
use crate::events;
use crate::models;
use crate::outbox::Outbox;
use crate::params::{TAGS_AT, index_of, param};
use crate::plugin::Shared;
use crate::state::{SavedModel, State};

/// The main thread's part of an instance.
pub struct MainThread<'a> {
    host: HostMainThreadHandle<'a>,
    /// What all threads share.
    pub shared: &'a Shared<'a>,
    host_params: Option<HostParams>,
    host_state: Option<HostState>,
    host_log: Option<HostLog>,
    stream: RefCell<Option<Stream>>,
    /// From the first stream to the instance's end, so that activating again costs nothing.
    hold: RefCell<Option<Hold>>,
    /// What the host is still to be told, while no audio processor has it.
    pub(crate) outbox: RefCell<Outbox>,
    /// Channels of the main ports.
    pub(crate) channels: Cell<u32>,
    rescan: Cell<ParamRescanFlags>,
    is_dirty: Cell<bool>,
    /// What the log says of a loaded state's model, and need not say again when the analysis finds
    /// the same.
    said: RefCell<Option<Arc<str>>>,
    pub(crate) editor: Editor,
}

impl<'a> MainThread<'a> {
    /// A fresh instance. Opens no file and starts no thread.
    pub fn new(host: HostMainThreadHandle<'a>, shared: &'a Shared<'a>) -> Self {
        shared.board.host.connect(host.shared());
        models::read_names(&shared.board);
        Self {
            host,
            shared,
            host_params: host.get_extension(),
            host_state: host.get_extension(),
            host_log: host.get_extension(),
            stream: RefCell::default(),
            hold: RefCell::default(),
            outbox: RefCell::default(),
            channels: Cell::new(2),
            rescan: Cell::new(ParamRescanFlags::empty()),
            is_dirty: Cell::new(false),
            said: RefCell::default(),
            editor: Editor::new(Arc::clone(&shared.board) as _),
        }
    }

    /// What the threads share.
    pub fn board(&self) -> &Board {
        &self.shared.board
    }

    /// Starts a stream for the audio thread. `None`, with a message for the user, if the analysis
    /// cannot work at this rate: the signal then only passes through.
    pub fn start_stream(
        &self,
        config: &PluginAudioConfiguration,
    ) -> Option<(Tap, Arc<StreamStatus>)> {
        let board = self.board();
        board.set_active(true);
        // The stream counts its models from 1.
        board.drive_for(0);
        board.set_stalled(false);
        let settings = board.settings();
        let chosen = board.desk().chosen.clone();
        let for_worker = Arc::clone(&self.shared.board);
        let started = Service::start(StreamConfig {
            sample_rate_hz: config.sample_rate,
            max_block_samples: config.max_frames_count,
            model: models::source(chosen.as_ref()),
            backend: settings.backend,
            library_dirs: self.shared.library_dirs.clone(),
            update_seconds: settings.update_seconds(),
            smoothing_seconds: settings.smoothing_seconds,
            focus_seconds: f64::INFINITY,
            calibrated: settings.calibrated,
            notify: Box::new(move || for_worker.host.request_callback()),
        });
        match started {
            Ok((stream, tap)) => {
                let status = Arc::clone(stream.status());
                let mut desk = board.desk();
                desk.loading = true;
                desk.status = Some(Arc::clone(&status));
                self.hold.replace(stream.hold().ok());
                *self.stream.borrow_mut() = Some(stream);
                Some((tap, status))
            }
            Err(error) => {
                let message = error.to_string();
                self.log(LogSeverity::Error, &message);
                board.desk().message = Some(message.into());
                None
            }
        }
    }

    /// Ends the stream, and keeps what the host is still to be told.
    pub fn end_stream(&self, outbox: Outbox) {
        self.read_events();
        drop(self.stream.take());
        let board = self.board();
        board.set_active(false);
        board.desk().loading = false;
        let must_tell = outbox.has_open_gestures();
        *self.outbox.borrow_mut() = outbox;
        if must_tell {
            self.request_flush();
        }
    }

    /// What the host is still to be told.
    pub fn take_outbox(&self) -> Outbox {
        self.outbox.take()
    }

    fn request_flush(&self) {
        if let Some(params) = &self.host_params {
            params.request_flush(&self.host);
        }
    }

    fn read_events(&self) {
        // Nothing is borrowed while anything else is called.
        let next = || self.stream.borrow().as_ref().and_then(Stream::next_event);
        let is_new = |message: &str| self.said.borrow().as_deref() != Some(message);
        while let Some(event) = next() {
            if let Some((severity, message)) = events::said(&event)
                && is_new(message)
            {
                self.log(severity, message);
            }
            let changes = events::take_event(self.board(), event);
            if changes.names {
                self.want_rescan(ParamRescanFlags::INFO);
            }
            if changes.model {
                self.want_rescan(ParamRescanFlags::TEXT);
            }
            if changes.state {
                self.is_dirty.set(true);
            }
            if changes.ask {
                self.ask_for_chosen();
            }
        }
        // After the events: a model that has come meanwhile does not bring back what a bounce lacks.
        // Where the analysis has ended, its last event says so.
        let ended = self.stream.borrow().as_ref().is_some_and(Stream::has_ended);
        if self.board().take_stall() && !ended {
            let message = events::stalled(self.board());
            self.log(LogSeverity::Warning, &message);
        }
    }

    /// Says something in the host's log.
    fn log(&self, severity: LogSeverity, message: &str) {
        if let Some(log) = &self.host_log
            && let Ok(message) = CString::new(message.replace('\0', " "))
        {
            log.log(&self.shared.host, severity, &message);
        }
    }

    fn want_rescan(&self, flags: ParamRescanFlags) {
        self.rescan
            .set(self.rescan.get() | flags | ParamRescanFlags::VALUES);
    }

    /// The state to be saved.
    pub fn state(&self) -> State {
        self.read_events();
        let board = self.board();
        let tag = |slot| Some((slot, board.host_tag(slot)?));
        State {
            model: Some(models::saved(board.desk().chosen.as_ref())),
            settings: board.settings(),
            tags: (0..tagline_engine::MAX_TAGS).filter_map(tag).collect(),
        }
    }

    /// Puts a loaded state in force. The host hears of it in [`Self::on_main_thread`], because
    /// some cannot be called back while they load.
    pub fn set_state(&self, state: &State) {
        let board = self.board();
        board.forget_driven();
        let tag = |slot| state.tags.get(&slot).copied().unwrap_or(0.0);
        let tags = (0..tagline_engine::MAX_TAGS).map(|slot| (TAGS_AT + slot, tag(slot)));
        let settings = state.settings.values().into_iter();
        let settings = settings.filter_map(|(id, value)| Some((index_of(id)?, value)));
        for (index, value) in settings.chain(tags) {
            if let Some(value) = param(index).and_then(|param| param.nearest(value)) {
                board.store(index, value);
            }
        }
        self.load_model(models::chosen(state.model.as_ref()));
        self.want_rescan(ParamRescanFlags::VALUES);
        self.shared.host.request_callback();
    }

    /// The model of a loaded state, or the built-in one. What it names stays chosen even where it
    /// cannot be had.
    fn load_model(&self, model: Option<SavedModel>) {
        {
            let mut desk = self.board().desk();
            desk.before = None;
            if desk.chosen == model {
                return;
            }
            desk.chosen = model;
            desk.message_stays = false;
        }
        let can_be_had = self.put_chosen_to_use();
        let message = self.board().desk().message.clone();
        let message = message.filter(|_| !can_be_had);
        if let Some(message) = &message {
            // It may still turn up elsewhere when the analysis starts.
            self.log(LogSeverity::Warning, message);
        }
        self.said.replace(message);
    }

    /// The model that the user has chosen, or the built-in one. It is opened even if it was chosen
    /// before: its file may have changed, or it may have failed.
    fn choose_model(&self, model: Option<SavedModel>) {
        self.said.replace(None);
        {
            let mut desk = self.board().desk();
            // What is said of an earlier choice need not outlive this one.
            desk.message_stays = false;
            let earlier = std::mem::replace(&mut desk.chosen, model);
            // Of several choices in a row, the one before them all is the one that runs.
            desk.before.get_or_insert(earlier);
        }
        let can_be_had = self.put_chosen_to_use();
        if !can_be_had {
            let message = {
                let mut desk = self.board().desk();
                models::restore(&mut desk);
                desk.message.clone()
            };
            models::read_names(self.board());
            if let Some(message) = message {
                self.log(LogSeverity::Error, &message);
                self.board().desk().message = Some(message);
            }
        }
    }

    /// Asks the stream for the chosen model, or, while there is none, reads its names. Returns
    /// whether it can be had, as far as is known yet.
    fn put_chosen_to_use(&self) -> bool {
        if self.stream.borrow().is_some() {
            self.ask_for_chosen();
            return true;
        }
        self.want_rescan(ParamRescanFlags::INFO | ParamRescanFlags::TEXT);
        models::read_names(self.board())
    }

    fn ask_for_chosen(&self) {
        let board = self.board();
        if let Some(stream) = &*self.stream.borrow() {
            let source = models::source(board.desk().chosen.as_ref());
            // Of a stream that has ended there is no answer: the choice waits for the next one.
            board.desk().loading = !stream.has_ended();
            stream.set_model(source);
        }
    }
}

impl<'a> PluginMainThread<'a, Shared<'a>> for MainThread<'a> {
    fn on_main_thread(&self) {
        let board = self.board();
        self.read_events();
        let wanted = board.desk().wanted.take();
        if let Some(place) = wanted {
            self.choose_model(models::at(&place));
            self.is_dirty.set(true);
        }
        let flags = self.rescan.replace(ParamRescanFlags::empty());
        if let Some(params) = self.host_params.as_ref().filter(|_| !flags.is_empty()) {
            params.rescan(&self.host, flags);
        }
        if board.has_edits() {
            self.request_flush();
        }
        if self.is_dirty.take()
            && let Some(state) = &self.host_state
        {
            state.mark_dirty(&self.host);
        }
    }
}

impl Drop for MainThread<'_> {
    fn drop(&mut self) {
        drop(self.stream.take());
        self.board().host.disconnect();
    }
}

#[cfg(test)]
mod tests;
