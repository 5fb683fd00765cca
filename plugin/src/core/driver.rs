//! Audio thread: turns updates of the analysis, the host's transport and the mode into values of
//! tags and macros, gestures and MIDI.

use tagline_engine::{MAX_TAGS, TagUpdate};

use super::bits::{bits, first_slots};
use super::board::Board;
use super::events::{Input, Outputs};
use super::macros::{Bank, Step};
use super::outbox::Outbox;
use super::params::{MACROS, TAG_SLOTS, driven_index, driven_slot, index_of};
use super::settings::{Mode, Settings};
use super::turns::{Turn, Turns};

/// Drives the parameters of one activated instance.
pub struct Driver {
    outbox: Outbox,
    settings: Settings,
    playing: bool,
    /// Tag slots that hold driven values, a bit each.
    used: u64,
    /// When the host hears of which tag.
    turns: Turns,
    /// Updates of which no tag has had its turn.
    untold: u64,
    /// Whether MIDI goes where it did not go before.
    midi_is_new: bool,
    macros: Bank,
    /// Samples of the stream that have been heard.
    heard: u64,
    /// Count of the newest macros taken from the board.
    seen_macros: u64,
    /// The stream's model that the newest update is of.
    generation: u32,
}

impl Driver {
    /// Goes on with what `outbox` still has to tell, and with the tags on `board`. The host hears
    /// every tag's first value of this activation, so that each bounce tells the same.
    pub fn new(mut outbox: Outbox, board: &Board, sample_rate_hz: f64) -> Self {
        outbox.want_gestures(!0, 0);
        outbox.forget_told();
        outbox.macro_midi().forget_sent();
        board.begin_counting();
        Self {
            outbox,
            settings: board.settings(),
            playing: false,
            used: board.driven() & TAG_SLOTS,
            turns: Turns::default(),
            untold: 0,
            midi_is_new: false,
            macros: Bank::new(sample_rate_hz),
            heard: 0,
            seen_macros: 0,
            generation: 0,
        }
    }

    /// Gives the outbox back, with every gesture and every note to be ended.
    pub fn into_outbox(mut self, board: &Board) -> Outbox {
        self.finish_turns(board);
        self.outbox.want_gestures(!0, 0);
        self.outbox.macro_midi().stop_notes();
        self.outbox
    }

    /// Follows what has changed outside the audio thread, at the start of a block.
    pub fn begin_block(&mut self, board: &Board) {
        if board.take_replaced() {
            self.outbox.forget_told();
        }
        self.follow(&board.settings(), board);
        self.take_macros(board);
    }

    /// So many samples of the stream have been heard.
    pub fn has_heard(&mut self, samples: u64) {
        self.heard = samples;
    }

    /// Takes the macros, if they have been described or resolved anew.
    fn take_macros(&mut self, board: &Board) {
        let Some(plans) = board.macros.take_newer(&mut self.seen_macros) else {
            return;
        };
        let held = board.held() >> MAX_TAGS;
        let midi = self.outbox.macro_midi();
        for (index, plan) in plans.plans.iter().enumerate() {
            if midi.set_route(index, plan.cc) {
                midi.mark(held & 1 << index);
            }
        }
        let step = self.macros.set_plans(&plans, self.heard, midi);
        if self.settings.analyses() {
            self.drive_macros(step, board);
        } else {
            self.macros.stop(self.outbox.macro_midi());
        }
    }

    /// Follows the settings, at the start of a block and after each change within it.
    fn follow(&mut self, settings: &Settings, board: &Board) {
        self.midi_is_new |= self.outbox.midi().set_route(settings.cc_route());
        if self.settings.analyses() && !settings.analyses() {
            // From here on the stream stands still, and no turn would come.
            self.finish_turns(board);
            self.macros.stop(self.outbox.macro_midi());
        }
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
            self.outbox.mark_midi(board.held() & TAG_SLOTS);
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
            self.outbox.want_gestures(!0, 0);
        }
    }

    /// Takes something that the host says. Returns whether it has changed a setting.
    pub fn take_input(&mut self, input: Input, board: &Board) -> bool {
        match input {
            Input::Value { id, value } => {
                let Some(value) = board.set_from_host(id, value, self.settings.mode) else {
                    return false;
                };
                match index_of(id).and_then(driven_slot) {
                    Some(slot) => {
                        self.outbox.host_has_set(slot, value);
                        if self.settings.mode == Mode::Follow {
                            self.mark_midi_of_host(slot);
                        }
                        false
                    }
                    None => {
                        self.follow(&board.settings(), board);
                        true
                    }
                }
            }
            Input::Transport(transport) => {
                self.follow_transport(transport.playing);
                false
            }
        }
    }

    /// Takes an update of the analysis, unless nothing is analysed any more. Its tags have their turns
    /// from the position `first_turn` of the stream on: see [`Self::next_turn`].
    pub fn take_update(&mut self, update: &TagUpdate, first_turn: u64, board: &Board) {
        if !self.settings.analyses() {
            return;
        }
        board.drive_for(update.generation);
        board.set_calibrated(update.calibrated);
        let used = first_slots((update.tag_count as usize).min(MAX_TAGS));
        board.drive(used, |slot| percent(update.probabilities[slot]));
        // A model with fewer tags leaves none of its predecessor's values behind.
        let stale = self.used & !used;
        if stale != 0 {
            board.drive(stale, |_| 0.0);
        }
        self.used = used;
        let slots = Turn {
            updated: used,
            settled: stale,
        };
        self.turns.begin(slots, first_turn);
        if update.generation != self.generation {
            self.generation = update.generation;
            // The names of its tags have been looked up before its first update was on its way.
            self.take_macros(board);
        }
        let seconds = self.settings.update_seconds();
        let midi = self.outbox.macro_midi();
        let step = self.macros.take_update(update, seconds, midi);
        self.drive_macros(step, board);
        board.note_update(update.seconds_heard, update.inference_ms);
        self.untold += 1;
    }

    /// Where in the stream more tags have their turn.
    pub fn next_turn(&self) -> Option<u64> {
        self.turns.next_due()
    }

    /// The next tags have their turn.
    pub fn take_turn(&mut self, board: &Board) {
        let turn = self.turns.take();
        self.mark(turn, board);
        if self.is_recording() {
            self.outbox.want_gestures(turn.slots(), self.used);
        }
    }

    /// All tags that wait for their turn have it now.
    fn finish_turns(&mut self, board: &Board) {
        let turn = self.turns.take_all();
        self.mark(turn, board);
    }

    fn mark(&mut self, turn: Turn, board: &Board) {
        let untold = std::mem::take(&mut self.untold);
        if untold > 0 {
            board.count_updates(untold);
        }
        let resolution = self.settings.resolution;
        for slot in bits(turn.updated) {
            let value = board.value(driven_index(slot));
            self.outbox.update_tag(slot, value, resolution);
        }
        self.outbox.mark(turn.settled);
        self.outbox.mark_midi(turn.slots());
    }

    /// Where in the stream the macros have to be looked at next.
    pub fn next_macro_step(&self) -> Option<u64> {
        let analyses = self.settings.analyses();
        self.macros.next_due().filter(|_| analyses)
    }

    /// Whether the macros want to know the loudness at this position of the stream.
    pub fn wants_loudness(&self, position: u64) -> bool {
        self.macros.hears_loudness() && self.macros.is_step(position)
    }

    /// Whether a macro listens to the loudness.
    pub fn hears_loudness(&self) -> bool {
        self.macros.hears_loudness()
    }

    /// Moves the macros on to a position of the stream, which is not beyond
    /// [`Self::next_macro_step`].
    pub fn step_macros(&mut self, position: u64, loudness: Option<f64>, board: &Board) {
        let midi = self.outbox.macro_midi();
        let mut step = self.macros.advance(position, loudness, midi);
        // Offline the others may be anywhere in the song, so that each bounce would be another.
        if self.macros.is_step(position) && self.macros.follows() && !board.is_offline() {
            step = step.and(self.macros.take_others(midi));
        }
        self.drive_macros(step, board);
    }

    /// The window begins anew.
    pub fn reset_macros(&mut self) {
        self.macros.reset(self.outbox.macro_midi());
    }

    fn drive_macros(&mut self, step: Step, board: &Board) {
        for index in bits(step.moved | step.rested) {
            let (slot, value) = (MAX_TAGS + index, self.macros.percent(index));
            board.drive(1 << slot, |_| value);
            self.outbox.pass(slot, value, self.settings.resolution);
        }
        for index in 0..MACROS {
            board.note_source(index, self.macros.source(index));
        }
        self.outbox.mark(step.rested << MAX_TAGS);
        self.outbox.macro_midi().mark(step.moved | step.rested);
        if self.is_recording() {
            let macros = self.macros.driven() << MAX_TAGS;
            self.outbox.want_gestures(!TAG_SLOTS, macros);
        }
    }

    /// Follow: MIDI goes by the host's automation.
    fn mark_midi_of_host(&mut self, slot: usize) {
        match slot.checked_sub(MAX_TAGS) {
            None => self.outbox.mark_midi(1 << slot),
            Some(index) => self.outbox.macro_midi().mark(1 << index),
        }
    }

    /// At this position of the stream the tags have not moved for a while: the host hears where they
    /// stand, tags at [`Self::next_turn`].
    pub fn settle_tags(&mut self, position: u64) {
        let slots = Turn {
            updated: 0,
            settled: self.used,
        };
        self.turns.begin(slots, position);
        self.outbox.mark(self.macros.driven() << MAX_TAGS);
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
