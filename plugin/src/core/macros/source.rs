//! What a macro listens to: one number, 0 to 1, of the tags of an update or of the input.

use serde::{Deserialize, Serialize};
use tagline_engine::MAX_TAGS;

use crate::core::bits::bits;
use crate::core::neighbours::{self, Place};

/// What a macro listens to. Tags and groups go by their names, so that a macro survives a change of
/// model; a name that the model does not have counts as 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Source {
    /// Nothing: the macro does not move.
    #[default]
    Off,
    /// A tag.
    Tag {
        /// Its name.
        tag: String,
    },
    /// The larger of two tags.
    Larger {
        /// Their names.
        tags: [String; 2],
    },
    /// The smaller of two tags.
    Smaller {
        /// Their names.
        tags: [String; 2],
    },
    /// Two tags together, at most 100 %.
    Sum {
        /// Their names.
        tags: [String; 2],
    },
    /// How far the first tag is above the second, at least 0.
    Difference {
        /// Their names.
        tags: [String; 2],
    },
    /// The largest tag of a group.
    Group {
        /// The group's name.
        group: String,
    },
    /// How sure the strongest tag of a group is: how far it is above the next one.
    Certainty {
        /// The group's name; `genre` for the strongest genre.
        group: String,
    },
    /// A tag of another instance in this process. While the host renders offline, it says nothing.
    OtherTag {
        /// What the instance goes by.
        instance: String,
        /// Name of the instance when it was chosen, for people.
        #[serde(default)]
        name: String,
        /// The tag's name.
        tag: String,
    },
    /// A macro of another instance in this process. While the host renders offline, it says nothing.
    OtherMacro {
        /// What the instance goes by.
        instance: String,
        /// Name of the instance when it was chosen, for people.
        #[serde(default)]
        name: String,
        /// The macro's number, from 1.
        number: u8,
    },
    /// How loud the input is: the level of its mono mix over the last 0.4 s, from −60 dBFS (0 %) to
    /// 0 dBFS (100 %).
    Loudness,
}

/// Finds tags and groups by their names.
#[derive(Clone, Copy, Debug)]
pub struct Resolver<'a> {
    /// Names of the model's tags.
    pub names: &'a [String],
    /// Their groups; empty if the model has none.
    pub groups: &'a [String],
}

impl Resolver<'_> {
    fn tag(&self, name: &str) -> Option<u8> {
        let name = name.trim();
        let tags = self.names.iter().take(MAX_TAGS);
        let mut named = tags.enumerate().filter(|(_, tag)| {
            let tag = tag.trim();
            tag.eq_ignore_ascii_case(name) && !tag.is_empty()
        });
        named.next().map(|(slot, _)| slot as u8)
    }

    fn group(&self, name: &str) -> u64 {
        let groups = self.groups.iter().take(MAX_TAGS).enumerate();
        let of_it = groups.filter(|(_, group)| group.trim().eq_ignore_ascii_case(name.trim()));
        of_it.fold(0, |set, (slot, _)| set | 1 << slot)
    }

    /// The slots that `source` means.
    pub(super) fn resolve(&self, source: &Source) -> Resolved {
        let two = |how, [first, second]: &[String; 2]| Resolved::Two {
            how,
            first: self.tag(first),
            second: self.tag(second),
        };
        match source {
            Source::Off => Resolved::Off,
            Source::Tag { tag } => Resolved::Tag(self.tag(tag)),
            Source::Larger { tags } => two(Combine::Larger, tags),
            Source::Smaller { tags } => two(Combine::Smaller, tags),
            Source::Sum { tags } => two(Combine::Sum, tags),
            Source::Difference { tags } => two(Combine::Difference, tags),
            Source::Group { group } => Resolved::Largest(self.group(group)),
            Source::Certainty { group } => Resolved::Certainty(self.group(group)),
            Source::OtherTag { instance, tag, .. } => {
                Resolved::Other(neighbours::tag_of(instance, tag))
            }
            Source::OtherMacro {
                instance, number, ..
            } => Resolved::Other(neighbours::macro_of(instance, *number)),
            Source::Loudness => Resolved::Loudness,
        }
    }
}

/// How two tags become one number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Combine {
    /// The larger of them.
    Larger,
    /// The smaller of them.
    Smaller,
    /// Both together.
    Sum,
    /// The first without the second.
    Difference,
}

/// A source as slots of the model in force. A slot that is missing counts as 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Resolved {
    /// Nothing.
    #[default]
    Off,
    /// A tag.
    Tag(Option<u8>),
    /// Two tags.
    Two {
        /// How they become one number.
        how: Combine,
        /// The first.
        first: Option<u8>,
        /// The second.
        second: Option<u8>,
    },
    /// The largest of these slots, a bit each.
    Largest(u64),
    /// How far the largest of these slots is above the next one.
    Certainty(u64),
    /// The input's loudness.
    Loudness,
    /// A value of another instance, which may not be there.
    Other(Option<Place>),
}

impl Resolved {
    /// The source's value, 0 to 1, in an update of these probabilities; `None` if it does not come
    /// from the tags. NaN counts as 0.
    #[must_use]
    pub fn of_tags(self, probabilities: &[f32; MAX_TAGS]) -> Option<f64> {
        let of = |slot: Option<u8>| {
            let value = slot.and_then(|slot| probabilities.get(usize::from(slot)));
            value.map_or(0.0, |&value| clean(f64::from(value)))
        };
        let value = match self {
            Self::Off | Self::Loudness | Self::Other(_) => return None,
            Self::Tag(slot) => of(slot),
            Self::Two { how, first, second } => {
                let (first, second) = (of(first), of(second));
                match how {
                    Combine::Larger => first.max(second),
                    Combine::Smaller => first.min(second),
                    Combine::Sum => first + second,
                    Combine::Difference => first - second,
                }
            }
            Self::Largest(slots) => two_largest(slots, of).0,
            Self::Certainty(slots) => {
                let (largest, next) = two_largest(slots, of);
                largest - next
            }
        };
        Some(clean(value))
    }
}

fn two_largest(slots: u64, of: impl Fn(Option<u8>) -> f64) -> (f64, f64) {
    bits(slots).fold((0.0, 0.0), |(largest, next), slot| {
        let value = of(Some(slot as u8));
        if value > largest {
            (value, largest)
        } else {
            (largest, next.max(value))
        }
    })
}

/// A value in its range; NaN counts as 0.
fn clean(value: f64) -> f64 {
    if value.is_nan() {
        0.0
    } else {
        value.clamp(0.0, 1.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn names(names: &[&str]) -> Vec<String> {
        names.iter().map(|&name| name.to_owned()).collect()
    }

    fn value(source: &Source, probabilities: &[f32]) -> Option<f64> {
        let tags = names(&["rock", "jazz", "voice"]);
        let groups = names(&["genre", "genre", "instrument"]);
        let resolver = Resolver {
            names: &tags,
            groups: &groups,
        };
        let mut all = [0.0; MAX_TAGS];
        all[..probabilities.len()].copy_from_slice(probabilities);
        resolver.resolve(source).of_tags(&all)
    }

    fn two(first: &str, second: &str) -> [String; 2] {
        [first.to_owned(), second.to_owned()]
    }

    #[test]
    fn each_source_is_the_number_that_its_name_says() {
        let tags = || two("rock", "voice");
        let group = || "Genre".to_owned();
        let expected = [
            (Source::Tag { tag: "Jazz".into() }, 0.5),
            (Source::Larger { tags: tags() }, 0.75),
            (Source::Smaller { tags: tags() }, 0.375),
            (Source::Sum { tags: tags() }, 1.0),
            (Source::Difference { tags: tags() }, 0.375),
            (
                Source::Difference {
                    tags: two("voice", "rock"),
                },
                0.0,
            ),
            (Source::Group { group: group() }, 0.75),
            (Source::Certainty { group: group() }, 0.25),
            (
                Source::Certainty {
                    group: "instrument".into(),
                },
                0.375,
            ),
        ];
        for (source, expected) in expected {
            assert_eq!(
                value(&source, &[0.75, 0.5, 0.375]),
                Some(expected),
                "{source:?}"
            );
        }
        for source in [Source::Off, Source::Loudness] {
            assert_eq!(value(&source, &[0.75]), None);
        }
    }

    #[test]
    fn a_name_that_the_model_does_not_have_counts_as_zero() {
        let gone = Source::Tag {
            tag: "bagpipes".into(),
        };
        assert_eq!(value(&gone, &[0.9, 0.9, 0.9]), Some(0.0));
        let one = Source::Larger {
            tags: two("bagpipes", "jazz"),
        };
        assert_eq!(value(&one, &[0.9, 0.5, 0.9]), Some(0.5));
        let nameless = Source::Tag { tag: String::new() };
        assert_eq!(value(&nameless, &[0.9, 0.9, 0.9]), Some(0.0));
        let group = Source::Group {
            group: "mood".into(),
        };
        assert_eq!(value(&group, &[0.9, 0.9, 0.9]), Some(0.0));
    }

    proptest! {
        #[test]
        fn every_source_of_any_numbers_is_a_share(
            values in proptest::collection::vec(proptest::num::f32::ANY, 3),
            kind in 0usize..7,
        ) {
            let tags = two("rock", "jazz");
            let source = match kind {
                0 => Source::Tag { tag: "rock".into() },
                1 => Source::Larger { tags },
                2 => Source::Smaller { tags },
                3 => Source::Sum { tags },
                4 => Source::Difference { tags },
                5 => Source::Group { group: "genre".into() },
                _ => Source::Certainty { group: "genre".into() },
            };
            let value = value(&source, &values).expect("it comes from the tags");
            prop_assert!((0.0..=1.0).contains(&value), "{value}");
        }
    }
}
