//! Where a macro goes beside its parameter: MIDI.

use egui::Ui;

use super::controls::{row, seconds, whole, word};
use crate::core::macros::{ControlChange, Macro, NoteOutput};
use crate::core::settings::LAST_CC;
use crate::editor::switch;

/// Names of the notes of an octave.
const NOTES: [&str; 12] = [
    "C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B",
];

/// What is sent where a note is switched on.
const NOTE: NoteOutput = NoteOutput {
    channel: 1,
    length_seconds: None,
    number: 60,
    velocity: None,
};

/// Draws the rows.
pub fn rows(ui: &mut Ui, edited: &mut Macro) {
    row(ui, "MIDI CC", |ui| {
        if let Some(on) = switch::show(
            ui,
            edited.midi_cc.is_some(),
            "Whether the value is sent as a controller",
        ) {
            edited.midi_cc = on.then_some(ControlChange {
                channel: 1,
                number: 1,
            });
        }
        if let Some(cc) = &mut edited.midi_cc {
            word(ui, "channel");
            whole(ui, &mut cc.channel, 1..=16, ("MIDI channel, 1 to 16", 1));
            word(ui, "controller");
            whole(
                ui,
                &mut cc.number,
                0..=LAST_CC,
                ("MIDI controller, 0 to 119", 1),
            );
        }
    });
    row(ui, "MIDI note", |ui| {
        if let Some(on) = switch::show(ui, edited.note.is_some(), "Whether the gate plays a note") {
            edited.note = on.then_some(NOTE);
        }
        match &mut edited.note {
            Some(note) => {
                word(ui, "channel");
                whole(ui, &mut note.channel, 1..=16, ("MIDI channel, 1 to 16", 1));
                word(ui, "note");
                whole(
                    ui,
                    &mut note.number,
                    0..=127,
                    ("MIDI note, 0 to 127; 60 is the middle C", 60),
                );
                word(ui, &name_of(note.number));
                if edited.threshold.is_none() {
                    word(ui, "needs a threshold");
                }
            }
            None => word(ui, "begins when the threshold is passed"),
        }
    });
    if let Some(note) = &mut edited.note {
        row(ui, "", |ui| {
            word(ui, "fixed velocity");
            if let Some(on) = switch::show(
                ui,
                note.velocity.is_some(),
                "Off: the source's value when the gate opens",
            ) {
                note.velocity = on.then_some(100);
            }
            if let Some(velocity) = &mut note.velocity {
                whole(
                    ui,
                    velocity,
                    1..=127,
                    ("Velocity of every note, 1 to 127", 100),
                );
            }
            word(ui, "fixed length");
            if let Some(on) = switch::show(
                ui,
                note.length_seconds.is_some(),
                "Off: as long as the gate is open",
            ) {
                note.length_seconds = on.then_some(0.5);
            }
            if let Some(length) = &mut note.length_seconds {
                seconds(ui, length, ("Seconds for which every note sounds", 0.5));
            }
        });
    }
}

/// A note's name, such as `C4` for the middle C.
pub(super) fn name_of(number: u8) -> String {
    let octave = i32::from(number / 12) - 1;
    format!("{}{octave}", NOTES[usize::from(number % 12)])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notes_have_the_names_that_keyboards_give_them() {
        let names = [(0, "C-1"), (36, "C2"), (60, "C4"), (69, "A4"), (127, "G9")];
        for (number, name) in names {
            assert_eq!(name_of(number), name);
        }
    }
}
