//! Alters spectrograms in decibels, anew in each epoch: the same music at another level, a little
//! faster or slower at the same pitch, from another beginning, through another equaliser, with noise,
//! under other music, with a gap.

use std::f32::consts::PI;

use rand::RngExt;
use rand_chacha::ChaCha8Rng;
use tagline_engine::FrontEndSpec;

/// Change of level in dB. Recordings are rarely louder than the prepared ones, and often softer.
const LEVEL_DB: [f32; 2] = [-24.0, 6.0];
/// Largest change of a band in dB by each wave of the equaliser and by its tilt.
const WAVE_DB: f32 = 3.0;
const TILT_DB: f32 = 6.0;
/// Probability of a low-pass or high-pass, and its slope in dB a band.
const FILTERED: f64 = 0.15;
const FILTER_DB: [f32; 2] = [0.8, 6.0];
/// Probability of noise, and its distance from the loudest band in dB.
const NOISY: f64 = 0.25;
const NOISE_DB: [f32; 2] = [30.0, 80.0];
/// Probability of other music, and how many dB softer it is.
const MIXED: f64 = 0.25;
const OTHER_DB: [f32; 2] = [0.0, 12.0];
/// Probability of another speed at the same pitch, and its largest change.
const STRETCHED: f64 = 0.5;
const STRETCH: f32 = 0.08;
/// Probability of a silent gap, and its share of the window.
const GAPPED: f64 = 0.1;
const GAP: [f32; 2] = [0.01, 0.12];

/// How much is altered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Strength {
    /// Everything, also what a listener would give other labels for: other music, filters, gaps.
    Full,
    /// What leaves a listener's labels as they are: level and half the equalisation, a little noise and
    /// stretching, for labels that belong to the sound as it is.
    Gentle,
}

impl Strength {
    /// The part that is left of what happens sometimes, or by some amount.
    fn part(self) -> f32 {
        match self {
            Self::Full => 1.0,
            Self::Gentle => 0.4,
        }
    }

    /// How often something happens that happens in this part of the windows at full strength, though
    /// it changes what is heard.
    fn often(self, part: f64) -> f64 {
        match self {
            Self::Full => part,
            Self::Gentle => 0.0,
        }
    }
}

/// Alters windows of a front-end.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Augment {
    scale: f32,
    offset: f32,
    floor_db: f32,
    strength: Strength,
}

/// Music that is mixed in.
pub(crate) struct Other<'a> {
    /// `[band, frame]`, of the same size.
    pub window: &'a [f32],
    pub labels: &'a [f32],
}

impl Augment {
    pub fn new(spec: &FrontEndSpec, strength: Strength) -> Self {
        Self {
            strength,
            scale: spec.scale,
            offset: spec.offset,
            floor_db: 10.0 * spec.floor.log10(),
        }
    }

    /// Whether other music comes into the next window.
    pub fn mixes(&self, random: &mut ChaCha8Rng) -> bool {
        random.random_bool(self.strength.often(MIXED))
    }

    /// Alters `window`, `[band, frame]`, the network's input, and its labels.
    ///
    /// In a mixture of two pieces, each label is the mean of both, weighted by their power. A label
    /// that is unknown for either piece is unknown.
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
        let part = self.strength.part();
        // What the maxima over blocks of frames say depends on where the blocks begin.
        let turn = random.random_range(0..frames);
        for row in window.chunks_exact_mut(frames) {
            row.rotate_left(turn);
        }
        if random.random_bool(STRETCHED) {
            let speed = 1.0 + part * random.random_range(-STRETCH..STRETCH);
            let mut straight = vec![0.0; frames];
            for row in window.chunks_exact_mut(frames) {
                straight.copy_from_slice(row);
                play_at(speed, &straight, row);
            }
        }
        if let Some(other) = other {
            let below_db = random.random_range(OTHER_DB[0]..OTHER_DB[1]);
            let mut power = [0.0; 2];
            for (value, other) in window.iter_mut().zip(other.window) {
                let other_db = (other - self.offset) / self.scale - below_db;
                power[0] += power_of(*value);
                power[1] += power_of(other_db);
                *value = sum_db(*value, other_db);
            }
            let share = (power[0] / (power[0] + power[1])) as f32;
            for (label, other) in labels.iter_mut().zip(other.labels) {
                *label = share * *label + (1.0 - share) * other;
            }
        }
        if random.random_bool(self.strength.often(GAPPED)) {
            let length = (random.random_range(GAP[0]..GAP[1]) * frames as f32) as usize;
            let start = random.random_range(0..=frames - length);
            for row in window.chunks_exact_mut(frames) {
                row[start..start + length].fill(self.floor_db);
            }
        }
        let bands = window.len() / frames;
        let gains = gains(random, bands, self.strength);
        let noise = random.random_bool(f64::from(part) * NOISY).then(|| {
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
                    // Noise differs from frame to frame by some dB.
                    db = sum_db(db, noise + random.random_range(-4.0..4.0));
                }
                *value = (db + gains[band]).max(self.floor_db) * self.scale + self.offset;
            }
        }
    }
}

/// The power of a level, where full scale is 1.
fn power_of(db: f32) -> f64 {
    f64::from(db * std::f32::consts::LN_10 / 10.0).exp()
}

/// Reads `row` at another speed. After its end it begins again, as a window repeats what has been
/// heard.
fn play_at(speed: f32, row: &[f32], out: &mut [f32]) {
    for (frame, value) in out.iter_mut().enumerate() {
        let place = frame as f32 * speed;
        let (at, way) = (place as usize % row.len(), place.fract());
        let next = row[(at + 1) % row.len()];
        *value = row[at] + way * (next - row[at]);
    }
}

/// The level of two independent sounds together.
fn sum_db(a: f32, b: f32) -> f32 {
    let (high, low) = if a > b { (a, b) } else { (b, a) };
    // 10 log10(2) and what is left of it; below 30 dB less than 0.005 dB.
    if high - low > 30.0 {
        return high;
    }
    high + 4.342_945 * ((low - high) * 0.230_258_51).exp().ln_1p()
}

/// Level, equaliser and filter, for each band in dB.
fn gains(random: &mut ChaCha8Rng, bands: usize, strength: Strength) -> Vec<f32> {
    let part = strength.part();
    let level = random.random_range(LEVEL_DB[0]..LEVEL_DB[1]);
    let tilt = part * random.random_range(-TILT_DB..TILT_DB);
    let waves: [[f32; 2]; 3] = std::array::from_fn(|_| {
        [
            part * random.random_range(-WAVE_DB..WAVE_DB),
            random.random_range(0.0..2.0 * PI),
        ]
    });
    let filter = random.random_bool(strength.often(FILTERED)).then(|| {
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
        Augment::new(
            &FrontEndSpec::choi2016().with_training_affine(),
            Strength::Full,
        )
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
            let other = augment.mixes(&mut random).then_some(mixed);
            let is_mixed = other.is_some();
            augment.alter(&mut random, &mut window, &mut labels, 20, other);
            assert!(window.iter().all(|value| (-3.0001..3.6).contains(value)));
            assert_eq!(labels[1], 1.0);
            assert!(labels[2].is_nan());
            assert!((0.0..=1.0).contains(&labels[0]) && (labels[0] > 0.0) == is_mixed);
        }
    }

    #[test]
    fn labels_follow_what_is_heard_and_not_what_was_turned_up() {
        let augment = augment();
        // Music at -40 dB, and silence at the floor.
        let (music, silence) = (vec![0.0; 96 * 20], vec![-3.0; 96 * 20]);
        for seed in 0..50 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            let mut alter = |below: &[f32], own: f32, above: &[f32], other: f32| {
                let (mut window, mut labels) = (below.to_vec(), [own]);
                let other = Other {
                    window: above,
                    labels: &[other],
                };
                augment.alter(&mut random, &mut window, &mut labels, 20, Some(other));
                labels[0]
            };
            assert!(alter(&music, 1.0, &silence, 0.0) > 0.999);
            assert!(alter(&silence, 0.0, &music, 1.0) > 0.999);
            assert!((0.5..0.95).contains(&alter(&music, 1.0, &music, 0.0)));
        }
    }

    #[test]
    fn gently_altered_a_window_keeps_its_labels_and_its_sound() {
        let augment = Augment {
            strength: Strength::Gentle,
            ..augment()
        };
        let music: Vec<f32> = (0..96 * 20).map(|n| (n % 7) as f32 / 10.0).collect();
        for seed in 0..200 {
            let mut random = ChaCha8Rng::seed_from_u64(seed);
            assert!(!augment.mixes(&mut random));
            let (mut window, mut labels) = (music.clone(), [0.3]);
            augment.alter(&mut random, &mut window, &mut labels, 20, None);
            assert_eq!(labels, [0.3]);
            // No band is filtered away, and no frame is silent.
            let level = window.iter().sum::<f32>() / window.len() as f32;
            assert!(window.iter().all(|value| (value - level).abs() < 1.0));
        }
    }

    #[test]
    fn a_row_played_faster_begins_again_after_its_end() {
        let row: Vec<f32> = (0..10).map(|n| n as f32).collect();
        let mut out = vec![0.0; 10];
        play_at(1.5, &row, &mut out);
        assert_eq!(out, [0.0, 1.5, 3.0, 4.5, 6.0, 7.5, 9.0, 0.5, 2.0, 3.5]);
        play_at(1.0, &row, &mut out);
        assert_eq!(out, row);
    }
}
