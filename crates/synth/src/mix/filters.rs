//! Second-order filters, after the Audio EQ Cookbook of R. Bristow-Johnson.

use std::f32::consts::{FRAC_1_SQRT_2, PI};

/// A second-order filter over one channel.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Biquad {
    b: [f32; 3],
    a: [f32; 2],
    state: [f32; 2],
}

impl Biquad {
    fn new(b: [f32; 3], a0: f32, a: [f32; 2]) -> Self {
        Self {
            b: b.map(|value| value / a0),
            a: a.map(|value| value / a0),
            state: [0.0; 2],
        }
    }

    fn angle(hz: f32, rate_hz: f32) -> (f32, f32) {
        (2.0 * PI * hz.clamp(10.0, rate_hz * 0.47) / rate_hz).sin_cos()
    }

    pub(crate) fn low_pass(hz: f32, rate_hz: f32) -> Self {
        let (sin, cos) = Self::angle(hz, rate_hz);
        let alpha = sin * FRAC_1_SQRT_2;
        let side = (1.0 - cos) / 2.0;
        Self::new(
            [side, 1.0 - cos, side],
            1.0 + alpha,
            [-2.0 * cos, 1.0 - alpha],
        )
    }

    pub(crate) fn high_pass(hz: f32, rate_hz: f32) -> Self {
        let (sin, cos) = Self::angle(hz, rate_hz);
        let alpha = sin * FRAC_1_SQRT_2;
        let side = f32::midpoint(1.0, cos);
        Self::new(
            [side, -1.0 - cos, side],
            1.0 + alpha,
            [-2.0 * cos, 1.0 - alpha],
        )
    }

    /// A boost or cut above `hz`.
    pub(crate) fn high_shelf(hz: f32, gain_db: f32, rate_hz: f32) -> Self {
        Self::shelf(hz, gain_db, rate_hz, 1.0)
    }

    /// A boost or cut below `hz`.
    pub(crate) fn low_shelf(hz: f32, gain_db: f32, rate_hz: f32) -> Self {
        Self::shelf(hz, gain_db, rate_hz, -1.0)
    }

    fn shelf(hz: f32, gain_db: f32, rate_hz: f32, side: f32) -> Self {
        let (sin, cos) = Self::angle(hz, rate_hz);
        let gain = 10.0_f32.powf(gain_db / 40.0);
        let slope = 2.0 * gain.sqrt() * sin * FRAC_1_SQRT_2;
        let (more, less) = (gain + 1.0, gain - 1.0);
        Self::new(
            [
                gain * (more + side * less * cos + slope),
                -side * 2.0 * gain * (less + side * more * cos),
                gain * (more + side * less * cos - slope),
            ],
            more - side * less * cos + slope,
            [
                side * 2.0 * (less - side * more * cos),
                more - side * less * cos - slope,
            ],
        )
    }

    /// A boost or cut around `hz`.
    pub(crate) fn bell(hz: f32, gain_db: f32, rate_hz: f32) -> Self {
        let (sin, cos) = Self::angle(hz, rate_hz);
        let gain = 10.0_f32.powf(gain_db / 40.0);
        let alpha = sin / 2.0;
        Self::new(
            [1.0 + alpha * gain, -2.0 * cos, 1.0 - alpha * gain],
            1.0 + alpha / gain,
            [-2.0 * cos, 1.0 - alpha / gain],
        )
    }

    /// The filter `to`, going on from this filter's state.
    pub(crate) fn retuned(self, to: Self) -> Self {
        Self {
            state: self.state,
            ..to
        }
    }

    #[inline]
    pub(crate) fn next(&mut self, input: f32) -> f32 {
        let output = self.b[0] * input + self.state[0];
        self.state[0] = self.b[1] * input - self.a[0] * output + self.state[1];
        self.state[1] = self.b[2] * input - self.a[1] * output;
        output
    }

    pub(crate) fn run(mut self, samples: &mut [f32]) {
        for sample in samples {
            *sample = self.next(*sample);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gain_db(filter: Biquad, hz: f32) -> f32 {
        let mut wave: Vec<f32> = (0..44_100)
            .map(|index| (2.0 * PI * hz * index as f32 / 44_100.0).sin())
            .collect();
        filter.run(&mut wave);
        let power: f32 = wave[22_050..].iter().map(|sample| sample * sample).sum();
        10.0 * (power / 11_025.0).log10()
    }

    #[test]
    fn filters_pass_and_cut_where_they_say() {
        let low = Biquad::low_pass(1000.0, 44_100.0);
        assert!(gain_db(low, 100.0).abs() < 0.1 && gain_db(low, 10_000.0) < -35.0);
        let high = Biquad::high_pass(1000.0, 44_100.0);
        assert!(gain_db(high, 10_000.0).abs() < 0.1 && gain_db(high, 100.0) < -35.0);
        let shelf = Biquad::high_shelf(2000.0, 6.0, 44_100.0);
        assert!((gain_db(shelf, 15_000.0) - 6.0).abs() < 0.3 && gain_db(shelf, 100.0).abs() < 0.1);
        let shelf = Biquad::low_shelf(300.0, -4.0, 44_100.0);
        assert!((gain_db(shelf, 40.0) + 4.0).abs() < 0.3 && gain_db(shelf, 8000.0).abs() < 0.1);
        let bell = Biquad::bell(1000.0, 3.0, 44_100.0);
        assert!((gain_db(bell, 1000.0) - 3.0).abs() < 0.1);
    }
}
