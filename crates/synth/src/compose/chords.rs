//! Chords: how they are spread, struck, broken and held.

use crate::dice::Dice;
use crate::score::Note;
use crate::style::Voicing;

use super::grid::strokes;
use super::passage::{Passage, fold, nearest};
use crate::harmony::Chord;

/// Spreads a chord over rising keys, as near as possible to the chord before.
pub(crate) fn voice(
    chord: &Chord,
    voicing: Voicing,
    tonic: i32,
    range: (i32, i32),
    before: Option<&[i32]>,
) -> Vec<i32> {
    let tones = chord.tones;
    let centre = before.map_or((range.0 + range.1) / 2, |keys| {
        let sum: i32 = keys.iter().sum();
        // It is drawn back to the middle of the range. Otherwise progressions would climb out of
        // it.
        (sum / keys.len().max(1) as i32 * 2 + (range.0 + range.1) / 2) / 3
    });
    let mut keys = match voicing {
        Voicing::Close => close(chord, tones, centre),
        Voicing::Open => {
            let mut keys = close(chord, tones, centre + 3);
            if keys.len() > 2 {
                let second = keys.len() - 2;
                keys[second] -= 12;
            }
            keys
        }
        Voicing::Rootless if tones.len() > 3 => close(chord, &tones[1..], centre),
        Voicing::Rootless => close(chord, tones, centre),
        Voicing::Shell => close(chord, &[chord.third(), chord.seventh()], centre),
        Voicing::Wide => {
            let root = fold(chord.root, (range.0, range.0 + 12));
            let mut keys = vec![
                root,
                root + chord.fifth(),
                root + 12,
                root + 12 + chord.third(),
            ];
            let top = tones.iter().copied().filter(|&tone| tone >= 9).max();
            keys.push(root + 12 + top.map_or(chord.fifth(), |tone| tone.min(14)));
            keys
        }
        Voicing::Tonic => {
            let root = fold(tonic, (range.0, range.0 + 12));
            vec![root, root + 7, root + 12]
        }
    };
    keys.sort_unstable();
    keys.dedup();
    keys.into_iter()
        .map(|key| fold(key, (range.0.min(range.1 - 12), range.1)))
        .collect()
}

fn close(chord: &Chord, tones: &[i32], centre: i32) -> Vec<i32> {
    let mut keys: Vec<i32> = tones
        .iter()
        .map(|tone| nearest(chord.root + tone, centre))
        .collect();
    keys.sort_unstable();
    keys
}

/// Chords in a rhythm, strummed from low to high over `strum_beats` (up on soft strokes).
pub(crate) fn struck(
    passage: &Passage,
    rhythm: &str,
    voicing: Voicing,
    strum_beats: f64,
    range: (i32, i32),
) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut keys: Vec<i32> = Vec::new();
    for stroke in strokes(rhythm, passage.bars, passage.beats_per_bar) {
        let chord = passage.chord_at(stroke.start);
        let before = (!keys.is_empty()).then_some(keys.as_slice());
        keys = voice(&chord, voicing, passage.tonic, range, before);
        // A chord does not ring into the next one.
        let span = &passage.harmony[passage.span_at(stroke.start)];
        let length = stroke
            .beats
            .min(span.start + span.beats - stroke.start)
            .max(0.05);
        let count = keys.len();
        let up = stroke.symbol == 'o';
        for (index, &key) in keys.iter().enumerate() {
            let order = if up { count - 1 - index } else { index };
            let delay = strum_beats * order as f64 / count as f64;
            if up && index + 4 < count {
                continue;
            }
            notes.push(Note::new(
                stroke.start + delay,
                length * 0.95,
                key,
                stroke.strength(),
            ));
        }
    }
    notes
}

/// Notes of a voicing one after the other, see [`crate::style::Play::Arpeggio`].
pub(crate) fn broken(
    passage: &Passage,
    pattern: &str,
    voicing: Voicing,
    ring_beats: f64,
    range: (i32, i32),
) -> Vec<Note> {
    let mut notes = Vec::new();
    let mut keys: Vec<i32> = Vec::new();
    let mut span_before = usize::MAX;
    for stroke in strokes(pattern, passage.bars, passage.beats_per_bar) {
        let span = passage.span_at(stroke.start);
        if span != span_before {
            let before = (!keys.is_empty()).then_some(keys.as_slice());
            keys = voice(
                &passage.harmony[span].chord,
                voicing,
                passage.tonic,
                range,
                before,
            );
            span_before = span;
        }
        let Some(number) = stroke.symbol.to_digit(10) else {
            continue;
        };
        let index = number.saturating_sub(1) as usize;
        // Beyond the highest note the voicing goes on an octave higher.
        let key = keys[index % keys.len()] + 12 * (index / keys.len()) as i32;
        let until = passage.harmony[span].start + passage.harmony[span].beats;
        let length = stroke.beats.max(ring_beats.min(until - stroke.start));
        let strength = if index == 0 { 0.82 } else { 0.7 };
        notes.push(Note::new(
            stroke.start,
            length,
            fold(key, (range.0, range.1 + 12)),
            strength,
        ));
    }
    notes
}

/// Chords held for their whole length. A key that two chords share is not struck again.
pub(crate) fn held(
    passage: &Passage,
    voicing: Voicing,
    range: (i32, i32),
    dice: &mut Dice,
) -> Vec<Note> {
    let mut notes: Vec<Note> = Vec::new();
    let mut keys: Vec<i32> = Vec::new();
    for span in &passage.harmony {
        let before = (!keys.is_empty()).then_some(keys.as_slice());
        let next = voice(&span.chord, voicing, passage.tonic, range, before);
        for &key in &next {
            let tied =
                notes.iter_mut().rev().take(8).find(|note| {
                    i32::from(note.key) == key && (note.end() - span.start).abs() < 0.06
                });
            match tied {
                Some(note) if note.length < 8.0 => {
                    note.length = span.start + span.beats - note.start
                }
                _ => {
                    let strength = 0.62 + 0.1 * dice.normal();
                    notes.push(Note::new(
                        span.start,
                        span.beats,
                        key,
                        strength.clamp(0.3, 1.0),
                    ));
                }
            }
        }
        keys = next;
    }
    notes
}
