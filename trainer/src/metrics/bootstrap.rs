//! Confidence intervals by resampling clips.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ranking::{Areas, Ranking};

/// How confidence intervals are found: clips are drawn with replacement, as many as there are; an
/// interval spans the middle 95 % of what the draws give (the percentile bootstrap).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of draws; none gives no intervals.
    pub resamples: usize,
    /// The same seed gives the same intervals, on any number of threads.
    pub seed: u64,
}

impl Bootstrap {
    /// No intervals.
    pub const NONE: Self = Self {
        resamples: 0,
        seed: 0,
    };
}

impl Default for Bootstrap {
    /// 1,000 draws.
    fn default() -> Self {
        Self {
            resamples: 1000,
            seed: 0,
        }
    }
}

/// A 95 % confidence interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "[f64; 2]", into = "[f64; 2]")]
pub struct Interval {
    /// Lower end, the 2.5th percentile.
    pub low: f64,
    /// Upper end, the 97.5th percentile.
    pub high: f64,
}

impl From<[f64; 2]> for Interval {
    fn from([low, high]: [f64; 2]) -> Self {
        Self { low, high }
    }
}

impl From<Interval> for [f64; 2] {
    fn from(interval: Interval) -> Self {
        [interval.low, interval.high]
    }
}

impl Interval {
    /// The middle 95 % of `values`, linear between neighbours; `None` of none.
    pub(super) fn middle(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        let percentile = |share: f64| {
            let at = share * (values.len() - 1) as f64;
            let (below, rest) = (at.floor() as usize, at.fract());
            let above = (below + 1).min(values.len() - 1);
            values[below] + rest * (values[above] - values[below])
        };
        Some(Self {
            low: percentile(0.025),
            high: percentile(0.975),
        })
    }
}

/// Areas `[resample][tag]` of resamples of `clips` clips.
pub(super) fn resample(
    rankings: &[Ranking],
    clips: usize,
    bootstrap: Bootstrap,
) -> Vec<Vec<Areas>> {
    (0..bootstrap.resamples as u64)
        .into_par_iter()
        .map_init(
            || vec![0u16; clips],
            |counts, resample| {
                draw(counts, bootstrap.seed, resample);
                let areas =
                    |ranking: &Ranking| ranking.areas_weighted(|clip| u64::from(counts[clip]));
                rankings.iter().map(areas).collect()
            },
        )
        .collect()
}

/// The interval of the mean of one value a clip.
pub(super) fn mean_interval(values: &[f64], bootstrap: Bootstrap) -> Option<Interval> {
    let mut counts = vec![0; values.len()];
    let mean = |resample| {
        draw(&mut counts, bootstrap.seed, resample);
        let sum: f64 = values
            .iter()
            .zip(&counts)
            .map(|(v, n)| v * f64::from(*n))
            .sum();
        sum / values.len() as f64
    };
    Interval::middle((0..bootstrap.resamples as u64).map(mean).collect())
}

/// How often each clip is drawn in one resample. Each resample has a stream of the generator, so it
/// does not matter which thread draws it.
fn draw(counts: &mut [u16], seed: u64, resample: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(resample);
    counts.fill(0);
    for _ in 0..counts.len() {
        let clip = random.random_range(0..counts.len());
        counts[clip] = counts[clip].saturating_add(1);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_lie_between_neighbours() {
        let interval = Interval::middle((0..=100).rev().map(f64::from).collect()).unwrap();
        assert_eq!(<[f64; 2]>::from(interval), [2.5, 97.5]);
        let single = Interval::middle(vec![3.0]).unwrap();
        assert_eq!(<[f64; 2]>::from(single), [3.0, 3.0]);
        assert_eq!(Interval::middle(Vec::new()), None);
    }

    #[test]
    fn a_resample_draws_as_many_clips_as_there_are() {
        let mut counts = [9; 50];
        draw(&mut counts, 7, 3);
        assert_eq!(counts.iter().sum::<u16>(), 50);
        let mut others = [0; 50];
        draw(&mut others, 7, 4);
        assert_ne!(counts, others);
    }
}
