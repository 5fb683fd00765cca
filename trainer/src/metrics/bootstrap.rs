//! Confidence intervals by resampling clips, or all clips of a source together.

use std::collections::BTreeMap;

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::ranking::{Areas, Ranking};

/// The percentile bootstrap: each draw takes as many [`Units`] as there are, with replacement, and
/// an interval spans the middle 95 % of the draws' results.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bootstrap {
    /// Number of draws. Without any there are no intervals.
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

/// The units that are drawn. Clips of an album are alike, so if some sources stand for all music,
/// whole sources must be drawn. Otherwise the intervals are too narrow.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Units {
    /// The unit of each clip.
    of_clip: Vec<usize>,
    count: usize,
}

impl Units {
    /// Each clip on its own.
    #[must_use]
    pub fn clips(clips: usize) -> Self {
        Self {
            of_clip: (0..clips).collect(),
            count: clips,
        }
    }

    /// All clips of a source together, by the name of each clip's source.
    pub fn sources<'a>(names: impl Iterator<Item = &'a str>) -> Self {
        let mut numbers = BTreeMap::new();
        let of_clip = names
            .map(|name| {
                let next = numbers.len();
                *numbers.entry(name).or_insert(next)
            })
            .collect();
        Self {
            of_clip,
            count: numbers.len(),
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
    /// The middle 95 % of `values`, linear between neighbours; `None` without values.
    pub(super) fn middle(mut values: Vec<f64>) -> Option<Self> {
        if values.is_empty() {
            return None;
        }
        values.sort_unstable_by(f64::total_cmp);
        Some(Self {
            low: percentile(&values, 0.025),
            high: percentile(&values, 0.975),
        })
    }

    /// The same around `estimate`, a share: the values are moved so that their median is the estimate.
    /// Average precision needs this. A resample holds clips more than once, whose equal scores rank
    /// together, so that its precision is above that of the clips themselves, and the estimate may lie
    /// below the values' middle 95 %.
    pub(super) fn around(estimate: f64, mut values: Vec<f64>) -> Option<Self> {
        values.sort_unstable_by(f64::total_cmp);
        let raw = Self::middle(values.clone())?;
        let shift = estimate - percentile(&values, 0.5);
        Some(Self {
            low: (raw.low + shift).clamp(0.0, 1.0),
            high: (raw.high + shift).clamp(0.0, 1.0),
        })
    }
}

/// The value below which a share of the sorted `values` lies; there is at least one.
fn percentile(values: &[f64], share: f64) -> f64 {
    let at = share * (values.len() - 1) as f64;
    let (below, rest) = (at.floor() as usize, at.fract());
    let above = (below + 1).min(values.len() - 1);
    values[below] + rest * (values[above] - values[below])
}

/// Areas `[resample][tag]` of resamples. A single unit has none, since it would always be drawn.
pub(super) fn resample(
    rankings: &[Ranking],
    units: &Units,
    bootstrap: Bootstrap,
) -> Vec<Vec<Areas>> {
    (0..resamples(units, bootstrap))
        .into_par_iter()
        .map_init(
            || vec![0u16; units.count],
            |counts, resample| {
                draw(counts, bootstrap.seed, resample);
                let times = |clip: usize| u64::from(counts[units.of_clip[clip]]);
                let areas = |ranking: &Ranking| ranking.areas_weighted(times);
                rankings.iter().map(areas).collect()
            },
        )
        .collect()
}

/// The interval of the mean of the clips' values, without the clips that have none.
pub(super) fn mean_interval(
    values: &[Option<f64>],
    units: &Units,
    bootstrap: Bootstrap,
) -> Option<Interval> {
    let mut counts = vec![0; units.count];
    let mean = |resample| {
        draw(&mut counts, bootstrap.seed, resample);
        let (mut sum, mut drawn) = (0.0, 0.0);
        for (value, unit) in values.iter().zip(&units.of_clip) {
            if let Some(value) = value {
                sum += value * f64::from(counts[*unit]);
                drawn += f64::from(counts[*unit]);
            }
        }
        (drawn > 0.0).then(|| sum / drawn)
    };
    Interval::middle((0..resamples(units, bootstrap)).filter_map(mean).collect())
}

/// Number of resamples to draw.
fn resamples(units: &Units, bootstrap: Bootstrap) -> u64 {
    match units.count {
        0 | 1 => 0,
        _ => bootstrap.resamples as u64,
    }
}

/// How often each unit is drawn in one resample. Each resample has its own stream of the generator,
/// so any thread may draw it.
fn draw(counts: &mut [u16], seed: u64, resample: u64) {
    let mut random = ChaCha8Rng::seed_from_u64(seed);
    random.set_stream(resample);
    counts.fill(0);
    for _ in 0..counts.len() {
        let unit = random.random_range(0..counts.len());
        counts[unit] = counts[unit].saturating_add(1);
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
        let around = |estimate: f64| {
            let values = (0..=100)
                .map(|value| f64::from(value) / 200.0 + 0.5)
                .collect();
            <[f64; 2]>::from(Interval::around(estimate, values).unwrap())
        };
        assert!(std::iter::zip(around(0.3), [0.0625, 0.5375]).all(|(a, b)| (a - b).abs() < 1e-12));
        assert!(
            around(0.9)[1] == 1.0 && around(0.1)[0] == 0.0,
            "a share has bounds"
        );
        assert_eq!(Interval::around(0.5, Vec::new()), None);
    }

    #[test]
    fn clips_of_a_source_are_drawn_together_and_widen_the_interval() {
        let names: Vec<String> = (0..200).map(|n| format!("album {}", n / 20)).collect();
        let sources = Units::sources(names.iter().map(String::as_str));
        assert_eq!(sources.count, 10);
        assert_eq!(sources.of_clip[19..21], [0, 1]);
        // The clips of an album are equal, so there are ten values and not two hundred.
        let values: Vec<Option<f64>> = (0..200).map(|n| Some(f64::from(n / 20 % 2))).collect();
        let width = |units: &Units| {
            let interval = mean_interval(&values, units, Bootstrap::default()).unwrap();
            interval.high - interval.low
        };
        assert!(width(&sources) > 3.0 * width(&Units::clips(200)));
        let single = Units::sources(["album"; 200].into_iter());
        assert_eq!(mean_interval(&values, &single, Bootstrap::default()), None);
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
