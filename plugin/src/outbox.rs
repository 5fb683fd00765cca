//! Audio thread: what the host is to be told, and what it has been told.
//!
//! Nothing is queued. Every value lies on the board; the outbox knows which of them the host has
//! not heard, and which gestures it believes open. So a host that refuses events loses nothing:
//! what it refused is told with the next block, newest value first and only once.

use clack_plugin::events::Pckn;
use clack_plugin::events::event_types::{
    ParamGestureBeginEvent, ParamGestureEndEvent, ParamValueEvent,
};
use clack_plugin::events::io::OutputEvents;
use clack_plugin::utils::ClapId;

use crate::bits::bits;
use crate::board::Board;
use crate::midi::MidiOut;
use crate::params::{self, id, index_of};

/// What is to be told of a group of up to 64 parameters, a bit each.
#[derive(Clone, Copy, Default)]
struct Group {
    /// Values the host has not heard.
    dirty: u64,
    /// Gestures the host believes open.
    open: u64,
    /// Gestures that should be open.
    wanted: u64,
}

impl Group {
    fn is_due(&self) -> bool {
        self.dirty != 0 || self.open != self.wanted
    }

    /// Begins, values, ends. Returns `false` once the host takes no more.
    fn send(
        &mut self,
        first_id: u32,
        board: &Board,
        time: u32,
        out: &mut OutputEvents<'_>,
    ) -> bool {
        let clap_id = |bit: usize| ClapId::new(first_id + bit as u32);
        for bit in bits(self.wanted & !self.open) {
            if out
                .try_push(ParamGestureBeginEvent::new(time, clap_id(bit)))
                .is_err()
            {
                return false;
            }
            self.open |= 1 << bit;
        }
        for bit in bits(self.dirty) {
            let id = clap_id(bit);
            let value = index_of(id.get()).map_or(0.0, |index| board.value(index));
            if out
                .try_push(ParamValueEvent::new(time, id, Pckn::match_all(), value))
                .is_err()
            {
                return false;
            }
            self.dirty &= !(1 << bit);
        }
        for bit in bits(self.open & !self.wanted) {
            if out
                .try_push(ParamGestureEndEvent::new(time, clap_id(bit)))
                .is_err()
            {
                return false;
            }
            self.open &= !(1 << bit);
        }
        true
    }
}

/// What the host is to be told. It moves between the audio thread, while the plugin is active,
/// and the main thread.
#[derive(Default)]
pub struct Outbox {
    tags: Group,
    status: Group,
    /// Settings changed in the editor: bit = id.
    edits: Group,
    midi: MidiOut,
}

impl Outbox {
    /// The values of these tag slots are to be told.
    pub fn mark_tags(&mut self, slots: u64) {
        self.tags.dirty |= slots;
    }

    /// These tag slots may have another 7-bit value.
    pub fn mark_midi(&mut self, slots: u64) {
        self.midi.mark(slots);
    }

    /// The value of a status parameter is to be told.
    pub fn mark_status(&mut self, id: u32) {
        self.status.dirty |= 1 << (id - id::RUNNING_BACKEND);
    }

    /// These tag slots, and no others, are to be in a gesture.
    pub fn want_gestures(&mut self, slots: u64) {
        self.tags.wanted = slots;
    }

    /// Whether the host has gestures to be ended.
    pub fn has_open_gestures(&self) -> bool {
        self.tags.open != 0
    }

    /// Where MIDI goes.
    pub fn midi(&mut self) -> &mut MidiOut {
        &mut self.midi
    }

    /// Tells the host everything that is to be told, at `time` in the block. What it refuses
    /// stays for the next call.
    pub fn send(&mut self, board: &Board, time: u32, out: &mut OutputEvents<'_>) {
        self.edits.wanted |= u64::from(board.take_edits());
        self.edits.dirty |= self.edits.wanted;
        let sent = (!self.edits.is_due() || self.send_edits(board, time, out))
            && (!self.tags.is_due() || self.tags.send(id::FIRST_TAG, board, time, out))
            && (!self.status.is_due() || self.status.send(id::RUNNING_BACKEND, board, time, out));
        if sent && self.midi.is_due() {
            let percent = |slot| board.value(params::TAGS_AT + slot);
            self.midi.send(percent, time, out);
        }
    }

    /// A setting changed in the editor is a whole gesture: begin, value, end.
    fn send_edits(&mut self, board: &Board, time: u32, out: &mut OutputEvents<'_>) -> bool {
        let begun = self.edits.send(0, board, time, out);
        if begun {
            self.edits.wanted = 0;
        }
        begun && self.edits.send(0, board, time, out)
    }
}
