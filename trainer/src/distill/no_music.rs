//! Sounds without music: silence, noise, tones, sweeps, hum, clicks. By construction they have no
//! tag. A network that was not trained on them finds a genre in each.

use std::f64::consts::TAU;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Often;
use super::sound::{Origin, Sound};
use crate::data::Split;
use crate::vocabulary::Vocabulary;

/// Groups whose tags such a sound does not have. It may well be calm or loud.
const ABSENT: [&str; 3] = ["genre", "instrument", "voice"];
/// Sample rate.
pub(super) const RATE_HZ: u32 = 24_000;
/// Length in samples, a little more than a window.
const SAMPLES: usize = 30 * RATE_HZ as usize;
/// Every tenth validates, every tenth tests.
const SPLIT_IN: usize = 10;

/// The sounds, of all kinds equally often.
pub(super) fn list(count: usize, vocabulary: &Vocabulary) -> Vec<Sound> {
    let mut known = vec![f32::NAN; vocabulary.tags().len()];
    for group in ABSENT {
        vocabulary.meant_by(group).for_each(|tag| known[tag] = 0.0);
    }
    let sound = |number: usize| Sound {
        id: format!("no-music/{number:05}"),
        split: match (number / KINDS.len()) % SPLIT_IN {
            0 => Split::Test,
            1 => Split::Valid,
            _ => Split::Train,
        },
        known: known.clone(),
        often: Often::ONCE,
        origin: Origin::NoMusic(number as u64),
    };
    (0..count).map(sound).collect()
}

/// Makes the samples of a kind.
type Kind = fn(&mut ChaCha8Rng, &mut [f32]);

const KINDS: [Kind; 8] = [silence, white, coloured, sweep, tone, hum, clicks, bursts];

/// Sound `number`, mono at [`RATE_HZ`]: the same for the same seed.
pub(super) fn render(number: u64, seed: u64) -> Vec<f32> {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    let mut out = vec![0.0; SAMPLES];
    KINDS[number as usize % KINDS.len()](&mut random, &mut out);
    out
}

fn level(random: &mut ChaCha8Rng, low_db: f32, high_db: f32) -> f32 {
    10.0_f32.powf(random.random_range(low_db..high_db) / 20.0)
}

/// Digital silence, or a converter's noise.
fn silence(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = match random.random_bool(0.3) {
        true => 0.0,
        false => level(random, -110.0, -70.0),
    };
    out.fill_with(|| level * random.random_range(-1.0..1.0));
}

fn white(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -50.0, -1.0);
    out.fill_with(|| level * random.random_range(-1.0..1.0));
}

/// Noise through one pole, low or high: brown to blue, steady or swelling.
fn coloured(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -30.0, -3.0);
    let pole = 1.0 - 10.0_f32.powf(random.random_range(-3.0..-0.1));
    let high = random.random_bool(0.3);
    let (depth, rate) = (
        random.random_range(0.0..1.0_f64),
        random.random_range(0.02..0.5),
    );
    let mut state = 0.0;
    let mut loudest = 1e-9_f32;
    for (at, sample) in out.iter_mut().enumerate() {
        let noise: f32 = random.random_range(-1.0..1.0);
        state += (1.0 - pole) * (noise - state);
        let swell = 1.0 - depth * (0.5 + 0.5 * (TAU * rate * seconds(at)).sin());
        *sample = (if high { noise - state } else { state }) * swell as f32;
        loudest = loudest.max(sample.abs());
    }
    out.iter_mut().for_each(|sample| *sample *= level / loudest);
}

/// A sine that glides, once or again and again, linearly or by octaves, up or down.
fn sweep(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -30.0, -1.0);
    let low = random.random_range(15.0..200.0_f64);
    let high = random.random_range(1_000.0..11_900.0_f64);
    let period = match random.random_bool(0.4) {
        true => seconds(out.len()),
        false => random.random_range(1.0..20.0),
    };
    let (down, linear) = (random.random_bool(0.3), random.random_bool(0.4));
    let mut phase = 0.0;
    for (at, sample) in out.iter_mut().enumerate() {
        let way = (seconds(at) / period).fract();
        let way = if down { 1.0 - way } else { way };
        let hz = match linear {
            true => low + way * (high - low),
            false => low * (high / low).powf(way),
        };
        phase += TAU * hz / f64::from(RATE_HZ);
        *sample = level * phase.sin() as f32;
    }
}

/// One to three steady tones: sines or squares.
fn tone(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -40.0, -3.0);
    let square = random.random_bool(0.3);
    for _ in 0..random.random_range(1..=3) {
        let hz = 10.0_f64.powf(random.random_range(1.5..3.9));
        for (at, sample) in out.iter_mut().enumerate() {
            let sine = (TAU * hz * seconds(at)).sin() as f32;
            *sample += level / 3.0 * if square { sine.signum() } else { sine };
        }
    }
}

/// Mains hum with harmonics and some hiss.
fn hum(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -50.0, -12.0);
    let hz = if random.random_bool(0.5) { 50.0 } else { 60.0 };
    let harmonics: Vec<f32> = (1..=12)
        .map(|n| random.random_range(0.0..1.0) / n as f32)
        .collect();
    let hiss = self::level(random, -50.0, -10.0);
    for (at, sample) in out.iter_mut().enumerate() {
        let phase = TAU * hz * seconds(at);
        let tones = harmonics.iter().zip(1..);
        let sum: f32 = tones
            .map(|(gain, n)| gain * (phase * f64::from(n)).sin() as f32)
            .sum();
        *sample = level * (sum + hiss * random.random_range(-1.0..1.0));
    }
}

/// Clicks, at random or regular.
fn clicks(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let level = level(random, -20.0, 0.0);
    let per_second = random.random_range(0.3..12.0_f64);
    let regular = random.random_bool(0.5);
    let mut next = 0.0;
    while (next as usize) < out.len() {
        out[next as usize] = if random.random_bool(0.5) {
            level
        } else {
            -level
        };
        let wait = if regular {
            1.0
        } else {
            random.random_range(0.1..1.9)
        };
        next += wait / per_second * f64::from(RATE_HZ);
    }
}

/// Noise or tones, switched on and off without any beat.
fn bursts(random: &mut ChaCha8Rng, out: &mut [f32]) {
    let mut at = 0;
    while at < out.len() {
        let length = (random.random_range(0.05..3.0) * f64::from(RATE_HZ)) as usize;
        let end = (at + length).min(out.len());
        let level = level(random, -40.0, -3.0);
        let hz = 10.0_f64.powf(random.random_range(1.8..3.8));
        match random.random_range(0..3) {
            0 => out[at..end].fill_with(|| level * random.random_range(-1.0..1.0)),
            1 => {
                for (at, sample) in out[at..end].iter_mut().enumerate() {
                    *sample = level * (TAU * hz * seconds(at)).sin() as f32;
                }
            }
            _ => {}
        }
        at = end;
    }
}

fn seconds(samples: usize) -> f64 {
    samples as f64 / f64::from(RATE_HZ)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_finite_within_full_scale_and_repeatable() {
        for number in 0..2 * KINDS.len() as u64 {
            let sound = render(number, 5);
            assert_eq!(sound.len(), SAMPLES);
            let loudest = sound.iter().fold(0.0_f32, |max, s| max.max(s.abs()));
            assert!(loudest <= 1.01, "kind {number}: {loudest}");
            assert!(sound.iter().all(|sample| sample.is_finite()));
            if number < KINDS.len() as u64 {
                assert!(sound == render(number, 5));
                assert!(number == 0 || sound != render(number, 6));
            }
        }
    }
}
