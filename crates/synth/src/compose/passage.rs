//! What every player of a section knows: its bars, its harmony, its key.

use crate::harmony::{Chord, ChordSpan, Mode};

/// A section as its players see it. Times are beats from its start.
#[derive(Clone, Debug)]
pub(crate) struct Passage {
    pub(crate) bars: usize,
    pub(crate) beats_per_bar: f64,
    /// Chords without gaps over the whole section.
    pub(crate) harmony: Vec<ChordSpan>,
    /// Pitch class of the key.
    pub(crate) tonic: i32,
    pub(crate) mode: Mode,
}

impl Passage {
    /// A section of `bars` bars over a progression, which is repeated or cut.
    pub(crate) fn new(
        progression: &[ChordSpan],
        bars: usize,
        beats_per_bar: f64,
        tonic: i32,
        mode: Mode,
    ) -> Self {
        let cycle = progression
            .last()
            .map_or(beats_per_bar, |last| last.start + last.beats);
        let total = bars as f64 * beats_per_bar;
        let mut harmony: Vec<ChordSpan> = Vec::new();
        let mut offset = 0.0;
        while offset < total - 1e-6 {
            for span in progression {
                let start = span.start + offset;
                if start < total - 1e-6 {
                    let beats = span.beats.min(total - start);
                    harmony.push(ChordSpan {
                        start,
                        beats,
                        ..*span
                    });
                }
            }
            offset += cycle;
        }
        Self {
            bars,
            beats_per_bar,
            harmony,
            tonic,
            mode,
        }
    }

    pub(crate) fn beats(&self) -> f64 {
        self.bars as f64 * self.beats_per_bar
    }

    /// The span that sounds at `beat`, by its index.
    pub(crate) fn span_at(&self, beat: f64) -> usize {
        self.harmony
            .partition_point(|span| span.start <= beat + 1e-6)
            .saturating_sub(1)
    }

    pub(crate) fn chord_at(&self, beat: f64) -> Chord {
        self.harmony[self.span_at(beat)].chord
    }

    /// The chord after the one at `beat`; the first one after the last.
    pub(crate) fn next_chord(&self, beat: f64) -> Chord {
        let next = self.span_at(beat) + 1;
        self.harmony[next % self.harmony.len()].chord
    }
}

/// The key of pitch class `pitch` that is nearest to `near`.
pub(crate) fn nearest(pitch: i32, near: i32) -> i32 {
    let above = (pitch - near).rem_euclid(12);
    if above > 6 {
        near + above - 12
    } else {
        near + above
    }
}

/// `key` moved by octaves into a range of at least an octave.
pub(crate) fn fold(mut key: i32, range: (i32, i32)) -> i32 {
    while key < range.0 {
        key += 12;
    }
    while key > range.1 && key - 12 >= range.0 {
        key -= 12;
    }
    key
}
