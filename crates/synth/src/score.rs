//! A composed piece: who plays which notes when.

use super::instrument::Instrument;
use super::style::{Effects, MixPlan};

/// A note.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Note {
    /// In beats while it is composed, in seconds once it stands in a [`Score`].
    pub(crate) start: f64,
    /// Its length, in the same unit.
    pub(crate) length: f64,
    /// MIDI key.
    pub(crate) key: u8,
    /// How hard, from 0 to 1.
    pub(crate) strength: f64,
    /// Semitones by which it slides into its pitch; 0 for none.
    pub(crate) scoop: f64,
}

impl Note {
    pub(crate) fn new(start: f64, length: f64, key: i32, strength: f64) -> Self {
        Self {
            start,
            length,
            key: key.clamp(0, 127) as u8,
            strength,
            scoop: 0.0,
        }
    }

    pub(crate) fn end(&self) -> f64 {
        self.start + self.length
    }
}

/// What one player plays.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) instrument: Instrument,
    /// Times in seconds, sorted by start.
    pub(crate) notes: Vec<Note>,
    /// One note at a time, so that it may be shaped as it sounds.
    pub(crate) melodic: bool,
    /// How far the instrument is out of tune.
    pub(crate) tuning_cents: f64,
    /// Level in the mix.
    pub(crate) level_db: f64,
    /// From -1 (left) to 1.
    pub(crate) pan: f64,
    pub(crate) effects: Effects,
}

/// A piece.
#[derive(Clone, Debug)]
pub(crate) struct Score {
    /// Name of its style.
    pub(crate) style: &'static str,
    /// Tags of its style.
    pub(crate) genre: &'static [&'static str],
    /// Felt beats a minute.
    pub(crate) tempo_bpm: f64,
    /// From 0 (as soft as can be) to 1.
    pub(crate) dynamics: f64,
    pub(crate) lines: Vec<Line>,
    pub(crate) seconds: f64,
    /// How it is recorded and mastered.
    pub(crate) mix: MixPlan,
}

/// The part of a piece that is heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub(crate) start_s: f64,
    pub(crate) seconds: f64,
}

impl Window {
    pub(crate) fn end_s(&self) -> f64 {
        self.start_s + self.seconds
    }

    /// How long a note sounds within it, in seconds.
    pub(crate) fn heard(&self, note: &Note) -> f64 {
        (note.end().min(self.end_s()) - note.start.max(self.start_s)).max(0.0)
    }
}
