//! Audio thread: how loud the input is.

use std::ops::Range;

use crate::core::mono::{Channels, TakeMono};

/// Steps of the grid that count: 0.4 s at 100 steps a second.
const STEPS: usize = 40;

/// Level that counts as 0, in dBFS; 0 dBFS counts as 1.
const FLOOR_DB: f64 = -60.0;

/// The level of the last 0.4 s of the mono mix. Sums run in the samples' order, so the level is the
/// same at every block size.
#[derive(Clone, Debug)]
pub struct Meter {
    sum: f64,
    count: u32,
    steps: [f64; STEPS],
    filled: usize,
    next: usize,
}

impl Default for Meter {
    fn default() -> Self {
        Self {
            sum: 0.0,
            count: 0,
            steps: [0.0; STEPS],
            filled: 0,
            next: 0,
        }
    }
}

impl TakeMono for Meter {
    fn take(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        for sample in mono {
            self.sum += f64::from(sample) * f64::from(sample);
            self.count += 1;
        }
    }
}

impl Meter {
    /// Hears these samples of a block.
    pub fn hear(&mut self, input: &Channels<'_>, samples: Range<usize>) {
        input.mix(samples, self);
    }

    /// A step of the grid ends here. Returns the loudness, 0 to 1; NaN in the input counts as
    /// silence.
    pub fn step(&mut self) -> f64 {
        let mean = self.sum / f64::from(self.count.max(1));
        self.steps[self.next] = if mean.is_finite() { mean } else { 0.0 };
        self.next = (self.next + 1) % STEPS;
        self.filled = (self.filled + 1).min(STEPS);
        self.sum = 0.0;
        self.count = 0;
        let mean = self.steps[..self.filled].iter().sum::<f64>() / self.filled as f64;
        (1.0 - 10.0 * mean.log10() / FLOOR_DB).clamp(0.0, 1.0)
    }

    /// Forgets what it has heard.
    pub fn reset(&mut self) {
        // The steps behind `filled` are never read.
        (self.sum, self.count) = (0.0, 0);
        (self.filled, self.next) = (0, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loudness(level: f32) -> f64 {
        let mut meter = Meter::default();
        let sign = |n: usize| if n.is_multiple_of(2) { level } else { -level };
        meter.take((0..480).map(sign));
        meter.step()
    }

    #[test]
    fn the_loudness_is_the_level_from_minus_60_to_0_dbfs() {
        assert_eq!(loudness(0.0), 0.0);
        assert!((loudness(1.0) - 1.0).abs() < 1e-6);
        assert!((loudness(10_f32.powf(-1.5)) - 0.5).abs() < 1e-6);
        assert_eq!(loudness(1e-4), 0.0);
        assert_eq!(loudness(f32::NAN), 0.0);
        assert_eq!(loudness(4.0), 1.0);
    }

    #[test]
    fn only_the_last_four_tenths_of_a_second_count() {
        let mut meter = Meter::default();
        meter.take([1.0; 10].into_iter());
        let loud = meter.step();
        for _ in 0..STEPS {
            meter.take([0.0; 10].into_iter());
        }
        assert_eq!(loud, 1.0);
        let mut last = 1.0;
        for _ in 0..STEPS {
            meter.take([0.0; 10].into_iter());
            last = meter.step();
        }
        assert_eq!(last, 0.0);
    }
}
