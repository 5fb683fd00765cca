//! Bass lines and riffs.

use crate::dice::Dice;
use crate::score::Note;

use super::grid::strokes;
use super::passage::{Passage, fold, nearest};
use crate::harmony::Chord;

/// Semitones above the root that a degree of a bass pattern stands for.
fn degree(symbol: char, chord: &Chord) -> i32 {
    match symbol {
        '2' => 2,
        '3' => chord.third(),
        '4' => 5,
        '5' => chord.fifth(),
        '6' => 9,
        '7' => chord.seventh(),
        '8' => 12,
        'v' => chord.fifth() - 12,
        _ => 0,
    }
}

/// Plays a pattern of degrees, see [`crate::style::Play::Bass`].
pub(crate) fn pattern(passage: &Passage, pattern: &str, range: (i32, i32)) -> Vec<Note> {
    let mut notes = Vec::new();
    for stroke in strokes(pattern, passage.bars, passage.beats_per_bar) {
        let chord = passage.chord_at(stroke.start);
        let root = fold(chord.root, range);
        let key = match stroke.symbol {
            'a' => fold(passage.next_chord(stroke.start).root, range) - 1,
            symbol => root + degree(symbol, &chord),
        };
        let ghost = stroke.symbol == 'x';
        let on_bar = stroke.start % passage.beats_per_bar < 1e-6;
        let strength = if ghost {
            0.4
        } else if on_bar {
            0.9
        } else {
            0.78
        };
        let length = if ghost {
            stroke.beats * 0.4
        } else {
            stroke.beats * 0.92
        };
        notes.push(Note::new(stroke.start, length, key, strength));
    }
    notes
}

/// Plays a pattern of degrees in power chords, see [`crate::style::Play::Riff`].
pub(crate) fn riff(passage: &Passage, pattern: &str, range: (i32, i32)) -> Vec<Note> {
    let mut notes = Vec::new();
    for stroke in strokes(pattern, passage.bars, passage.beats_per_bar) {
        let chord = passage.chord_at(stroke.start);
        let root = fold(chord.root, (range.0, range.0 + 12));
        if stroke.symbol == 'm' {
            notes.push(Note::new(stroke.start, stroke.beats * 0.45, root, 0.7));
            continue;
        }
        let base = root + degree(stroke.symbol, &chord);
        for interval in [0, 7, 12] {
            notes.push(Note::new(
                stroke.start,
                stroke.beats * 0.97,
                base + interval,
                0.95,
            ));
        }
    }
    notes
}

/// A walking bass: one note a beat, from chord tone to chord tone, and by step into the next
/// chord's root.
pub(crate) fn walk(passage: &Passage, range: (i32, i32), dice: &mut Dice) -> Vec<Note> {
    let centre = (range.0 + range.1) / 2;
    let mut notes = Vec::new();
    let mut key = nearest(passage.harmony[0].chord.root, centre);
    for (index, span) in passage.harmony.iter().enumerate() {
        let steps = span.beats.round().max(1.0) as usize;
        let next = passage.harmony[(index + 1) % passage.harmony.len()]
            .chord
            .root;
        for step in 0..steps {
            let beat = span.start + step as f64;
            key = if step == 0 {
                nearest(span.chord.root, (key * 2 + centre) / 3)
            } else if step + 1 == steps {
                let target = nearest(next, key);
                target + if dice.chance(0.5) { 1 } else { -1 }
            } else {
                passing(&span.chord, key, nearest(next, key), dice)
            };
            key = fold(key, range);
            let strength = if step % 2 == 1 { 0.86 } else { 0.78 };
            notes.push(Note::new(beat, 0.92, key, strength));
            if dice.chance(0.1) {
                notes.last_mut().expect("just pushed").length = 0.5;
                notes.push(Note::new(beat + 0.5, 0.3, key, 0.5));
            }
        }
    }
    notes
}

/// A tone of the chord, or a step beside it, on the way to `target`.
fn passing(chord: &Chord, key: i32, target: i32, dice: &mut Dice) -> i32 {
    let upwards = if target == key {
        dice.chance(0.5)
    } else {
        target > key
    };
    let direction = if dice.chance(0.2) != upwards { 1 } else { -1 };
    let reach = dice.whole(2, 5);
    (1..=reach)
        .rev()
        .map(|distance| key + direction * distance)
        .find(|&candidate| chord.has(candidate))
        .unwrap_or(key + direction * 2)
}
