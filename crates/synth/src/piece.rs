//! A composed piece, the window of it that is heard, and its tags.

use std::collections::BTreeSet;

use super::compose::compose;
use super::dice::Dice;
use super::error::SynthError;
use super::labels;
use super::mix;
use super::render::Stereo;
use super::score::{Score, Window};
use super::soundfonts::SoundFonts;
use super::style::Style;
use super::styles;

/// A composed piece.
pub(crate) struct Piece {
    pub(crate) score: Score,
    pub(crate) window: Window,
    pub(crate) tags: BTreeSet<&'static str>,
    dice: Dice,
}

impl Piece {
    /// Clip number `clip` of the corpus of `seed`: a random window of a piece of its own.
    ///
    /// # Errors
    /// As [`compose`].
    pub(crate) fn of_corpus(seed: u64, clip: usize, seconds: f64) -> Result<Self, SynthError> {
        let dice = Dice::of_clip(seed, clip as u64);
        let score = compose(style_of(seed, clip), seconds, &dice)?;
        let mut choice = dice.fork("window");
        let room_s = (score.seconds - seconds).max(0.0);
        let start_s = if choice.chance(0.1) {
            0.0
        } else {
            choice.between((0.0, room_s))
        };
        Ok(Self::new(score, Window { start_s, seconds }, dice))
    }

    /// The beginning of a piece of one style.
    ///
    /// # Errors
    /// As [`compose`].
    pub(crate) fn of_style(
        style: &'static Style,
        seed: u64,
        seconds: f64,
    ) -> Result<Self, SynthError> {
        let dice = Dice::of_clip(seed, 0);
        let score = compose(style, seconds, &dice)?;
        Ok(Self::new(
            score,
            Window {
                start_s: 0.0,
                seconds,
            },
            dice,
        ))
    }

    fn new(score: Score, window: Window, dice: Dice) -> Self {
        let tags = labels::tags(&score, &window);
        Self {
            score,
            window,
            tags,
            dice,
        }
    }

    /// Plays and records it.
    ///
    /// # Errors
    /// As [`mix::record`].
    pub(crate) fn record(&self, rate_hz: u32, fonts: &SoundFonts) -> Result<Stereo, SynthError> {
        mix::record(&self.score, &self.window, rate_hz, fonts, &self.dice)
    }
}

/// The style of a clip. Clips come in rounds that hold each genre once, in an order of their own.
/// So genres are even, and no folder prefers one.
pub(crate) fn style_of(seed: u64, clip: usize) -> &'static Style {
    let genres = styles::GENRES;
    let (round, place) = (clip / genres.len(), clip % genres.len());
    // The rounds draw from streams that no clip uses.
    let mut dice = Dice::of_clip(seed, u64::MAX - round as u64);
    let genre = genres[dice.shuffled(genres.len())[place]];
    let mut dice = Dice::of_clip(seed, clip as u64).fork("style");
    dice.pick::<&Style>(genre.1)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::labels::TAGS;

    const SECONDS: f64 = 29.1;

    fn pieces(seed: u64, count: usize) -> impl Iterator<Item = Piece> {
        (0..count).map(move |clip| Piece::of_corpus(seed, clip, SECONDS).unwrap())
    }

    #[test]
    fn a_clip_without_drums_has_no_note_of_a_drum_in_its_window() {
        let mut without = 0;
        for piece in pieces(3, 120) {
            let drums = piece
                .score
                .lines
                .iter()
                .filter(|line| line.instrument.is_drums())
                .flat_map(|line| &line.notes)
                .any(|note| piece.window.heard(note) > 0.0);
            assert_eq!(
                piece.tags.contains("no drums"),
                !drums,
                "{}",
                piece.score.style
            );
            assert!(
                drums || !piece.tags.contains("drums"),
                "{}",
                piece.score.style
            );
            without += usize::from(!drums);
        }
        assert!(without > 10);
    }

    #[test]
    fn an_instrument_that_is_tagged_plays_and_a_solo_is_of_one_instrument() {
        for piece in pieces(4, 120) {
            let playing: Vec<_> = piece
                .score
                .lines
                .iter()
                .filter(|line| line.notes.iter().any(|note| piece.window.heard(note) > 0.0))
                .map(|line| line.instrument)
                .collect();
            for tag in [
                "piano",
                "sitar",
                "harpsichord",
                "violin",
                "choir",
                "bass",
                "drums",
            ] {
                if piece.tags.contains(tag) {
                    assert!(
                        playing
                            .iter()
                            .any(|instrument| instrument.tags.contains(&tag))
                    );
                }
            }
            if piece.tags.contains("solo") {
                assert!(
                    playing
                        .iter()
                        .all(|instrument| instrument.name == playing[0].name)
                );
            }
            assert!(!playing.is_empty(), "{} is silent", piece.score.style);
        }
    }

    #[test]
    fn tempo_and_dynamics_exclude_their_opposites() {
        for piece in pieces(5, 120) {
            for (one, other) in [("slow", "fast"), ("quiet", "loud"), ("calm", "energetic")] {
                assert!(!(piece.tags.contains(one) && piece.tags.contains(other)));
            }
            assert!(!piece.tags.contains("slow") || piece.score.tempo_bpm < 80.0);
            assert!(!piece.tags.contains("loud") || piece.score.dynamics > 0.7);
        }
    }

    #[test]
    fn five_hundred_clips_hold_every_tag_often_enough_to_learn_and_to_test() {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for piece in pieces(1, 500) {
            for tag in &piece.tags {
                *counts.entry(tag).or_default() += 1;
            }
        }
        for tag in TAGS {
            let count = counts.get(tag).copied().unwrap_or(0);
            assert!(
                (15..=485).contains(&count),
                "{tag}: {count}; all: {counts:?}"
            );
        }
    }

    #[test]
    fn windows_lie_within_their_pieces() {
        for piece in pieces(6, 120) {
            assert!(piece.window.start_s >= 0.0);
            assert!(
                piece.window.end_s() <= piece.score.seconds + 1e-6,
                "{}",
                piece.score.style
            );
        }
    }

    #[test]
    fn every_round_of_clips_holds_every_genre_once() {
        let genres = styles::GENRES;
        for seed in [1, 2] {
            let round: Vec<&str> = (40..60).map(|clip| style_of(seed, clip).name).collect();
            for (genre, styles) in genres {
                let of_genre = styles.iter().map(|style| style.name).collect::<Vec<_>>();
                let count = round.iter().filter(|name| of_genre.contains(name)).count();
                assert_eq!(count, 1, "{genre}: {round:?}");
            }
        }
    }
}
