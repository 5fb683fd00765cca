//! What MIDI hears of the macros: control changes, and notes.
//!
//! Nothing is queued. Of each note it is known what sounds and what should sound, so a host that
//! refuses events hears with the next call what holds then, and no note hangs.

use crate::core::bits::bits;
use crate::core::events::{Output, Outputs};
use crate::core::midi::{UNSENT, seven_bits};
use crate::core::params::MACROS;

/// Where a macro goes as a control change, as MIDI counts: channels from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cc {
    /// Channel, 0 to 15.
    pub channel: u8,
    /// Number of the controller.
    pub number: u8,
}

/// A note to be played.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Note {
    /// Channel, 0 to 15.
    pub channel: u8,
    /// Number, 0 to 127.
    pub number: u8,
    /// Velocity, 1 to 127.
    pub velocity: u8,
}

/// One macro's note.
#[derive(Clone, Copy, Default)]
struct Key {
    /// What the host believes to sound.
    sounds: Option<Note>,
    /// What should sound.
    wanted: Option<Note>,
    /// Whether what should sound begins anew.
    anew: bool,
}

impl Key {
    fn is_due(&self) -> bool {
        self.anew || self.sounds != self.wanted
    }

    /// Returns `false` if the host takes no more.
    fn send(&mut self, time: u32, out: &mut impl Outputs) -> bool {
        if let Some(note) = self.sounds {
            let off = [0x80 | note.channel, note.number, 0];
            if !out.push(time, Output::Midi(off)) {
                return false;
            }
            self.sounds = None;
        }
        if let Some(note) = self.wanted {
            let on = [0x90 | note.channel, note.number, note.velocity];
            if !out.push(time, Output::Midi(on)) {
                return false;
            }
            self.sounds = self.wanted;
        }
        self.anew = false;
        true
    }
}

/// What MIDI has heard of the macros, and what it should hear.
pub struct MacroMidi {
    routes: [Option<Cc>; MACROS],
    sent: [u8; MACROS],
    /// Macros whose control change may have to be sent, a bit each.
    due: u64,
    keys: [Key; MACROS],
    /// Macros whose note is to be looked at, a bit each.
    keys_due: u64,
}

impl Default for MacroMidi {
    fn default() -> Self {
        Self {
            routes: [None; MACROS],
            sent: [UNSENT; MACROS],
            due: 0,
            keys: [Key::default(); MACROS],
            keys_due: 0,
        }
    }
}

impl MacroMidi {
    /// Leads a macro's control change elsewhere. Returns whether it now goes where it did not go
    /// before.
    pub fn set_route(&mut self, index: usize, route: Option<Cc>) -> bool {
        if self.routes[index] == route {
            return false;
        }
        self.routes[index] = route;
        self.sent[index] = UNSENT;
        self.due &= !(1 << index);
        route.is_some()
    }

    /// It is not known which values have been heard.
    pub fn forget_sent(&mut self) {
        self.sent = [UNSENT; MACROS];
    }

    /// These macros may have another 7-bit value, a bit each.
    pub fn mark(&mut self, macros: u64) {
        for index in bits(macros) {
            if self.routes[index].is_some() {
                self.due |= 1 << index;
            }
        }
    }

    /// A macro plays a note, in place of the one that sounds.
    pub fn start_note(&mut self, index: usize, note: Note) {
        let key = &mut self.keys[index];
        key.wanted = Some(note);
        key.anew = true;
        self.keys_due |= 1 << index;
    }

    /// A macro's note ends.
    pub fn stop_note(&mut self, index: usize) {
        let key = &mut self.keys[index];
        key.wanted = None;
        key.anew = false;
        if key.is_due() {
            self.keys_due |= 1 << index;
        }
    }

    /// Every note ends.
    pub fn stop_notes(&mut self) {
        (0..MACROS).for_each(|index| self.stop_note(index));
    }

    /// Whether the host believes that a note sounds.
    pub fn has_notes(&self) -> bool {
        self.keys.iter().any(|key| key.sounds.is_some())
    }

    /// Whether [`Self::send`] has something to look at.
    pub fn is_due(&self) -> bool {
        (self.due | self.keys_due) != 0
    }

    /// Tells the host what it needs to hear; `percent` gives a macro's value. Returns `false` once
    /// the host takes no more; what it refused is tried again with the next call.
    pub fn send(
        &mut self,
        percent: impl Fn(usize) -> f64,
        time: u32,
        out: &mut impl Outputs,
    ) -> bool {
        for index in bits(self.keys_due) {
            if self.keys[index].is_due() && !self.keys[index].send(time, out) {
                return false;
            }
            self.keys_due &= !(1 << index);
        }
        for index in bits(self.due) {
            let value = seven_bits(percent(index));
            if let Some(route) = self.routes[index].filter(|_| value != self.sent[index]) {
                let message = [0xb0 | route.channel, route.number, value];
                if !out.push(time, Output::Midi(message)) {
                    return false;
                }
                self.sent[index] = value;
            }
            self.due &= !(1 << index);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::tests::Taken;

    fn sent(midi: &mut MacroMidi, percent: f64, room: usize) -> Vec<[u8; 3]> {
        let mut taken = Taken {
            room,
            ..Taken::default()
        };
        midi.send(|_| percent, 0, &mut taken);
        let midi = taken.outputs.iter().map(|(_, output)| match output {
            Output::Midi(message) => *message,
            other => panic!("{other:?}"),
        });
        midi.collect()
    }

    const CC: Cc = Cc {
        channel: 2,
        number: 74,
    };
    const NOTE: Note = Note {
        channel: 1,
        number: 60,
        velocity: 100,
    };

    #[test]
    fn a_control_change_is_sent_where_it_leads_and_only_when_its_seven_bits_change() {
        let mut midi = MacroMidi::default();
        midi.mark(!0 >> 56);
        assert!(!midi.is_due());
        assert!(midi.set_route(3, Some(CC)));
        assert!(!midi.set_route(3, Some(CC)));
        midi.mark(1 << 3);
        assert_eq!(sent(&mut midi, 100.0, 9), [[0xb2, 74, 127]]);
        midi.mark(1 << 3);
        assert!(sent(&mut midi, 99.9, 9).is_empty());
        midi.set_route(3, None);
        midi.mark(1 << 3);
        assert!(sent(&mut midi, 0.0, 9).is_empty());
    }

    #[test]
    fn a_note_begins_and_ends_once_and_begins_anew_after_an_end() {
        let mut midi = MacroMidi::default();
        midi.start_note(0, NOTE);
        assert_eq!(sent(&mut midi, 0.0, 9), [[0x91, 60, 100]]);
        assert!(midi.has_notes() && !midi.is_due());
        midi.start_note(
            0,
            Note {
                velocity: 5,
                ..NOTE
            },
        );
        assert_eq!(sent(&mut midi, 0.0, 9), [[0x81, 60, 0], [0x91, 60, 5]]);
        midi.stop_note(0);
        midi.stop_note(0);
        assert_eq!(sent(&mut midi, 0.0, 9), [[0x81, 60, 0]]);
        assert!(sent(&mut midi, 0.0, 9).is_empty() && !midi.has_notes());
    }

    #[test]
    fn a_host_that_refuses_events_keeps_no_hanging_note() {
        let mut midi = MacroMidi::default();
        midi.start_note(0, NOTE);
        assert!(sent(&mut midi, 0.0, 0).is_empty());
        midi.stop_note(0);
        assert!(sent(&mut midi, 0.0, 9).is_empty(), "it never began");
        midi.start_note(0, NOTE);
        sent(&mut midi, 0.0, 9);
        midi.start_note(0, NOTE);
        assert_eq!(sent(&mut midi, 0.0, 1), [[0x81, 60, 0]]);
        assert_eq!(sent(&mut midi, 0.0, 1), [[0x91, 60, 100]]);
        midi.stop_notes();
        assert_eq!(sent(&mut midi, 0.0, 1), [[0x81, 60, 0]]);
    }
}
