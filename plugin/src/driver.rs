//! Audio thread: turns updates of the analysis, the host's transport and the mode into tag
//! values, gestures and MIDI.

use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::Relaxed;

use clack_plugin::events::UnknownEvent;
use clack_plugin::events::event_types::{ParamValueEvent, TransportEvent, TransportFlags};
use clack_plugin::events::io::OutputEvents;
use tagline_engine::{MAX_TAGS, StreamStatus, TagUpdate};

use crate::bits::{bits, first_slots};
use crate::board::Board;
use crate::outbox::Outbox;
use crate::params::{self, id, index_of};
use crate::settings::{Mode, Settings};

/// Drives the tag parameters of one activated instance.
pub struct Driver {
    outbox: Outbox,
    mode: Mode,
    playing: bool,
    /// Updates delivered since activation; before the first, no value is driven.
    updates: u64,
    /// Tag slots that hold driven values, a bit each.
    used: u64,
    /// Whether MIDI goes where it did not go before.
    midi_is_new: bool,
}

impl Driver {
    /// Goes on with what `outbox` still has to tell, and with the tags on `board`. The counters
    /// begin anew.
    pub fn new(mut outbox: Outbox, mode: Mode, board: &Board) -> Self {
        outbox.want_gestures(0);
        let mut driver = Self {
            outbox,
            mode,
            playing: false,
            updates: 0,
            used: board.driven(),
            midi_is_new: false,
        };
        for id in id::SECONDS_HEARD..=id::SILENT_UPDATES {
            driver.tell_change(board, id, 0.0);
        }
        driver
    }

    /// Gives the outbox back, with every gesture to be ended.
    pub fn into_outbox(mut self) -> Outbox {
        self.outbox.want_gestures(0);
        self.outbox
    }

    /// Follows the settings, at the start of a block and after each change within it.
    pub fn follow(&mut self, settings: &Settings) {
        self.midi_is_new |= self.outbox.midi().set_route(settings.cc_route());
        self.mode = settings.mode;
        self.end_gestures_unless_recording();
    }

    /// Once every event at hand has been taken: where MIDI has been switched on or led elsewhere, whoever
    /// listens there hears how things stand, and not only of the next change.
    pub fn settle(&mut self, board: &Board) {
        if std::mem::take(&mut self.midi_is_new) {
            self.outbox.mark_midi(board.held());
        }
    }

    /// Follows the host's transport; a host without one counts as stopped.
    pub fn follow_transport(&mut self, transport: Option<&TransportEvent>) {
        self.playing = transport.is_some_and(|t| t.flags.contains(TransportFlags::IS_PLAYING));
        self.end_gestures_unless_recording();
    }

    fn is_recording(&self) -> bool {
        self.mode == Mode::Record && self.playing
    }

    fn end_gestures_unless_recording(&mut self) {
        if !self.is_recording() {
            self.outbox.want_gestures(0);
        }
    }

    /// Takes an event of the host. Returns whether it is of a setting.
    pub fn take_event(&mut self, event: &UnknownEvent, board: &Board) -> bool {
        if let Some(event) = event.as_event::<ParamValueEvent>() {
            let Some(id) = event.param_id() else {
                return false;
            };
            if let Some(slot) = board.set_from_host(id.get(), event.value(), self.mode) {
                self.outbox.mark_midi(1 << slot);
            }
            let is_setting = id.get() <= id::LAST_SETTING;
            if is_setting {
                self.follow(&board.settings());
            }
            return is_setting;
        }
        if let Some(transport) = event.as_event::<TransportEvent>() {
            self.follow_transport(Some(transport));
        }
        false
    }

    /// Takes an update of the analysis, unless the host's automation drives the tags.
    pub fn take_update(&mut self, update: &TagUpdate, board: &Board) {
        if self.mode == Mode::Follow {
            return;
        }
        board.drive_for(update.generation);
        board.set_calibrated(update.calibrated);
        let used = first_slots((update.tag_count as usize).min(MAX_TAGS));
        for (slot, probability) in update.probabilities.iter().enumerate() {
            if used >> slot & 1 == 1 {
                board.drive_tag(slot, percent(*probability));
            }
        }
        // A model with fewer tags leaves none of its predecessor's values behind.
        let stale = self.used & !used;
        for slot in bits(stale) {
            board.drive_tag(slot, 0.0);
        }
        let told = used | stale;
        self.used = used;
        self.updates += 1;
        self.outbox.mark_tags(told);
        self.outbox.mark_midi(told);
        if self.is_recording() {
            self.outbox.want_gestures(used);
        }
        self.tell(board, id::SECONDS_HEARD, f64::from(update.seconds_heard));
        self.tell(board, id::UPDATES, self.updates as f64);
        self.tell(board, id::UPDATE_TIME, f64::from(update.inference_ms));
    }

    /// The window begins anew: nothing has been heard yet.
    pub fn begin_window(&mut self, board: &Board) {
        self.tell_change(board, id::SECONDS_HEARD, 0.0);
    }

    /// Looks whether another backend runs, once there has been an update.
    pub fn look_at_backend(&mut self, board: &Board) {
        if self.updates > 0 {
            self.tell_change(board, id::RUNNING_BACKEND, f64::from(board.running_code()));
        }
    }

    /// Looks whether a counter has changed, also before the first update: they say why none comes.
    pub fn look_at_counters(&mut self, status: &StreamStatus, board: &Board) {
        let count = |counter: &AtomicU64| counter.load(Relaxed) as f64;
        self.tell_change(board, id::LATE_UPDATES, count(&status.late_updates));
        self.tell_change(board, id::DROPPED_SAMPLES, count(&status.dropped_samples));
        self.tell_change(board, id::SILENT_UPDATES, count(&status.silent_updates));
    }

    fn tell(&mut self, board: &Board, id: u32, value: f64) {
        let Some(index) = index_of(id) else { return };
        if let Some(value) = params::param(index).and_then(|param| param.nearest(value)) {
            board.store(index, value);
            self.outbox.mark_status(id);
        }
    }

    fn tell_change(&mut self, board: &Board, id: u32, value: f64) {
        let Some(index) = index_of(id) else { return };
        let limit = params::param(index).map_or(0.0, |param| param.max);
        if board.value(index) != value.min(limit) {
            self.tell(board, id, value);
        }
    }

    /// Tells the host what is to be told, at `time` in the block.
    pub fn send(&mut self, board: &Board, time: u32, out: &mut OutputEvents<'_>) {
        self.outbox.send(board, time, out);
    }
}

/// A probability as a parameter's value; NaN counts as 0.
fn percent(probability: f32) -> f64 {
    if probability.is_nan() {
        return 0.0;
    }
    f64::from(probability.clamp(0.0, 1.0)) * 100.0
}

#[cfg(test)]
mod tests;
