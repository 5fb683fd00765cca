//! The same music as another recording would have it: some seconds of it, faster or slower with its
//! pitch, in a room, through a lossy codec. The teachers are asked what they hear in it.
//!
//! What can be done to a spectrogram (level, equalisation, noise) is left to training, which does it
//! anew in each epoch.

use std::io::Cursor;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_synth::{encode_ogg, reverberate};
use vorbis_rs::VorbisDecoder;

/// Largest change of speed: a semitone.
const SEMITONES: f64 = 1.0;

/// How long a copy is that is a scrap, and one that is a part, in seconds: what the plugin has heard
/// when it first answers, and what fits twice into a window.
const SCRAP_SECONDS: [f64; 2] = [2.0, 3.5];
const PART_SECONDS: [f64; 2] = [5.0, 14.5];

/// An altered copy.
pub(super) struct Copied {
    /// Mono, at the original's rate.
    pub samples: Vec<f32>,
    /// Whether it is only a few seconds of the original.
    pub is_scrap: bool,
}

/// Alters a mono sound: a third of the copies are scraps of it, a third are parts.
pub(super) fn alter(samples: &[f32], rate_hz: u32, seed: u64, number: u64) -> Copied {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(number);
    let kind = random.random_range(0..3);
    let samples = match kind {
        0 => cut(samples, rate_hz, SCRAP_SECONDS, &mut random),
        1 => cut(samples, rate_hz, PART_SECONDS, &mut random),
        _ => samples,
    };
    Copied {
        samples: played_elsewhere(samples, rate_hz, &mut random),
        is_scrap: kind == 0,
    }
}

/// Some seconds of it, from anywhere in it.
fn cut<'a>(
    samples: &'a [f32],
    rate_hz: u32,
    seconds: [f64; 2],
    random: &mut ChaCha8Rng,
) -> &'a [f32] {
    let length = random.random_range(seconds[0]..seconds[1]) * f64::from(rate_hz);
    let length = (length as usize).min(samples.len());
    let start = random.random_range(0..=samples.len() - length);
    &samples[start..][..length]
}

/// At another speed, in a room, through a codec.
fn played_elsewhere(samples: &[f32], rate_hz: u32, random: &mut ChaCha8Rng) -> Vec<f32> {
    let speed = 2.0_f64.powf(random.random_range(-SEMITONES..SEMITONES) / 12.0);
    let mut out = at_speed(samples, speed);
    let room = random.random_bool(0.4);
    if room {
        let seconds = random.random_range(0.3..2.5);
        let gain = random.random_range(0.05..0.4);
        out = reverberate(&out, seconds, gain, rate_hz);
    }
    if !room || random.random_bool(0.4) {
        let quality = random.random_range(-0.15..0.15);
        // If the encoder refuses the rate, the sound stays as it is.
        if let Some(coded) = through_codec(&out, rate_hz, quality) {
            out = coded;
        }
    }
    out
}

/// Plays `samples` faster or slower, with their pitch, by Catmull-Rom interpolation.
fn at_speed(samples: &[f32], speed: f64) -> Vec<f32> {
    let count = (samples.len() as f64 / speed) as usize;
    let sample = |index: i64| {
        let last = samples.len() as i64 - 1;
        samples[index.clamp(0, last) as usize]
    };
    (0..count)
        .map(|at| {
            let place = at as f64 * speed;
            let (index, t) = (place as i64, place.fract() as f32);
            let [a, b, c, d] = [-1, 0, 1, 2].map(|offset| sample(index + offset));
            b + 0.5
                * t
                * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
        })
        .collect()
}

fn through_codec(samples: &[f32], rate_hz: u32, quality: f32) -> Option<Vec<f32>> {
    let coded = encode_ogg(&[samples], rate_hz, quality, 1).ok()?;
    let mut decoder = VorbisDecoder::new(Cursor::new(coded)).ok()?;
    let mut out = Vec::with_capacity(samples.len());
    while let Ok(Some(block)) = decoder.decode_audio_block() {
        out.extend_from_slice(block.samples().first()?);
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use tagline_tests::Random;

    use super::*;

    #[test]
    fn a_tone_played_faster_is_higher_and_shorter() {
        let tone: Vec<f32> = (0..8_000).map(|n| (n as f32 * 0.1).sin()).collect();
        let faster = at_speed(&tone, 1.05);
        assert_eq!(faster.len(), 7_619);
        for (at, sample) in faster.iter().enumerate().skip(2).take(7_600) {
            assert!((sample - (at as f32 * 0.105).sin()).abs() < 2e-3, "{at}");
        }
    }

    #[test]
    fn a_variant_is_unlike_its_original_and_repeatable() {
        let mut random = Random::new(1);
        let noise: Vec<f32> = (0..44_100).map(|_| 0.5 * random.sample()).collect();
        for number in 0..6 {
            let altered = alter(&noise, 44_100, 3, number).samples;
            assert!(altered.iter().all(|sample| sample.is_finite()));
            assert!(altered.len() > 40_000 && altered.len() < 48_000);
            assert!(altered == alter(&noise, 44_100, 3, number).samples);
            assert!(altered[..40_000] != noise[..40_000]);
        }
    }

    #[test]
    fn copies_are_scraps_and_parts_and_whole() {
        const RATE_HZ: u32 = 1_000;
        let long = vec![0.1; 29_000];
        let mut lengths = [0; 3];
        for number in 0..60 {
            let Copied { samples, is_scrap } = alter(&long, RATE_HZ, 3, number);
            // A semitone is 6 %.
            match samples.len() {
                1_800..=3_800 => lengths[0] += 1,
                4_600..=15_500 => lengths[1] += 1,
                27_000..=31_000 => lengths[2] += 1,
                other => panic!("{other} ms"),
            }
            assert_eq!(is_scrap, samples.len() < 4_000);
        }
        assert!(lengths.iter().all(|count| *count >= 10), "{lengths:?}");
    }
}
