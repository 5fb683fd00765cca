//! Time: swing, a tempo that breathes, and the small errors of human players.

use crate::dice::Dice;
use crate::score::Note;
use crate::style::Swing;

/// Moves a time in beats as the off-beats swing by `ratio`, the share of the first half.
pub(crate) fn swung(beat: f64, swing: Swing, ratio: f64) -> f64 {
    let unit = match swing {
        Swing::Straight => return beat,
        Swing::Eighths(..) => 1.0,
        Swing::Sixteenths(..) => 0.5,
    };
    let whole = (beat / unit).floor();
    let part = beat / unit - whole;
    let moved = if part < 0.5 {
        part * 2.0 * ratio
    } else {
        ratio + (part - 0.5) * 2.0 * (1.0 - ratio)
    };
    (whole + moved) * unit
}

/// From beats to seconds, with a tempo of its own in each bar.
pub(crate) struct Clock {
    beats_per_bar: f64,
    /// Seconds at which each bar begins; the last is the end of the piece.
    bars_s: Vec<f64>,
}

impl Clock {
    /// `rubato` is how far the tempo wanders; phrases of four bars end a little slower.
    pub(crate) fn new(
        bars: usize,
        beats_per_bar: f64,
        tempo_bpm: f64,
        rubato: f64,
        dice: &mut Dice,
    ) -> Self {
        let mut now = 0.0;
        let mut bars_s = vec![now];
        let mut drift = 0.0;
        for bar in 0..bars {
            drift = 0.6 * drift + 0.5 * dice.normal();
            let closing = if bar % 4 == 3 { -1.0 } else { 0.0 };
            let tempo = tempo_bpm * (1.0 + rubato * (drift + closing)).clamp(0.6, 1.4);
            now += beats_per_bar * 60.0 / tempo;
            bars_s.push(now);
        }
        Self {
            beats_per_bar,
            bars_s,
        }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.bars_s.last().copied().unwrap_or(0.0)
    }

    pub(crate) fn at(&self, beat: f64) -> f64 {
        let bars = self.bars_s.len() - 1;
        let bar = ((beat / self.beats_per_bar).max(0.0) as usize).min(bars.saturating_sub(1));
        let inside = beat / self.beats_per_bar - bar as f64;
        self.bars_s[bar] + inside * (self.bars_s[bar + 1] - self.bars_s[bar])
    }
}

/// The notes with times in seconds instead of beats, each a little early or late, harder or softer.
pub(crate) fn performed(
    notes: Vec<Note>,
    clock: &Clock,
    loose_ms: f64,
    dice: &mut Dice,
) -> Vec<Note> {
    // A player is early or late by habit, and by chance from note to note.
    let habit_s = 0.0004 * loose_ms * dice.normal();
    let mut notes: Vec<Note> = notes
        .into_iter()
        .map(|note| {
            let start = clock.at(note.start);
            let length = clock.at(note.end()) - start;
            let late = habit_s + 0.0006 * loose_ms * dice.normal();
            Note {
                start: (start + late).max(0.0),
                length: length.max(0.02),
                strength: (note.strength * (1.0 + 0.08 * dice.normal())).clamp(0.05, 1.0),
                ..note
            }
        })
        .collect();
    notes.sort_by(|a, b| a.start.total_cmp(&b.start));
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn swing_only_delays_off_beats() {
        let eighths = Swing::Eighths(0.6, 0.7);
        assert_eq!(swung(3.0, eighths, 2.0 / 3.0), 3.0);
        assert!((swung(3.5, eighths, 2.0 / 3.0) - (3.0 + 2.0 / 3.0)).abs() < 1e-9);
        assert_eq!(swung(3.5, Swing::Straight, 0.9), 3.5);
        assert!((swung(0.25, Swing::Sixteenths(0.5, 0.6), 0.6) - 0.3).abs() < 1e-9);
    }

    #[test]
    fn a_steady_clock_keeps_its_tempo() {
        let clock = Clock::new(4, 4.0, 120.0, 0.0, &mut Dice::of_clip(1, 1));
        assert_eq!(clock.at(2.0), 1.0);
        assert_eq!(clock.seconds(), 8.0);
        assert_eq!(
            clock.at(17.0),
            8.5,
            "past the end it goes on at the last tempo"
        );
    }
}
