//! Audio thread: keeps track of what the host must be told and what it knows.
//!
//! Nothing is queued. Every value lies on the board; the outbox knows which of them the host has
//! not heard, and which gestures it believes open. So a host that refuses events loses nothing:
//! with the next block it is told what it refused, the newest value first and only once.

use super::bits::bits;
use super::board::Board;
use super::events::{Output, Outputs};
use super::macros::MacroMidi;
use super::midi::MidiOut;
use super::params::{MACROS_AT, TAGS_AT, driven_index, driven_slot, id};
use super::thinning::Thinning;

/// What the host needs to be told of up to 64 parameters in a row, a bit each.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Values that the host needs to hear.
    dirty: u64,
    /// Gestures that the host believes open.
    open: u64,
    /// Gestures that should be open.
    wanted: u64,
}

impl Group {
    fn is_due(&self) -> bool {
        self.dirty != 0 || self.open != self.wanted
    }

    /// Tells begins, values, ends. Returns `false` once the host takes no more.
    fn send(
        &mut self,
        index_of_bit: fn(usize) -> usize,
        (board, thinning): (&Board, &mut Thinning),
        time: u32,
        out: &mut impl Outputs,
    ) -> bool {
        for bit in bits(self.wanted & !self.open) {
            let index = index_of_bit(bit);
            let id = index as u32;
            if !out.push(time, Output::GestureBegin { id }) {
                return false;
            }
            self.open |= 1 << bit;
            // A gesture begins with a value, also with one that the host has.
            self.dirty |= 1 << bit;
            if let Some(slot) = driven_slot(index) {
                thinning.forget(slot);
            }
        }
        for bit in bits(self.dirty) {
            let index = index_of_bit(bit);
            let (value, slot) = (board.value(index), driven_slot(index));
            if slot.is_none_or(|slot| thinning.differs(slot, value)) {
                let told = Output::Value {
                    id: index as u32,
                    value,
                    record: self.open >> bit & 1 == 1,
                };
                if !out.push(time, told) {
                    return false;
                }
                if let Some(slot) = slot {
                    thinning.host_has(slot, value);
                }
            }
            self.dirty &= !(1 << bit);
        }
        for bit in bits(self.open & !self.wanted) {
            let id = index_of_bit(bit) as u32;
            if !out.push(time, Output::GestureEnd { id }) {
                return false;
            }
            self.open &= !(1 << bit);
        }
        true
    }
}

/// What the host needs to be told. It moves between the audio thread, while the plugin is active,
/// and the main thread.
#[derive(Default)]
pub struct Outbox {
    /// The tags and the macros: bit = driven slot.
    driven: Group,
    thinning: Thinning,
    /// Settings changed in the editor: bit = id.
    edits: Group,
    midi: MidiOut,
    macro_midi: MacroMidi,
}

impl Outbox {
    /// Takes a tag slot's value of an update, which lies on the board.
    pub fn update_tag(&mut self, slot: usize, value: f64, resolution: f64) {
        if self.thinning.update(slot, value, resolution) {
            self.driven.dirty |= 1 << slot;
        }
    }

    /// Takes a driven slot's value on its way from one update to the next.
    pub fn pass(&mut self, slot: usize, value: f64, resolution: f64) {
        if self.thinning.pass(slot, value, resolution) {
            self.driven.dirty |= 1 << slot;
        }
    }

    /// The host needs to hear these driven slots' values, unless it has them.
    pub fn mark(&mut self, slots: u64) {
        self.driven.dirty |= slots;
    }

    /// The host has set a driven slot.
    pub fn host_has_set(&mut self, slot: usize, value: f64) {
        self.thinning.host_has(slot, value);
    }

    /// It is not known which driven values the host has.
    pub fn forget_told(&mut self) {
        self.thinning = Thinning::default();
    }

    /// These tag slots may have another 7-bit value.
    pub fn mark_midi(&mut self, slots: u64) {
        self.midi.mark(slots);
    }

    /// Of the driven slots `among` those of `wanted`, and no others, should be in a gesture. A gesture
    /// that ends does so with the newest value.
    pub fn want_gestures(&mut self, among: u64, wanted: u64) {
        self.driven.wanted = self.driven.wanted & !among | wanted & among;
        self.driven.dirty |= self.driven.open & !self.driven.wanted;
    }

    /// Whether the host believes a gesture open, or a note to sound.
    pub fn has_open_ends(&self) -> bool {
        self.driven.open != 0 || self.macro_midi.has_notes()
    }

    /// Where MIDI goes.
    pub fn midi(&mut self) -> &mut MidiOut {
        &mut self.midi
    }

    /// What MIDI hears of the macros.
    pub fn macro_midi(&mut self) -> &mut MacroMidi {
        &mut self.macro_midi
    }

    /// Tells the host everything that it needs to hear, at `time` in the block. What it refuses
    /// stays for the next call.
    pub fn send(&mut self, board: &Board, time: u32, out: &mut impl Outputs) {
        self.edits.wanted |= board.take_edits();
        let told = (board, &mut self.thinning);
        let mut sent = !self.edits.is_due() || send_edits(&mut self.edits, told, time, out);
        if sent && self.driven.is_due() {
            let told = (board, &mut self.thinning);
            sent = self.driven.send(driven_index, told, time, out);
        }
        if sent && self.midi.is_due() {
            let percent = |slot| board.value(TAGS_AT + slot);
            sent = self.midi.send(percent, time, out);
        }
        if sent && self.macro_midi.is_due() {
            let percent = |index| board.value(MACROS_AT + index);
            self.macro_midi.send(percent, time, out);
        }
    }
}

/// A setting changed in the editor is a whole gesture: begin, value, end.
fn send_edits(
    edits: &mut Group,
    (board, thinning): (&Board, &mut Thinning),
    time: u32,
    out: &mut impl Outputs,
) -> bool {
    const { assert!(id::BYPASS == 0, "the edits' bits are ids and indexes") };
    edits.dirty |= edits.wanted;
    let begun = edits.send(|bit| bit, (board, thinning), time, out);
    if begun {
        edits.wanted = 0;
    }
    begun && edits.send(|bit| bit, (board, thinning), time, out)
}
