//! Audio thread: tags as MIDI control changes.

use tagline_engine::MAX_TAGS;

use super::bits::bits;
use super::events::{Output, Outputs};
use super::settings::{CcRoute, LAST_CC};

/// A 7-bit value that no control change has: nothing was sent yet.
pub const UNSENT: u8 = 0xff;

/// What has been sent, and which slots may need to be sent.
pub struct MidiOut {
    route: Option<CcRoute>,
    sent: [u8; MAX_TAGS],
    /// Tag slots to look at, a bit each.
    due: u64,
}

impl Default for MidiOut {
    fn default() -> Self {
        Self {
            route: None,
            sent: [UNSENT; MAX_TAGS],
            due: 0,
        }
    }
}

impl MidiOut {
    /// Follows the setting; another route starts from nothing sent. Returns whether the tags now go
    /// where they did not go before.
    pub fn set_route(&mut self, route: Option<CcRoute>) -> bool {
        if route == self.route {
            return false;
        }
        *self = Self {
            route,
            ..Self::default()
        };
        route.is_some()
    }

    /// These tag slots may have changed, a bit each.
    pub fn mark(&mut self, slots: u64) {
        if let Some(route) = self.route {
            let sendable = route.count.min(LAST_CC + 1 - route.first.min(LAST_CC));
            self.due |= slots & ((1 << sendable) - 1);
        }
    }

    /// Whether [`Self::send`] has something to look at.
    pub fn is_due(&self) -> bool {
        self.due != 0
    }

    /// Sends the slots whose 7-bit value changed. Returns `false` once the host takes no more;
    /// what it refused is tried again with the next call.
    pub fn send(
        &mut self,
        percent: impl Fn(usize) -> f64,
        time: u32,
        out: &mut impl Outputs,
    ) -> bool {
        let Some(route) = self.route else {
            self.due = 0;
            return true;
        };
        for slot in bits(self.due) {
            let value = seven_bits(percent(slot));
            if value != self.sent[slot] {
                let message = [0xb0 | route.channel, route.first + slot as u8, value];
                if !out.push(time, Output::Midi(message)) {
                    return false;
                }
                self.sent[slot] = value;
            }
            self.due &= !(1 << slot);
        }
        true
    }
}

/// A value in per cent as MIDI has it.
pub fn seven_bits(percent: f64) -> u8 {
    (percent * 1.27).round().clamp(0.0, 127.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tests::Taken;

    fn sent(midi: &mut MidiOut, percent: f64) -> Vec<[u8; 3]> {
        let mut taken = Taken::default();
        assert!(midi.send(|_| percent, 0, &mut taken));
        let midi = taken.outputs.iter().map(|(_, output)| match output {
            Output::Midi(message) => *message,
            other => panic!("{other:?}"),
        });
        midi.collect()
    }

    fn route(first: u8, count: u8) -> Option<CcRoute> {
        Some(CcRoute {
            channel: 9,
            first,
            count,
        })
    }

    #[test]
    fn nothing_is_sent_while_the_output_is_off() {
        let mut midi = MidiOut::default();
        midi.mark(!0);
        assert!(!midi.is_due());
        assert!(sent(&mut midi, 50.0).is_empty());
    }

    #[test]
    fn a_control_change_is_sent_only_when_its_seven_bits_change() {
        let mut midi = MidiOut::default();
        midi.set_route(route(20, 2));
        midi.mark(0b1111);
        assert_eq!(sent(&mut midi, 100.0), [[0xb9, 20, 127], [0xb9, 21, 127]]);
        midi.mark(0b1111);
        assert!(sent(&mut midi, 99.9).is_empty());
        midi.mark(0b1);
        assert_eq!(sent(&mut midi, 50.0), [[0xb9, 20, 64]]);
    }

    #[test]
    fn channel_mode_messages_are_never_sent() {
        let mut midi = MidiOut::default();
        midi.set_route(route(118, 50));
        midi.mark(!0);
        let controls: Vec<u8> = sent(&mut midi, 10.0).iter().map(|m| m[1]).collect();
        assert_eq!(controls, [118, 119]);
    }

    #[test]
    fn another_route_starts_from_nothing_sent() {
        let mut midi = MidiOut::default();
        midi.set_route(route(20, 1));
        midi.mark(1);
        assert_eq!(sent(&mut midi, 0.0).len(), 1);
        midi.set_route(route(30, 1));
        midi.mark(1);
        assert_eq!(sent(&mut midi, 0.0), [[0xb9, 30, 0]]);
    }
}
