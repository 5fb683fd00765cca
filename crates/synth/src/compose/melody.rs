//! Tunes: phrases of motifs that return, on chord tones where it matters and in steps elsewhere.

use crate::dice::Dice;
use crate::score::Note;
use crate::style::Tune;

use super::grid::{Stroke, strokes};
use super::passage::Passage;

/// A bar of a tune, apart from its pitches: what is repeated when a motif returns.
struct Motif {
    rhythm: &'static str,
    /// Steps along the scale from note to note.
    steps: Vec<i32>,
}

/// Composes a tune over a section. Phrases last four bars (two in a short section): a motif, an
/// answer, the motif again over the harmony of its place, and a close that comes to rest.
pub(crate) fn compose(
    passage: &Passage,
    tune: &Tune,
    range: (i32, i32),
    dice: &mut Dice,
) -> Vec<Note> {
    let ladder = ladder(passage, tune, range);
    let phrase_bars = if passage.bars.is_multiple_of(4) { 4 } else { 2 };
    let first = motif(tune, passage.beats_per_bar, dice);
    let second = motif(tune, passage.beats_per_bar, dice);
    let mut singer = Singer {
        passage,
        tune,
        place: ladder.len() / 2,
        ladder: &ladder,
        notes: Vec::new(),
    };
    for bar in 0..passage.bars {
        let at = bar % phrase_bars;
        let closes = at + 1 == phrase_bars;
        if closes && dice.chance(tune.rests) && bar + 1 < passage.bars {
            continue;
        }
        let fresh;
        let motif = match at {
            0 => &first,
            1 => &second,
            2 if !dice.chance(0.3) => &first,
            _ => {
                fresh = motif_like(&second, tune, passage.beats_per_bar, dice);
                &fresh
            }
        };
        singer.sing(motif, bar as f64 * passage.beats_per_bar, closes, dice);
    }
    let mut notes = singer.notes;
    join(&mut notes, tune.legato);
    notes
}

/// The keys a tune may use, rising.
fn ladder(passage: &Passage, tune: &Tune, range: (i32, i32)) -> Vec<i32> {
    let scale = tune.scale.unwrap_or(passage.mode).semitones();
    let keys: Vec<i32> = (range.0..=range.1)
        .filter(|key| scale.contains(&(key - passage.tonic).rem_euclid(12)))
        .collect();
    if keys.is_empty() { vec![range.0] } else { keys }
}

fn motif(tune: &Tune, beats_per_bar: f64, dice: &mut Dice) -> Motif {
    let rhythm = *dice.pick(tune.cells);
    let count = strokes(rhythm, 1, beats_per_bar).len();
    let mut direction = if dice.chance(0.5) { 1 } else { -1 };
    let steps = (0..count)
        .map(|_| {
            if dice.chance(0.3) {
                direction = -direction;
            }
            if dice.chance(tune.leaps) {
                direction * dice.whole(2, 4)
            } else if dice.chance(0.12) {
                0
            } else {
                direction
            }
        })
        .collect();
    Motif { rhythm, steps }
}

/// The same rhythm with other steps, or another motif altogether.
fn motif_like(other: &Motif, tune: &Tune, beats_per_bar: f64, dice: &mut Dice) -> Motif {
    let mut fresh = motif(tune, beats_per_bar, dice);
    if dice.chance(0.5) {
        let count = other.steps.len();
        fresh.steps.resize(count, -1);
        fresh.rhythm = other.rhythm;
    }
    fresh
}

/// A tune in the making.
struct Singer<'a> {
    passage: &'a Passage,
    tune: &'a Tune,
    ladder: &'a [i32],
    /// Where on the ladder the tune is.
    place: usize,
    notes: Vec<Note>,
}

impl Singer<'_> {
    /// Adds a bar that begins at beat `start`. A bar that closes a phrase stops half way, on a
    /// long tone of the chord.
    fn sing(&mut self, motif: &Motif, start: f64, closes: bool, dice: &mut Dice) {
        let beats_per_bar = self.passage.beats_per_bar;
        let bar = strokes(motif.rhythm, 1, beats_per_bar);
        let kept = if closes {
            bar.len().div_ceil(2)
        } else {
            bar.len()
        };
        for (index, stroke) in bar.iter().take(kept).enumerate() {
            let beat = start + stroke.start;
            let step = motif.steps.get(index).copied().unwrap_or(1);
            self.place = moved(self.place, step, self.ladder.len(), dice);
            let last = closes && index + 1 == kept;
            let key = if is_strong(stroke) || last {
                self.chord_tone(beat)
            } else {
                self.ladder[self.place]
            };
            let length = if last {
                beats_per_bar - stroke.start
            } else {
                stroke.beats
            };
            let mut note = Note::new(beat, length, key, 0.6 + 0.4 * stroke.strength());
            if dice.chance(self.tune.scoops) && stroke.beats >= 0.5 {
                note.scoop = if dice.chance(0.75) { -1.0 } else { -2.0 };
            }
            if stroke.beats >= 0.75 && dice.chance(self.tune.ornaments) {
                ornament(&mut self.notes, &mut note, self.ladder, self.place, dice);
            }
            self.notes.push(note);
        }
    }

    /// Moves to the nearest tone of the chord and returns its key: one of the ladder, or one that
    /// the chord borrows from another key (where the tune has no scale of its own to keep to).
    fn chord_tone(&mut self, beat: f64) -> i32 {
        let chord = self.passage.chord_at(beat);
        let here = self.ladder[self.place];
        if !chord.has(here) && self.tune.scale.is_none() {
            let borrowed = [here - 1, here + 1].into_iter().find(|key| chord.has(*key));
            if let Some(key) = borrowed.filter(|key| !self.ladder.contains(key)) {
                return key;
            }
        }
        self.place = (0..4)
            .flat_map(|distance| [self.place.saturating_sub(distance), self.place + distance])
            .find(|&place| self.ladder.get(place).is_some_and(|&key| chord.has(key)))
            .unwrap_or(self.place);
        self.ladder[self.place]
    }
}

/// A step, turned back at the ends of the ladder and drawn to its middle.
fn moved(place: usize, step: i32, count: usize, dice: &mut Dice) -> usize {
    let top = count as i32 - 1;
    let middle = top / 2;
    let here = place as i32;
    let away = (here - middle) * step > 0;
    let far = (here - middle).abs() * 2 > middle.max(1);
    let step = if away && far && dice.chance(0.7) {
        -step
    } else {
        step
    };
    let to = here + step;
    (if to < 0 || to > top { here - step } else { to }).clamp(0, top) as usize
}

fn is_strong(stroke: &Stroke) -> bool {
    stroke.start % 2.0 < 1e-6 || stroke.beats >= 1.5
}

/// A grace note from above or below, or a short trill.
fn ornament(notes: &mut Vec<Note>, note: &mut Note, ladder: &[i32], place: usize, dice: &mut Dice) {
    let neighbour = ladder[(place + 1).min(ladder.len() - 1)];
    let count = if dice.chance(0.5) { 1 } else { 3 };
    let length = (note.length / (2.0 * f64::from(count))).min(0.12);
    for index in 0..count {
        let key = if index % 2 == 0 {
            neighbour
        } else {
            i32::from(note.key)
        };
        notes.push(Note::new(note.start, length, key, note.strength * 0.85));
        note.start += length;
        note.length -= length;
    }
}

/// One note at a time: each ends before the next begins.
fn join(notes: &mut [Note], legato: f64) {
    for index in 0..notes.len() {
        let until = notes
            .get(index + 1)
            .map_or(f64::INFINITY, |next| next.start);
        let note = &mut notes[index];
        note.length = (note.length * legato).min(until - note.start).max(0.03);
    }
}
