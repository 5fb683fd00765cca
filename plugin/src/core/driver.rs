//! Audio thread: turns updates of the analysis, the host's transport and the mode into tag
//! values, gestures and MIDI.

use tagline_engine::{MAX_TAGS, TagUpdate};

use super::bits::{bits, first_slots};
use super::board::Board;
use super::events::{Input, Outputs};
use super::outbox::Outbox;
use super::params::{index_of, tag_slot};
use super::settings::{Mode, Settings};

/// Drives the tag parameters of one activated instance.
pub struct Driver {
    outbox: Outbox,
    settings: Settings,
    playing: bool,
    /// Tag slots that hold driven values, a bit each.
    used: u64,
    /// Whether MIDI goes where it did not go before.
    midi_is_new: bool,
}

impl Driver {
    /// Goes on with what `outbox` still has to tell, and with the tags on `board`. The host hears
    /// every tag's first value of this activation, so that each bounce tells the same.
    pub fn new(mut outbox: Outbox, board: &Board) -> Self {
        outbox.want_gestures(0);
        outbox.forget_told();
        board.begin_counting();
        Self {
            outbox,
            settings: board.settings(),
            playing: false,
            used: board.driven(),
            midi_is_new: false,
        }
    }

    /// Gives the outbox back, with every gesture to be ended.
    pub fn into_outbox(mut self) -> Outbox {
        self.outbox.want_gestures(0);
        self.outbox
    }

    /// Follows what has changed outside the audio thread, at the start of a block.
    pub fn begin_block(&mut self, board: &Board) {
        if board.take_replaced() {
            self.outbox.forget_told();
        }
        self.follow(&board.settings());
    }

    /// Follows the settings, at the start of a block and after each change within it.
    fn follow(&mut self, settings: &Settings) {
        self.midi_is_new |= self.outbox.midi().set_route(settings.cc_route());
        self.settings = *settings;
        self.end_gestures_unless_recording();
    }

    /// The settings in force.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// If MIDI has been switched on or goes elsewhere now, its listener gets all values, not only the
    /// next change. Call this after the last event at hand.
    pub fn settle_midi(&mut self, board: &Board) {
        if std::mem::take(&mut self.midi_is_new) {
            self.outbox.mark_midi(board.held());
        }
    }

    /// Follows the host's transport; a host without one counts as stopped.
    pub fn follow_transport(&mut self, playing: bool) {
        self.playing = playing;
        self.end_gestures_unless_recording();
    }

    fn is_recording(&self) -> bool {
        self.settings.mode == Mode::Record && !self.settings.bypass && self.playing
    }

    fn end_gestures_unless_recording(&mut self) {
        if !self.is_recording() {
            self.outbox.want_gestures(0);
        }
    }

    /// Takes something that the host says. Returns whether it has changed a setting.
    pub fn take_input(&mut self, input: Input, board: &Board) -> bool {
        match input {
            Input::Value { id, value } => {
                let Some(value) = board.set_from_host(id, value, self.settings.mode) else {
                    return false;
                };
                match index_of(id).and_then(tag_slot) {
                    Some(slot) => {
                        self.outbox.host_has_set(slot, value);
                        if self.settings.mode == Mode::Follow {
                            self.outbox.mark_midi(1 << slot);
                        }
                        false
                    }
                    None => {
                        self.follow(&board.settings());
                        true
                    }
                }
            }
            Input::Transport { playing } => {
                self.follow_transport(playing);
                false
            }
        }
    }

    /// Takes an update of the analysis, unless nothing is analysed any more.
    pub fn take_update(&mut self, update: &TagUpdate, board: &Board) {
        if !self.settings.analyses() {
            return;
        }
        board.drive_for(update.generation);
        board.set_calibrated(update.calibrated);
        let used = first_slots((update.tag_count as usize).min(MAX_TAGS));
        for slot in bits(used) {
            let value = percent(update.probabilities[slot]);
            board.drive_tag(slot, value);
            let resolution = self.settings.resolution;
            self.outbox.update_tag(slot, value, resolution);
        }
        // A model with fewer tags leaves none of its predecessor's values behind.
        let stale = self.used & !used;
        for slot in bits(stale) {
            board.drive_tag(slot, 0.0);
        }
        self.outbox.mark_tags(stale);
        self.outbox.mark_midi(used | stale);
        self.used = used;
        if self.is_recording() {
            self.outbox.want_gestures(used);
        }
        board.count_update(update.seconds_heard, update.inference_ms);
    }

    /// The tags have not moved for a while: the host hears where they stand.
    pub fn settle_tags(&mut self) {
        self.outbox.mark_tags(self.used);
    }

    /// Tells the host what it needs to hear, at `time` in the block.
    pub fn send(&mut self, board: &Board, time: u32, out: &mut impl Outputs) {
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
