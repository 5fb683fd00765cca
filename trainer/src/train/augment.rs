//! The same music at another level, through another equaliser, with noise, under other music: what
//! can be done to a spectrogram in decibels, anew in each epoch.

use std::f32::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tagline_engine::FrontEndSpec;

/// Level, in dB: recordings are rarely louder than those that were prepared, and often softer.
const LEVEL_DB: [f32; 2] = [-24.0, 6.0];
/// Most that each of the waves of the equaliser, and its tilt, lifts or lowers a band.
const WAVE_DB: f32 = 3.0;
const TILT_DB: f32 = 6.0;
/// How often a low-pass or high-pass is there, and its slope in dB a band.
const FILTERED: f64 = 0.15;
const FILTER_DB: [f32; 2] = [0.8, 6.0];
/// How often there is noise, and how far below the loudest band it lies.
const NOISY: f64 = 0.25;
const NOISE_DB: [f32; 2] = [30.0, 80.0];
/// How often there is other music, and how far below it lies.
const MIXED: f64 = 0.25;
const OTHER_DB: [f32; 2] = [0.0, 12.0];

/// Alters windows of a front-end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Augment {
    scale: f32,
    offset: f32,
    floor_db: f32,
}

/// Music that is mixed in.
pub(super) struct Other<'a> {
    /// `[band, frame]`, of the same size.
    pub window: &'a [f32],
    pub labels: &'a [f32],
}

impl Augment {
    pub fn new(spec: &FrontEndSpec) -> Self {
        Self {
            scale: spec.scale,
            offset: spec.offset,
            floor_db: 10.0 * spec.floor.log10(),
        }
    }

    /// Whether other music comes into the next window.
    pub fn mixes(random: &mut ChaCha8Rng) -> bool {
        random.random_bool(MIXED)
    }

    /// Alters `window`, `[band, frame]`, the network's input, and its labels.
    ///
    /// Of two pieces of music, each label is the mean of both by their power; what is unknown of
    /// either is unknown.
    pub fn alter(
        &self,
        random: &mut ChaCha8Rng,
        window: &mut [f32],
        labels: &mut [f32],
        frames: usize,
        other: Option<Other<'_>>,
    ) {
        for value in window.iter_mut() {
            *value = (*value - self.offset) / self.scale;
        }
        if let Some(other) = other {
            let below_db = random.random_range(OTHER_DB[0]..OTHER_DB[1]);
            for (value, other) in window.iter_mut().zip(other.window) {
                let other_db = (other - self.offset) / self.scale - below_db;
                *value = sum_db(*value, other_db);
            }
            let share = 1.0 / (1.0 + 10.0_f32.powf(-below_db / 10.0));
            for (label, other) in labels.iter_mut().zip(other.labels) {
                *label = share * *label + (1.0 - share) * other;
            }
        }
        let bands = window.len() / frames;
        let gains = gains(random, bands);
        let noise = random.random_bool(NOISY).then(|| {
            let loudest = window.iter().copied().fold(self.floor_db, f32::max);
            let tilt = random.random_range(-20.0..20.0);
            let level = loudest - random.random_range(NOISE_DB[0]..NOISE_DB[1]);
            move |way: f32| level + tilt * (way - 0.5)
        });
        for (band, row) in window.chunks_exact_mut(frames).enumerate() {
            let floor = noise.map(|noise| noise(band as f32 / bands as f32));
            for value in row {
                let mut db = *value;
                if let Some(noise) = floor {
                    // Noise has no frame like another: some dB of it are chance.
                    db = sum_db(db, noise + random.random_range(-4.0..4.0));
                }
                *value = (db + gains[band]).max(self.floor_db) * self.scale + self.offset;
            }
        }
    }
}

/// The level of two sounds together that have nothing to do with each other.
fn sum_db(a: f32, b: f32) -> f32 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    // 10 log10(2) and what is left of it; below 30 dB less than 0.005 dB.
    if high - low > 30.0 {
        return high;
    }
    high + 4.342_945 * ((low - high) * 0.230_258_51).exp().ln_1p()
}

/// Level, equaliser and filter, for each band in dB.
fn gains(random: &mut ChaCha8Rng, bands: usize) -> Vec<f32> {
    let level = random.random_range(LEVEL_DB[0]..LEVEL_DB[1]);
    let tilt = random.random_range(-TILT_DB..TILT_DB);
    let waves: [[f32; 2]; 3] = std::array::from_fn(|_| {
        [
            random.random_range(-WAVE_DB..WAVE_DB),
            random.random_range(0.0..2.0 * PI),
        ]
    });
    let filter = random.random_bool(FILTERED).then(|| {
        let slope = random.random_range(FILTER_DB[0]..FILTER_DB[1]);
        let edge = random.random_range(0.05..0.5);
        (random.random_bool(0.6), edge, slope)
    });
    let gain = |band: usize| {
        let way = band as f32 / bands as f32;
        let waves = waves
            .iter()
            .enumerate()
            .map(|(number, [db, phase])| db * ((number + 1) as f32 * PI * way + phase).cos());
        let filter = filter.map_or(0.0, |(low_pass, edge, slope)| {
            // A low-pass leaves the lower part, a high-pass the upper.
            let beyond = if low_pass {
                way - (1.0 - edge)
            } else {
                0.5 * edge - way
            };
            -slope * (beyond * bands as f32).max(0.0)
        });
        level + tilt * (way - 0.5) + waves.sum::<f32>() + filter
    };
    (0..bands).map(gain).collect()
}

#[cfg(test)]
mod tests {
    use rand::SeedableRng;

    use super::*;

    fn augment() -> Augment {
        Augment::new(&FrontEndSpec::choi2016().with_training_affine())
    }

    #[test]
    fn decibels_add_as_powers() {
        assert!((sum_db(0.0, 0.0) - 3.0103).abs() < 1e-4);
        assert!((sum_db(-10.0, -4.0) - -3.0268).abs() < 1e-3);
        assert_eq!(sum_db(-20.0, -100.0), -20.0);
        assert!((sum_db(0.0, -29.9) - sum_db(0.0, -30.1)).abs() < 0.005);
    }

    #[test]
    fn windows_stay_between_floor_and_full_scale_and_labels_within_theirs() {
        let augment = augment();
        for seed in 0..200 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            // From silence to full scale.
            let mut window: Vec<f32> = (0..96 * 20)
                .map(|n| -3.0 + (n % 51) as f32 / 10.0)
                .collect();
            let other = vec![1.0; window.len()];
            let mut labels = [0.0, 1.0, f32::NAN];
            let mixed = Other {
                window: &other,
                labels: &[1.0, 1.0, 0.0],
            };
            let other = Augment::mixes(&mut random).then_some(mixed);
            let is_mixed = other.is_some();
            augment.alter(&mut random, &mut window, &mut labels, 20, other);
            assert!(window.iter().all(|value| (-3.0001..3.6).contains(value)));
            assert_eq!(labels[1], 1.0);
            assert!(labels[2].is_nan());
            assert!((0.0..=0.5).contains(&labels[0]) && (labels[0] > 0.0) == is_mixed);
        }
    }
}
