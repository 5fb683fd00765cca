//! What the synthesizer is made of: oscillators and a filter.

use std::f32::consts::{PI, TAU};

/// A saw and a square with their steps smoothed (polynomial band-limited steps), and a sine.
pub(super) struct Oscillator {
    phase: f32,
    step: f32,
    pan: (f32, f32),
}

impl Oscillator {
    /// At `hz`, from -1 (left) to 1 in its unison; `turn` of 0 to 1 is where it begins.
    pub(super) fn new(hz: f32, place: f32, turn: f32, rate_hz: f32) -> Self {
        let angle = (place * 0.7 + 1.0) * PI / 4.0;
        Self {
            phase: turn,
            step: hz / rate_hz,
            pan: (angle.cos(), angle.sin()),
        }
    }

    /// The next sample of a mixture of saw, square and sine, left and right.
    pub(super) fn next(&mut self, wave: &[f32; 3]) -> (f32, f32) {
        self.phase += self.step;
        if self.phase >= 1.0 {
            self.phase -= 1.0;
        }
        let mut sample = wave[0] * (2.0 * self.phase - 1.0 - self.smoothing(self.phase));
        if wave[1] > 0.0 {
            let half = (self.phase + 0.5) % 1.0;
            let square = if self.phase < 0.5 { 1.0 } else { -1.0 };
            sample += wave[1] * (square + self.smoothing(self.phase) - self.smoothing(half));
        }
        if wave[2] > 0.0 {
            sample += wave[2] * (TAU * self.phase).sin();
        }
        (sample * self.pan.0, sample * self.pan.1)
    }

    fn smoothing(&self, phase: f32) -> f32 {
        if phase < self.step {
            let t = phase / self.step;
            2.0 * t - t * t - 1.0
        } else if phase > 1.0 - self.step {
            let t = (phase - 1.0) / self.step;
            t * t + 2.0 * t + 1.0
        } else {
            0.0
        }
    }
}

/// A state-variable filter in its trapezoidal form (Zavalishin, "The Art of VA Filter Design").
#[derive(Default)]
pub(super) struct Filter {
    first: f32,
    second: f32,
}

pub(super) struct Coefficients {
    a1: f32,
    a2: f32,
    a3: f32,
}

impl Coefficients {
    pub(super) fn new(cutoff_hz: f32, resonance: f32, rate_hz: f32) -> Self {
        let g = (PI * cutoff_hz.clamp(20.0, rate_hz * 0.45) / rate_hz).tan();
        let k = 2.0 - 1.9 * resonance;
        let a1 = 1.0 / (1.0 + g * (g + k));
        Self {
            a1,
            a2: g * a1,
            a3: g * g * a1,
        }
    }
}

impl Filter {
    pub(super) fn low_pass(&mut self, input: f32, with: &Coefficients) -> f32 {
        let v3 = input - self.second;
        let v1 = with.a1 * self.first + with.a2 * v3;
        let v2 = self.second + with.a2 * self.first + with.a3 * v3;
        self.first = 2.0 * v1 - self.first;
        self.second = 2.0 * v2 - self.second;
        v2
    }
}
