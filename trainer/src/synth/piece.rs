//! A piece of the corpus: composed, with the window that is heard and its tags.

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

/// The style of a clip. Every round of as many clips as there are genres holds each genre once, in
/// an order of its own, so that genres are even and no folder prefers one.
pub(crate) fn style_of(seed: u64, clip: usize) -> &'static Style {
    let genres = styles::GENRES;
    let (round, place) = (clip / genres.len(), clip % genres.len());
    // Rounds draw from streams that no clip uses.
    let mut dice = Dice::of_clip(seed, u64::MAX - round as u64);
    let genre = genres[dice.shuffled(genres.len())[place]];
    let mut dice = Dice::of_clip(seed, clip as u64).fork("style");
    *dice.pick(genre.1)
}
