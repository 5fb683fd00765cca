//! Rhythms as text: one character a step, bars apart by `|`.
//!
//! `X`, `x` and `o` strike hard, normally and softly, `-` holds what sounds, `.` rests; digits and
//! letters mean what their reader says (degrees of a chord, notes of a voicing). However many steps
//! a bar is written with, they share it evenly: 16 for sixteenths, 12 for triplets, 8 for eighths.

/// One stroke of a rhythm.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Stroke {
    /// In beats from where the rhythm begins.
    pub(crate) start: f64,
    /// Beats until it ends.
    pub(crate) beats: f64,
    /// What was written.
    pub(crate) symbol: char,
}

impl Stroke {
    /// How hard, from 0 to 1.
    pub(crate) fn strength(&self) -> f64 {
        match self.symbol {
            'X' => 1.0,
            'o' => 0.45,
            _ => 0.78,
        }
    }
}

/// Plays `rhythm` over `bars` bars of `beats_per_bar` beats, again from its start where it is
/// shorter.
pub(crate) fn strokes(rhythm: &str, bars: usize, beats_per_bar: f64) -> Vec<Stroke> {
    let lines: Vec<&str> = rhythm.split('|').map(str::trim).collect();
    let mut found: Vec<Stroke> = Vec::new();
    let mut sounding = false;
    for bar in 0..bars {
        let line = lines[bar % lines.len()];
        let step = beats_per_bar / line.chars().count().max(1) as f64;
        for (index, symbol) in line.chars().enumerate() {
            match symbol {
                '.' => sounding = false,
                '-' => {
                    if let Some(last) = found.last_mut().filter(|_| sounding) {
                        last.beats += step;
                    }
                }
                _ => {
                    sounding = true;
                    found.push(Stroke {
                        start: bar as f64 * beats_per_bar + index as f64 * step,
                        beats: step,
                        symbol,
                    });
                }
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holds_lengthen_and_rests_end() {
        let found = strokes("X-.-o...", 1, 4.0);
        assert_eq!(found.len(), 2);
        assert_eq!((found[0].start, found[0].beats), (0.0, 1.0));
        assert_eq!((found[1].start, found[1].beats), (2.0, 0.5));
        assert!(found[0].strength() > found[1].strength());
    }

    #[test]
    fn bars_alternate_and_repeat() {
        let starts: Vec<f64> = strokes("x...|.x..", 3, 4.0)
            .iter()
            .map(|s| s.start)
            .collect();
        assert_eq!(starts, [0.0, 5.0, 8.0]);
    }
}
