//! Audio thread: the host hears of an update in turns, a few tags at a time.
//!
//! The board has all values of an update at once. To tell a host of 50 of them as well takes longer
//! than the plugin may take for a short block. So each turn looks at a few slots, and the turns lie
//! at fixed distances. In a bounce the first one is at the update's own sample, and all are the same
//! at every block size. In real time the first one comes with the block after the update.

use super::bits::bits;

/// Slots of a turn.
pub const SLOTS_A_TURN: usize = 8;

/// Samples from one turn to the next. The last of seven turns comes 8 ms after the first at 48 kHz.
pub const TURN_SAMPLES: u64 = 64;

/// Tag slots that have their turn now, a bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Turn {
    /// Those with a value of an update.
    pub updated: u64,
    /// Those of which the host must hear where they stand.
    pub settled: u64,
}

impl Turn {
    /// All of them.
    pub fn slots(self) -> u64 {
        self.updated | self.settled
    }

    fn only(self, slots: u64) -> Self {
        Self {
            updated: self.updated & slots,
            settled: self.settled & slots,
        }
    }
}

/// Slots that wait for their turn, lowest first.
#[derive(Default)]
pub struct Turns {
    waiting: Turn,
    /// Position of the next turn in the stream.
    next: u64,
}

impl Turns {
    /// These slots have their turns from this position of the stream on. Slots that still wait begin
    /// anew with them: their newest values are told, and no others.
    pub fn begin(&mut self, slots: Turn, position: u64) {
        self.waiting.updated |= slots.updated;
        self.waiting.settled |= slots.settled;
        self.next = position;
    }

    /// Position of the next turn, if slots wait for one.
    pub fn next_due(&self) -> Option<u64> {
        (self.waiting.slots() != 0).then_some(self.next)
    }

    /// Takes the next turn.
    pub fn take(&mut self) -> Turn {
        let slots = bits(self.waiting.slots()).take(SLOTS_A_TURN);
        let turn = self
            .waiting
            .only(slots.fold(0, |set, slot| set | 1 << slot));
        self.waiting = self.waiting.only(!turn.slots());
        self.next += TURN_SAMPLES;
        turn
    }

    /// Takes all turns that are left.
    pub fn take_all(&mut self) -> Turn {
        std::mem::take(&mut self.waiting)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::bits::first_slots;
    use crate::core::params::UPDATE_SECONDS;

    fn updated(slots: u64) -> Turn {
        Turn {
            updated: slots,
            settled: 0,
        }
    }

    /// Positions and slots of the turns that are left.
    fn taken(turns: &mut Turns) -> Vec<(u64, u64)> {
        let next = || Some((turns.next_due()?, turns.take().slots()));
        std::iter::from_fn(next).collect()
    }

    #[test]
    fn every_slot_has_one_turn_at_a_fixed_distance_behind_the_update() {
        let mut turns = Turns::default();
        assert_eq!(turns.next_due(), None);
        turns.begin(updated(first_slots(50)), 1_000);
        let expected: Vec<_> = (0..7)
            .map(|turn| (1_000 + 64 * turn, (0xff << (8 * turn)) & first_slots(50)))
            .collect();
        assert_eq!(taken(&mut turns), expected);
    }

    #[test]
    fn a_newer_update_begins_anew_and_loses_no_slot() {
        let mut turns = Turns::default();
        turns.begin(updated(first_slots(20)), 0);
        turns.take();
        turns.begin(updated(first_slots(10)), 70);
        let settled = Turn {
            updated: 0,
            settled: 1,
        };
        turns.begin(settled, 80);
        let first = turns.take();
        assert_eq!((first.updated, first.settled), (0xff, 1));
        assert_eq!(taken(&mut turns), [(144, 0xff << 8), (208, 0xf << 16)]);
    }

    #[test]
    fn all_turns_of_an_update_are_over_before_the_next_one_at_any_rate() {
        const SLOWEST_HZ: f64 = 8_000.0;
        let turns = 50_usize.div_ceil(SLOTS_A_TURN) as u64;
        let shortest = UPDATE_SECONDS[0] * SLOWEST_HZ;
        assert!(((turns - 1) * TURN_SAMPLES) as f64 <= shortest);
    }
}
