//! Drummers.

use crate::dice::Dice;
use crate::score::Note;
use crate::style::Groove;

use super::grid::strokes;
use super::passage::Passage;

/// Plays a groove through a section, with small variations, a fill at its end and a crash at its
/// start where there is energy.
pub(crate) fn compose(
    passage: &Passage,
    groove: &Groove,
    energetic: bool,
    dice: &mut Dice,
) -> Vec<Note> {
    let bars = passage.bars;
    let last = (bars.saturating_sub(1)) as f64 * passage.beats_per_bar;
    let fill = (!groove.fills.is_empty() && bars > 1 && dice.chance(0.75))
        .then(|| *dice.pick(groove.fills));
    let mut notes = Vec::new();
    for &(key, rhythm) in groove.rows {
        for stroke in strokes(rhythm, bars, passage.beats_per_bar) {
            let in_fill = fill.is_some() && stroke.start >= last;
            let left_out = stroke.symbol == 'o' && dice.chance(0.15);
            if !in_fill && !left_out {
                notes.push(Note::new(
                    stroke.start,
                    0.25,
                    i32::from(key),
                    stroke.strength(),
                ));
            }
        }
    }
    for &(key, rhythm) in fill.unwrap_or(&[]) {
        for stroke in strokes(rhythm, 1, passage.beats_per_bar) {
            notes.push(Note::new(
                last + stroke.start,
                0.25,
                i32::from(key),
                stroke.strength(),
            ));
        }
    }
    if energetic && groove.crash > 0 {
        notes.push(Note::new(0.0, 1.0, i32::from(groove.crash), 0.9));
    }
    notes
}
