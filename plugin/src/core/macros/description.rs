//! A macro as the user describes it: what the editor shows, and what states and presets keep.

use serde::{Deserialize, Serialize};

use super::source::Source;
use crate::core::params::MACROS;
use crate::core::settings::LAST_CC;

/// Longest attack, hold, release and note, in seconds.
pub const MAX_MACRO_SECONDS: f64 = 60.0;

/// Longest name of a macro, in characters.
pub const MAX_NAME_CHARACTERS: usize = 40;

/// All macros, in their order.
pub type Macros = [Macro; MACROS];

/// A field of a macro that holds what no macro has.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{field} is {value}, but it must be {expected}")]
pub struct MacroError {
    /// The field.
    pub field: &'static str,
    /// What it holds.
    pub value: String,
    /// What it may hold.
    pub expected: &'static str,
}

/// A macro. Times are in seconds, everything else in per cent.
///
/// The source is brought from the range `input` to 0 to 100 %. With a threshold, the macro is a
/// gate instead: on from the threshold on, and off once the source has fallen below the threshold
/// by more than the hysteresis, and the hold has passed. The value moves there at the speed of
/// attack and release, is bent by the curve, inverted, and brought to the range `output`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Macro {
    /// Time in which the value rises from 0 to 100 %.
    pub attack_seconds: f64,
    /// How the way from 0 to 100 % is bent: −100 starts slowly, 100 starts fast.
    pub curve: f64,
    /// How long the value stays before it falls.
    pub hold_seconds: f64,
    /// How far below the threshold the source must fall to close the gate, in points.
    pub hysteresis: f64,
    /// Values of the source that give 0 % and 100 %.
    pub input: [f64; 2],
    /// Whether 0 % and 100 % change places.
    pub invert: bool,
    /// Where the value goes as a MIDI control change.
    pub midi_cc: Option<ControlChange>,
    /// Name for people; empty for `Macro 1`.
    pub name: String,
    /// The note that begins when the gate opens.
    pub note: Option<NoteOutput>,
    /// Values of the macro for 0 % and 100 %.
    pub output: [f64; 2],
    /// Time in which the value falls from 100 % to 0.
    pub release_seconds: f64,
    /// What the macro listens to.
    pub source: Source,
    /// From which value of the source the gate is open; without one there is no gate.
    pub threshold: Option<f64>,
}

/// A MIDI controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ControlChange {
    /// MIDI channel, 1 to 16.
    pub channel: u8,
    /// Number of the controller, 0 to [`LAST_CC`].
    pub number: u8,
}

/// A MIDI note that a macro plays.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct NoteOutput {
    /// MIDI channel, 1 to 16.
    pub channel: u8,
    /// How long it sounds, in seconds; without a length, as long as the gate is open.
    #[serde(default)]
    pub length_seconds: Option<f64>,
    /// Number of the note, 0 to 127; 60 is the middle C.
    pub number: u8,
    /// Velocity, 1 to 127; without one, the source's value when the gate opens.
    #[serde(default)]
    pub velocity: Option<u8>,
}

impl Default for Macro {
    fn default() -> Self {
        Self {
            attack_seconds: 0.0,
            curve: 0.0,
            hold_seconds: 0.0,
            hysteresis: 5.0,
            input: [0.0, 100.0],
            invert: false,
            midi_cc: None,
            name: String::new(),
            note: None,
            output: [0.0, 100.0],
            release_seconds: 0.0,
            source: Source::Off,
            threshold: None,
        }
    }
}

fn check(
    good: bool,
    field: &'static str,
    value: impl ToString,
    expected: &'static str,
) -> Result<(), MacroError> {
    if good {
        return Ok(());
    }
    Err(MacroError {
        field,
        value: value.to_string(),
        expected,
    })
}

impl Macro {
    /// Whether every field holds what a macro may have.
    ///
    /// # Errors
    /// The first field that does not.
    pub fn check(&self) -> Result<(), MacroError> {
        let percent = |field, value| {
            let good = (0.0..=100.0).contains(&value);
            check(good, field, value, "0 to 100")
        };
        let seconds = |field, value| {
            let good = (0.0..=MAX_MACRO_SECONDS).contains(&value);
            check(good, field, value, "0 to 60")
        };
        seconds("attack_seconds", self.attack_seconds)?;
        let curve = self.curve;
        check(
            (-100.0..=100.0).contains(&curve),
            "curve",
            curve,
            "-100 to 100",
        )?;
        seconds("hold_seconds", self.hold_seconds)?;
        percent("hysteresis", self.hysteresis)?;
        for value in self.input {
            percent("input", value)?;
        }
        for value in self.output {
            percent("output", value)?;
        }
        let length = self.name.chars().count();
        let fits = length <= MAX_NAME_CHARACTERS;
        check(fits, "name", &self.name, "at most 40 characters long")?;
        seconds("release_seconds", self.release_seconds)?;
        if let Some(threshold) = self.threshold {
            percent("threshold", threshold)?;
        }
        let channel = |channel: u8| {
            let good = (1..=16).contains(&channel);
            check(good, "channel", channel, "1 to 16")
        };
        if let Some(cc) = self.midi_cc {
            channel(cc.channel)?;
            check(cc.number <= LAST_CC, "midi_cc", cc.number, "0 to 119")?;
        }
        if let Some(note) = self.note {
            channel(note.channel)?;
            check(note.number <= 127, "note", note.number, "0 to 127")?;
            if let Some(velocity) = note.velocity {
                let good = (1..=127).contains(&velocity);
                check(good, "velocity", velocity, "1 to 127")?;
            }
            if let Some(length) = note.length_seconds {
                seconds("length_seconds", length)?;
            }
        }
        Ok(())
    }

    /// The same with numbers of six decimals, which text keeps exactly.
    #[must_use]
    pub fn rounded(&self) -> Self {
        // Adding zero turns a negative zero into a plain one.
        let short = |value: f64| (value * 1e6).round() / 1e6 + 0.0;
        let note = self.note.map(|note| NoteOutput {
            length_seconds: note.length_seconds.map(short),
            ..note
        });
        Self {
            attack_seconds: short(self.attack_seconds),
            curve: short(self.curve),
            hold_seconds: short(self.hold_seconds),
            hysteresis: short(self.hysteresis),
            input: self.input.map(short),
            note,
            output: self.output.map(short),
            release_seconds: short(self.release_seconds),
            threshold: self.threshold.map(short),
            ..self.clone()
        }
    }

    /// Name of macro number `index`, from 0, for people.
    #[must_use]
    pub fn title(&self, index: usize) -> String {
        let name = self.name.trim();
        if name.is_empty() {
            format!("Macro {}", index + 1)
        } else {
            name.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_that_no_macro_has_is_named_with_its_range() {
        let fresh = Macro::default();
        assert_eq!(fresh.check(), Ok(()));
        let bad = [
            Macro {
                attack_seconds: 61.0,
                ..fresh.clone()
            },
            Macro {
                curve: f64::NAN,
                ..fresh.clone()
            },
            Macro {
                threshold: Some(-1.0),
                ..fresh.clone()
            },
            Macro {
                output: [0.0, 100.1],
                ..fresh.clone()
            },
            Macro {
                name: "x".repeat(41),
                ..fresh.clone()
            },
            Macro {
                midi_cc: Some(ControlChange {
                    channel: 0,
                    number: 1,
                }),
                ..fresh.clone()
            },
            Macro {
                midi_cc: Some(ControlChange {
                    channel: 1,
                    number: 120,
                }),
                ..fresh.clone()
            },
        ];
        let named = [
            "attack_seconds",
            "curve",
            "threshold",
            "output",
            "name",
            "channel",
            "midi_cc",
        ];
        for (macro_, name) in bad.into_iter().zip(named) {
            let error = macro_.check().expect_err(name);
            assert_eq!(error.field, name);
            assert!(error.to_string().contains("must be"), "{error}");
        }
    }

    #[test]
    fn a_macro_without_a_name_goes_by_its_number() {
        let mut macro_ = Macro::default();
        assert_eq!(macro_.title(0), "Macro 1");
        macro_.name = " Drums ".to_owned();
        assert_eq!(macro_.title(0), "Drums");
    }
}
