//! A subtractive synthesizer: detuned saws and squares through a resonant low pass.

use std::f32::consts::TAU;

use super::voice::{Coefficients, Filter, Oscillator};

/// A sound of the synthesizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Patch {
    SawBass,
    Sub,
    Acid,
    Wobble,
    SuperSaw,
    Pluck,
    Stab,
    Square,
    Pad,
    Glass,
    Drone,
}

struct Recipe {
    /// Shares of saw, square and sine.
    wave: [f32; 3],
    unison: usize,
    detune_cents: f32,
    attack_s: f32,
    decay_s: f32,
    sustain: f32,
    release_s: f32,
    /// Where the filter rests, Hz at key 60, and by how many octaves its envelope opens it.
    cutoff_hz: f32,
    opens_octaves: f32,
    closes_s: f32,
    /// 0 to 1.
    resonance: f32,
    /// Of the filter: rate and depth in octaves.
    lfo_hz: f32,
    lfo_octaves: f32,
}

const PLAIN: Recipe = Recipe {
    wave: [1.0, 0.0, 0.0],
    unison: 1,
    detune_cents: 8.0,
    attack_s: 0.004,
    decay_s: 0.3,
    sustain: 0.7,
    release_s: 0.06,
    cutoff_hz: 1200.0,
    opens_octaves: 1.0,
    closes_s: 0.2,
    resonance: 0.2,
    lfo_hz: 0.0,
    lfo_octaves: 0.0,
};

impl Patch {
    fn recipe(self) -> Recipe {
        match self {
            Self::SawBass => Recipe {
                wave: [0.7, 0.3, 0.2],
                unison: 2,
                cutoff_hz: 500.0,
                opens_octaves: 1.8,
                ..PLAIN
            },
            Self::Sub => Recipe {
                wave: [0.05, 0.0, 1.0],
                cutoff_hz: 300.0,
                opens_octaves: 0.5,
                sustain: 0.9,
                release_s: 0.12,
                ..PLAIN
            },
            Self::Acid => Recipe {
                cutoff_hz: 380.0,
                opens_octaves: 2.6,
                closes_s: 0.16,
                resonance: 0.82,
                sustain: 0.6,
                ..PLAIN
            },
            Self::Wobble => Recipe {
                wave: [0.8, 0.5, 0.3],
                unison: 3,
                detune_cents: 14.0,
                cutoff_hz: 500.0,
                opens_octaves: 0.2,
                sustain: 0.9,
                resonance: 0.4,
                lfo_hz: 3.0,
                lfo_octaves: 2.0,
                ..PLAIN
            },
            Self::SuperSaw => Recipe {
                unison: 5,
                detune_cents: 22.0,
                attack_s: 0.01,
                cutoff_hz: 5000.0,
                opens_octaves: 0.8,
                sustain: 0.85,
                release_s: 0.25,
                resonance: 0.1,
                ..PLAIN
            },
            Self::Pluck => Recipe {
                wave: [0.8, 0.4, 0.0],
                unison: 2,
                decay_s: 0.22,
                sustain: 0.0,
                release_s: 0.15,
                cutoff_hz: 900.0,
                opens_octaves: 2.6,
                closes_s: 0.12,
                resonance: 0.3,
                ..PLAIN
            },
            Self::Stab => Recipe {
                wave: [0.8, 0.5, 0.0],
                unison: 3,
                detune_cents: 12.0,
                decay_s: 0.18,
                sustain: 0.15,
                release_s: 0.12,
                cutoff_hz: 1300.0,
                opens_octaves: 1.8,
                closes_s: 0.18,
                resonance: 0.25,
                ..PLAIN
            },
            Self::Square => Recipe {
                wave: [0.15, 0.85, 0.0],
                unison: 2,
                detune_cents: 6.0,
                sustain: 0.8,
                cutoff_hz: 3200.0,
                release_s: 0.1,
                ..PLAIN
            },
            Self::Pad => Recipe {
                wave: [0.8, 0.2, 0.2],
                unison: 4,
                detune_cents: 16.0,
                attack_s: 0.7,
                sustain: 0.9,
                release_s: 1.2,
                cutoff_hz: 1100.0,
                opens_octaves: 0.8,
                closes_s: 3.0,
                lfo_hz: 0.13,
                lfo_octaves: 0.7,
                ..PLAIN
            },
            Self::Glass => Recipe {
                wave: [0.0, 0.1, 1.0],
                unison: 2,
                detune_cents: 5.0,
                decay_s: 1.2,
                sustain: 0.0,
                release_s: 0.8,
                cutoff_hz: 6000.0,
                ..PLAIN
            },
            Self::Drone => Recipe {
                wave: [0.6, 0.2, 0.5],
                unison: 4,
                detune_cents: 12.0,
                attack_s: 2.0,
                sustain: 1.0,
                release_s: 2.5,
                cutoff_hz: 420.0,
                opens_octaves: 0.6,
                closes_s: 6.0,
                resonance: 0.35,
                lfo_hz: 0.07,
                lfo_octaves: 1.0,
                ..PLAIN
            },
        }
    }
}

/// How many samples share the filter's coefficients.
const STEP: usize = 16;

/// A note of the synthesizer.
pub(crate) struct Tone {
    pub(crate) key: u8,
    /// From 0 to 1.
    pub(crate) strength: f32,
    pub(crate) held_s: f32,
    /// Any number. It decides where the oscillators begin.
    pub(crate) phase: u32,
}

/// Adds a note to both sides from their start on; the release rings to their end.
pub(crate) fn play(
    patch: Patch,
    tone: &Tone,
    rate_hz: f32,
    (left, right): (&mut [f32], &mut [f32]),
) {
    let &Tone {
        key,
        strength,
        held_s,
        phase,
    } = tone;
    let recipe = patch.recipe();
    let hz = 440.0 * ((f32::from(key) - 69.0) / 12.0).exp2();
    let mut oscillators: Vec<Oscillator> = (0..recipe.unison)
        .map(|index| recipe.oscillator(index, hz, rate_hz, phase))
        .collect();
    let count = ((held_s + recipe.release_s * 3.0) * rate_hz) as usize;
    let count = count.min(left.len());
    let gain = 0.3 * strength / (recipe.unison as f32).sqrt();
    let mut filters = [Filter::default(), Filter::default()];
    for start in (0..count).step_by(STEP) {
        let now_s = start as f32 / rate_hz;
        let opened = recipe.opens_octaves * strength * (-now_s / recipe.closes_s).exp();
        let lfo = recipe.lfo_octaves * (TAU * recipe.lfo_hz * now_s + phase as f32).sin();
        let follow = (f32::from(key) - 60.0) / 12.0 * 0.5;
        let cutoff_hz = recipe.cutoff_hz * (opened + lfo + follow).exp2();
        let coefficients = Coefficients::new(cutoff_hz, recipe.resonance, rate_hz);
        let end = (start + STEP).min(count);
        let (from, to) = (
            recipe.level(now_s, held_s),
            recipe.level(end as f32 / rate_hz, held_s),
        );
        for index in start..end {
            let level = from + (to - from) * (index - start) as f32 / STEP as f32;
            let (mut l, mut r) = (0.0, 0.0);
            for oscillator in &mut oscillators {
                let sample = oscillator.next(&recipe.wave);
                l += sample.0;
                r += sample.1;
            }
            left[index] += filters[0].low_pass(l, &coefficients) * level * gain;
            right[index] += filters[1].low_pass(r, &coefficients) * level * gain;
        }
    }
}

impl Recipe {
    /// One of the unison, in its place and out of tune.
    fn oscillator(&self, index: usize, hz: f32, rate_hz: f32, phase: u32) -> Oscillator {
        let place = if self.unison > 1 {
            index as f32 / (self.unison - 1) as f32 * 2.0 - 1.0
        } else {
            0.0
        };
        let detuned_hz = hz * (place * self.detune_cents / 1200.0).exp2();
        let turn = ((phase as f32 * 0.618 + index as f32 * 0.377) % 1.0).abs();
        Oscillator::new(detuned_hz, place, turn, rate_hz)
    }

    /// The amplitude envelope.
    fn level(&self, now_s: f32, held_s: f32) -> f32 {
        let sounding = |at_s: f32| {
            let rise = (at_s / self.attack_s).min(1.0);
            let fall = (-(at_s - self.attack_s).max(0.0) / self.decay_s * 3.0).exp();
            rise * (self.sustain + (1.0 - self.sustain) * fall)
        };
        if now_s < held_s {
            sounding(now_s)
        } else {
            sounding(held_s) * (-(now_s - held_s) / self.release_s * 3.0).exp()
        }
    }
}
