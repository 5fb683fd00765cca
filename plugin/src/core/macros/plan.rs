//! Macros as plain numbers: what the audio thread works by, and how that fits into words, which two
//! threads can share.

use super::description::{Macro, Macros};
use super::outputs::{Cc, Note};
use super::shaping::{Shaping, Threshold};
use super::source::{Combine, Resolved, Resolver};
use crate::core::neighbours::Place;
use crate::core::params::MACROS;

/// Steepest power of the curve: at ±100 % the level's exponent is 4 or a quarter.
const CURVE_BASE: f64 = 4.0;

/// A note that a gate plays.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlannedNote {
    /// Channel, number, and the velocity; 0 takes the source's value.
    pub note: Note,
    /// How long it sounds, in seconds; without a length, as long as the gate is open.
    pub length: Option<f64>,
}

/// One macro, resolved against a model.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plan {
    /// What it listens to.
    pub source: Resolved,
    /// How its value follows. Times are in seconds here.
    pub shaping: Shaping,
    /// Where it goes as a control change.
    pub cc: Option<Cc>,
    /// The note that its gate plays.
    pub note: Option<PlannedNote>,
}

/// All macros, resolved against the model number `generation` of the stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Plans {
    /// The model whose tags' slots these are. Updates of earlier models say nothing to them.
    pub generation: u32,
    /// The macros.
    pub plans: [Plan; MACROS],
}

impl Default for Plan {
    fn default() -> Self {
        let nothing = Resolver {
            names: &[],
            groups: &[],
        };
        Self::new(&Macro::default(), &nothing)
    }
}

impl Default for Plans {
    fn default() -> Self {
        Self {
            generation: 0,
            plans: [Plan::default(); MACROS],
        }
    }
}

impl Plan {
    fn new(described: &Macro, resolver: &Resolver<'_>) -> Self {
        let gate = described.threshold.map(|threshold| Threshold {
            opens: threshold / 100.0,
            closes: (threshold - described.hysteresis) / 100.0,
        });
        let note = described.note.filter(|_| gate.is_some());
        Self {
            source: resolver.resolve(&described.source),
            shaping: Shaping {
                input: described.input.map(|percent| percent / 100.0),
                gate,
                attack: described.attack_seconds,
                hold: described.hold_seconds,
                release: described.release_seconds,
                exponent: CURVE_BASE.powf(-described.curve / 100.0),
                invert: described.invert,
                output: described.output.map(|percent| percent / 100.0),
            },
            cc: described.midi_cc.map(|cc| Cc {
                channel: cc.channel - 1,
                number: cc.number,
            }),
            note: note.map(|note| PlannedNote {
                note: Note {
                    channel: note.channel - 1,
                    number: note.number,
                    velocity: note.velocity.unwrap_or(0),
                },
                length: note.length_seconds,
            }),
        }
    }
}

impl Plans {
    /// The macros, with the slots that `resolver` finds for their tags' names. Each has been
    /// [checked](Macro::check).
    #[must_use]
    pub fn new(macros: &Macros, resolver: &Resolver<'_>, generation: u32) -> Self {
        Self {
            generation,
            plans: std::array::from_fn(|index| Plan::new(&macros[index], resolver)),
        }
    }
}

/// Words of one plan.
const WORDS: usize = 13;

/// Words of all plans.
pub const PLAN_WORDS: usize = 1 + MACROS * WORDS;

/// A byte that says that there is no slot, no channel.
const NONE: u8 = 0xff;

/// A number that says that there is none.
const NO_NUMBER: u64 = f64::NAN.to_bits();

fn number(word: u64) -> Option<f64> {
    let number = f64::from_bits(word);
    (!number.is_nan()).then_some(number)
}

fn slot(byte: u8) -> Option<u8> {
    (byte != NONE).then_some(byte)
}

const COMBINES: [Combine; 4] = [
    Combine::Larger,
    Combine::Smaller,
    Combine::Sum,
    Combine::Difference,
];

impl Plan {
    fn words(&self) -> [u64; WORDS] {
        let none = |slot: Option<u8>| slot.unwrap_or(NONE);
        let (kind, first, second, set) = match self.source {
            Resolved::Off => (0, 0, 0, 0),
            Resolved::Tag(slot) => (1, none(slot), 0, 0),
            Resolved::Largest(set) => (2, 0, 0, set),
            Resolved::Certainty(set) => (3, 0, 0, set),
            Resolved::Loudness => (4, 0, 0, 0),
            Resolved::Other(None) => (9, NONE, 0, 0),
            Resolved::Other(Some(place)) => (9, place.seat, place.slot, place.owner),
            Resolved::Two { how, first, second } => (5 + how as u8, none(first), none(second), 0),
        };
        let cc = self.cc.map_or([NONE; 2], |cc| [cc.channel, cc.number]);
        let note = self.note.map(|planned| planned.note);
        let note = note.map_or([NONE, 0, 0], |n| [n.channel, n.number, n.velocity]);
        // The velocity shares its byte with the inversion, as it has seven bits.
        let last = note[2] | u8::from(self.shaping.invert) << 7;
        let bytes = [kind, first, second, cc[0], cc[1], note[0], note[1], last];
        let length = self.note.and_then(|planned| planned.length);
        let gate = self.shaping.gate;
        let shaping = &self.shaping;
        let optional = |number: Option<f64>| number.map_or(NO_NUMBER, f64::to_bits);
        [
            u64::from_le_bytes(bytes),
            set,
            shaping.input[0].to_bits(),
            shaping.input[1].to_bits(),
            optional(gate.map(|gate| gate.opens)),
            optional(gate.map(|gate| gate.closes)),
            shaping.attack.to_bits(),
            shaping.hold.to_bits(),
            shaping.release.to_bits(),
            shaping.exponent.to_bits(),
            shaping.output[0].to_bits(),
            shaping.output[1].to_bits(),
            optional(length),
        ]
    }

    fn from_words(words: &[u64]) -> Self {
        let word = |index: usize| words.get(index).copied().unwrap_or(0);
        let plain = |index: usize| f64::from_bits(word(index));
        let [
            kind,
            first,
            second,
            cc_channel,
            cc_number,
            channel,
            note_number,
            last,
        ] = word(0).to_le_bytes();
        let source = match kind {
            1 => Resolved::Tag(slot(first)),
            2 => Resolved::Largest(word(1)),
            3 => Resolved::Certainty(word(1)),
            4 => Resolved::Loudness,
            5..9 => Resolved::Two {
                how: COMBINES[usize::from(kind - 5)],
                first: slot(first),
                second: slot(second),
            },
            9 => Resolved::Other(slot(first).map(|seat| Place {
                seat,
                slot: second,
                owner: word(1),
            })),
            _ => Resolved::Off,
        };
        let gate = number(word(4)).map(|opens| Threshold {
            opens,
            closes: plain(5),
        });
        Self {
            source,
            shaping: Shaping {
                input: [plain(2), plain(3)],
                gate,
                attack: plain(6),
                hold: plain(7),
                release: plain(8),
                exponent: plain(9),
                invert: last >> 7 == 1,
                output: [plain(10), plain(11)],
            },
            cc: (cc_channel != NONE).then_some(Cc {
                channel: cc_channel,
                number: cc_number,
            }),
            note: (channel != NONE).then_some(PlannedNote {
                note: Note {
                    channel,
                    number: note_number,
                    velocity: last & 0x7f,
                },
                length: number(word(12)),
            }),
        }
    }
}

impl Plans {
    /// The plans as words.
    #[must_use]
    pub fn to_words(&self) -> [u64; PLAN_WORDS] {
        let mut words = [u64::from(self.generation); PLAN_WORDS];
        for (place, plan) in words[1..].chunks_exact_mut(WORDS).zip(&self.plans) {
            place.copy_from_slice(&plan.words());
        }
        words
    }

    /// The plans of [`Self::to_words`].
    #[must_use]
    pub fn from_words(words: &[u64; PLAN_WORDS]) -> Self {
        let mut plans = Self {
            generation: words[0] as u32,
            ..Self::default()
        };
        for (plan, words) in plans.plans.iter_mut().zip(words[1..].chunks_exact(WORDS)) {
            *plan = Plan::from_words(words);
        }
        plans
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::macros::{ControlChange, NoteOutput, Source};

    fn described() -> Macros {
        let pair = || ["jazz".to_owned(), "gone".to_owned()];
        let sources = [
            Source::Off,
            Source::Tag { tag: "rock".into() },
            Source::Difference { tags: pair() },
            Source::Larger { tags: pair() },
            Source::Sum { tags: pair() },
            Source::Group {
                group: "genre".into(),
            },
            Source::Certainty {
                group: "genre".into(),
            },
            Source::Loudness,
        ];
        let mut index = 0.0;
        sources.map(|source| {
            index += 1.0;
            Macro {
                attack_seconds: index,
                curve: 10.0 * index,
                hold_seconds: index / 3.0,
                input: [index, 90.0],
                invert: index > 4.0,
                midi_cc: (index > 2.0).then_some(ControlChange {
                    channel: 16,
                    number: 119,
                }),
                note: (index > 3.0).then_some(NoteOutput {
                    channel: 16,
                    length_seconds: (index > 6.0).then_some(0.1),
                    number: 127,
                    velocity: (index > 5.0).then_some(127),
                }),
                output: [100.0, index],
                release_seconds: index / 7.0,
                source,
                threshold: (index > 1.0).then_some(60.0),
                ..Macro::default()
            }
        })
    }

    #[test]
    fn plans_survive_the_way_through_their_words() {
        let names = ["rock", "jazz"].map(str::to_owned);
        let groups = ["genre", "genre"].map(str::to_owned);
        let resolver = Resolver {
            names: &names,
            groups: &groups,
        };
        let plans = Plans::new(&described(), &resolver, 7);
        assert_eq!(Plans::from_words(&plans.to_words()), plans);
        assert_eq!(
            Plans::from_words(&Plans::default().to_words()),
            Plans::default()
        );
    }

    #[test]
    fn a_value_of_another_instance_survives_the_way_through_the_words() {
        let place = Place {
            seat: 63,
            slot: 57,
            owner: u64::MAX,
        };
        for source in [Resolved::Other(Some(place)), Resolved::Other(None)] {
            let mut plans = Plans::default();
            plans.plans[7].source = source;
            assert_eq!(Plans::from_words(&plans.to_words()), plans);
        }
    }

    #[test]
    fn a_note_without_a_threshold_is_never_played() {
        let mut macros = Macros::default();
        macros[0].note = described()[7].note;
        let resolver = Resolver {
            names: &[],
            groups: &[],
        };
        assert_eq!(Plans::new(&macros, &resolver, 0).plans[0].note, None);
    }
}
