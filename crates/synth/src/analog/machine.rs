//! Drum machines, and a pair of tabla: swept sines and shaped noise.

use std::f32::consts::TAU;

use super::Noise;
use crate::drum;

/// Which set of sounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Machine {
    /// Hard and short, for house and techno.
    Dance,
    /// A long deep kick, for hip hop and electro.
    Deep,
    /// Two tuned hand drums.
    Tabla,
}

/// A drum sound: a sine that falls in pitch, and noise.
struct Hit {
    from_hz: f32,
    to_hz: f32,
    falls_s: f32,
    tone: f32,
    tone_s: f32,
    noise: f32,
    noise_s: f32,
    /// The noise lies above this.
    high_pass_hz: f32,
    /// Bursts of noise before the last one: a clap.
    bursts: usize,
    /// Metallic: six squares in place of noise.
    metal: bool,
}

const NONE: Hit = Hit {
    from_hz: 200.0,
    to_hz: 200.0,
    falls_s: 0.03,
    tone: 0.0,
    tone_s: 0.1,
    noise: 0.0,
    noise_s: 0.1,
    high_pass_hz: 1000.0,
    bursts: 0,
    metal: false,
};

fn hit(machine: Machine, key: u8) -> Hit {
    let deep = machine == Machine::Deep;
    if machine == Machine::Tabla {
        return tabla(key);
    }
    match key {
        drum::KICK | 35 => Hit {
            from_hz: if deep { 150.0 } else { 240.0 },
            to_hz: if deep { 46.0 } else { 54.0 },
            falls_s: if deep { 0.03 } else { 0.035 },
            tone: 1.0,
            tone_s: if deep { 0.45 } else { 0.17 },
            noise: if deep { 0.03 } else { 0.12 },
            noise_s: 0.008,
            ..NONE
        },
        drum::SNARE | drum::SNARE_2 => Hit {
            from_hz: 240.0,
            to_hz: 185.0,
            tone: 0.4,
            tone_s: 0.08,
            noise: 0.55,
            noise_s: if deep { 0.12 } else { 0.16 },
            ..NONE
        },
        drum::CLAP => Hit {
            noise: 0.7,
            noise_s: 0.11,
            high_pass_hz: 800.0,
            bursts: 3,
            ..NONE
        },
        drum::STICK => Hit {
            from_hz: 1700.0,
            to_hz: 1650.0,
            tone: 0.5,
            tone_s: 0.015,
            noise: 0.2,
            noise_s: 0.01,
            ..NONE
        },
        drum::HAT | drum::FOOT_HAT => Hit {
            noise: 0.4,
            noise_s: 0.028,
            high_pass_hz: 6500.0,
            metal: !deep,
            ..NONE
        },
        drum::OPEN_HAT => Hit {
            noise: 0.4,
            noise_s: 0.2,
            high_pass_hz: 6000.0,
            metal: !deep,
            ..NONE
        },
        drum::CRASH | drum::RIDE | drum::CHINA => Hit {
            noise: 0.5,
            noise_s: 0.8,
            high_pass_hz: 4500.0,
            metal: true,
            ..NONE
        },
        drum::COWBELL => Hit {
            noise: 0.4,
            noise_s: 0.12,
            high_pass_hz: 500.0,
            metal: true,
            ..NONE
        },
        drum::SHAKER | drum::TAMBOURINE => Hit {
            noise: 0.25,
            noise_s: 0.05,
            high_pass_hz: 5000.0,
            ..NONE
        },
        drum::CLAVES => Hit {
            from_hz: 2500.0,
            to_hz: 2500.0,
            tone: 0.5,
            tone_s: 0.03,
            ..NONE
        },
        _ => {
            let hz = 55.0 * (f32::from(key.clamp(40, 70)) - 36.0).mul_add(0.1, 1.0);
            Hit {
                from_hz: hz * 2.0,
                to_hz: hz,
                tone: 0.7,
                tone_s: 0.2,
                noise: 0.06,
                noise_s: 0.03,
                ..NONE
            }
        }
    }
}

/// The low drum bends upwards under the heel of the hand, the high one rings at its pitch.
fn tabla(key: u8) -> Hit {
    match key {
        drum::KICK | drum::LOW_CONGA => Hit {
            from_hz: 78.0,
            to_hz: 104.0,
            falls_s: 0.09,
            tone: 1.0,
            tone_s: 0.3,
            noise: 0.12,
            noise_s: 0.01,
            ..NONE
        },
        drum::LOW_BONGO => Hit {
            from_hz: 292.0,
            to_hz: 290.0,
            tone: 0.5,
            tone_s: 0.07,
            noise: 0.3,
            noise_s: 0.015,
            ..NONE
        },
        drum::HIGH_BONGO => Hit {
            from_hz: 300.0,
            to_hz: 296.0,
            tone: 0.75,
            tone_s: 0.32,
            noise: 0.15,
            noise_s: 0.006,
            ..NONE
        },
        _ => Hit {
            from_hz: 610.0,
            to_hz: 592.0,
            tone: 0.4,
            tone_s: 0.05,
            noise: 0.35,
            noise_s: 0.012,
            high_pass_hz: 1800.0,
            ..NONE
        },
    }
}

/// Adds a stroke to `out` from its start on.
pub(crate) fn strike(
    machine: Machine,
    key: u8,
    strength: f32,
    rate_hz: f32,
    seed: u32,
    out: &mut [f32],
) {
    let hit = hit(machine, key);
    let mut noise = Noise::new(seed);
    let longest_s = hit.tone_s.max(hit.noise_s) * 3.5 + 0.01 * hit.bursts as f32;
    let count = ((longest_s * rate_hz) as usize).min(out.len());
    let pole = (-TAU * hit.high_pass_hz.min(rate_hz * 0.42) / rate_hz).exp();
    let (mut phase, mut low, mut low_2) = (0.0_f32, 0.0, 0.0);
    let bursts_s = 0.011 * hit.bursts as f32;
    for (index, sample) in out.iter_mut().take(count).enumerate() {
        let now_s = index as f32 / rate_hz;
        let hz = hit.to_hz + (hit.from_hz - hit.to_hz) * (-now_s / hit.falls_s).exp();
        phase = (phase + hz / rate_hz) % 1.0;
        let tone = (TAU * phase).sin() * (-now_s / hit.tone_s * 3.0).exp();
        let raw = if hit.metal {
            metal(now_s) * 0.6 + noise.next() * 0.5
        } else {
            noise.next()
        };
        // Two one-pole high passes.
        low += (1.0 - pole) * (raw - low);
        let once = raw - low;
        low_2 += (1.0 - pole) * (once - low_2);
        let bright = once - low_2;
        let level = if now_s < bursts_s {
            (-(now_s % 0.011) / 0.004).exp()
        } else {
            (-(now_s - bursts_s) / hit.noise_s * 3.0).exp()
        };
        *sample += strength * (hit.tone * tone + hit.noise * level * bright);
    }
}

/// Six squares without a common pitch, as in the analogue machines' cymbals.
fn metal(now_s: f32) -> f32 {
    [2053.0_f32, 3043.0, 3695.0, 5229.0, 5401.0, 8007.0]
        .iter()
        .map(|hz| {
            if (now_s * hz) % 1.0 < 0.5 {
                1.0 / 6.0
            } else {
                -1.0 / 6.0
            }
        })
        .sum()
}
