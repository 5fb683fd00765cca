//! How far the tags lie apart when the same audio is shifted by less than a frame.

use serde::Serialize;
use tagline_media::Audio;

use super::{bounce, value};
use crate::bench::BenchOptions;
use crate::demo::DemoError;
use crate::ids;

/// Shifts, in milliseconds.
const SHIFTS_MS: [f64; 5] = [0.0, 5.0, 10.0, 15.0, 20.0];

/// Points by which no tag should move.
const STEADY_POINTS: f64 = 3.0;

/// How far the tags lie apart, in points of per cent, when the same audio is shifted by up to 20 ms.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Steadiness {
    /// On average over tags and updates.
    pub mean_points: f64,
    /// 99 of 100 tags and updates lie no further apart.
    pub most_of_99_percent_points: f64,
    /// The most of all.
    pub most_points: f64,
    /// Share of tags and updates that lie no more than 3 points apart, 0 to 1.
    pub steady_share: f64,
}

impl Steadiness {
    fn of(mut points: Vec<f64>) -> Self {
        points.sort_by(f64::total_cmp);
        let Some(&most_points) = points.last() else {
            return Self::default();
        };
        let steady = points.partition_point(|&points| points <= STEADY_POINTS);
        let count = points.len() as f64;
        Self {
            mean_points: points.iter().sum::<f64>() / count,
            most_of_99_percent_points: points[(points.len() - 1) * 99 / 100],
            most_points,
            steady_share: steady as f64 / count,
        }
    }
}

/// Bounces each song five times.
pub(super) fn measure(
    options: &BenchOptions,
    focus: Option<f64>,
    songs: &[Audio],
) -> Result<Steadiness, DemoError> {
    let mut points = Vec::new();
    for song in songs {
        let rate_hz = f64::from(song.sample_rate_hz);
        let mut shifted = Vec::new();
        for milliseconds in SHIFTS_MS {
            let start = (milliseconds / 1e3 * rate_hz) as usize;
            let cut = |channel: &Vec<f32>| channel.get(start..).unwrap_or_default().to_vec();
            let channels: Vec<Vec<f32>> = song.channels.iter().map(cut).collect();
            shifted.push(bounce(options, focus, &channels, song.sample_rate_hz)?.updates);
        }
        let updates = shifted.iter().map(Vec::len).min().unwrap_or(0);
        for update in 0..updates {
            for tag in 0..ids::TAGS.count() {
                let values = shifted.iter().map(|updates| value(&updates[update], tag));
                let (low, high) = values.fold((1.0f64, 0.0f64), |(low, high), value| {
                    (low.min(value), high.max(value))
                });
                points.push(100.0 * (high - low).max(0.0));
            }
        }
    }
    Ok(Steadiness::of(points))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_points() {
        let found = Steadiness::of((0..200).map(f64::from).collect());
        assert_eq!(found.mean_points, 99.5);
        assert_eq!(found.most_of_99_percent_points, 197.0);
        assert_eq!(found.most_points, 199.0);
        assert_eq!(found.steady_share, 0.02);
        assert_eq!(Steadiness::of(Vec::new()), Steadiness::default());
    }
}
