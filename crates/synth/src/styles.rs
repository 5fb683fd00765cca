//! The styles, one file a genre.

mod ambient;
mod baroque;
mod blues;
mod classical;
mod country;
mod electronic;
mod folk;
mod funk;
mod hip_hop;
mod house;
mod indian;
mod jazz;
mod latin;
mod metal;
mod new_age;
mod pop;
mod reggae;
mod rock;
mod shared;
mod soundtrack;
mod techno;

use super::style::Style;

/// Every genre with its styles, those named twice drawn twice as often. A corpus holds all genres
/// equally often.
pub(crate) const GENRES: &[(&str, &[&Style])] = &[
    ("ambient", ambient::STYLES),
    ("baroque", baroque::STYLES),
    ("blues", blues::STYLES),
    ("classical", classical::STYLES),
    ("country", country::STYLES),
    ("electronic", electronic::STYLES),
    ("folk", folk::STYLES),
    ("funk", funk::STYLES),
    ("hip hop", hip_hop::STYLES),
    ("house", house::STYLES),
    ("indian", indian::STYLES),
    ("jazz", jazz::STYLES),
    ("latin", latin::STYLES),
    ("metal", metal::STYLES),
    ("new age", new_age::STYLES),
    ("pop", pop::STYLES),
    ("reggae", reggae::STYLES),
    ("rock", rock::STYLES),
    ("soundtrack", soundtrack::STYLES),
    ("techno", techno::STYLES),
];

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::harmony::progression;
    use crate::labels::TAGS;
    use crate::style::Play;

    fn styles() -> impl Iterator<Item = &'static Style> {
        GENRES.iter().flat_map(|(_, styles)| styles.iter().copied())
    }

    /// Every rhythm of a part, whatever it plays.
    fn rhythms(play: Play) -> Vec<&'static str> {
        match play {
            Play::Bass(patterns) | Play::Riff(patterns) => patterns.to_vec(),
            Play::Chords { rhythms, .. } => rhythms.to_vec(),
            Play::Arpeggio { patterns, .. } => patterns.to_vec(),
            Play::Melody(tune) => tune.cells.to_vec(),
            Play::Drums(grooves) => grooves
                .iter()
                .flat_map(|groove| {
                    groove
                        .rows
                        .iter()
                        .chain(groove.fills.iter().copied().flatten())
                })
                .map(|(_, rhythm)| *rhythm)
                .collect(),
            Play::Walk | Play::Pad(_) | Play::Follow { .. } => Vec::new(),
        }
    }

    #[test]
    fn every_progression_can_be_read() {
        for style in styles() {
            for (_, text) in style.progressions {
                let read = progression(text, 0, 4.0);
                assert!(
                    read.is_ok(),
                    "{}: {text}: {}",
                    style.name,
                    read.unwrap_err()
                );
            }
        }
    }

    #[test]
    fn every_rhythm_divides_its_bar_into_even_steps() {
        for style in styles() {
            let steps: &[usize] = match style.beats_per_bar {
                3 => &[3, 6, 12],
                _ => &[8, 12, 16, 32],
            };
            for part in style.parts {
                for bar in rhythms(part.play)
                    .iter()
                    .flat_map(|rhythm| rhythm.split('|'))
                {
                    assert!(
                        steps.contains(&bar.len()),
                        "{}: `{bar}`: {}",
                        style.name,
                        bar.len()
                    );
                }
            }
        }
    }

    #[test]
    fn tables_only_name_known_tags_and_every_style_names_its_genre() {
        for (genre, styles) in GENRES {
            for style in *styles {
                assert!(style.genre.contains(genre), "{}", style.name);
                let instruments = style.parts.iter().flat_map(|part| part.instruments);
                let tags = instruments
                    .flat_map(|instrument| instrument.tags)
                    .chain(style.genre);
                for tag in tags {
                    assert!(TAGS.contains(tag), "{}: {tag}", style.name);
                }
            }
        }
    }

    #[test]
    fn names_of_styles_are_their_own() {
        let mut seen = BTreeSet::new();
        for (_, styles) in GENRES {
            let names: BTreeSet<&str> = styles.iter().map(|style| style.name).collect();
            for name in names {
                assert!(seen.insert(name), "{name}");
            }
        }
    }

    #[test]
    fn sections_of_a_form_are_known() {
        for style in styles() {
            for section in style.forms.iter().flat_map(|form| form.chars()) {
                assert!("iabk".contains(section), "{}", style.name);
            }
        }
    }
}
