//! How far the tags lie apart when the same audio is shifted by less than a frame.

use serde::Serialize;
use tagline_media::Audio;

use super::{bounce, value};
use crate::bench::BenchOptions;
use crate::demo::DemoError;
use crate::{Update, ids};

/// Shifts, in milliseconds.
const SHIFTS_MS: [f64; 5] = [0.0, 5.0, 10.0, 15.0, 20.0];

/// Points by which no tag should move.
const STEADY_POINTS: f64 = 3.0;

/// A tag is at rest where it has stayed within [`STEADY_POINTS`] for so long, in seconds.
const REST_SECONDS: f64 = 3.0;

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
    /// The same share of those tags and updates alone at which the tag is at rest: in the audio that is not
    /// shifted it has stayed within 3 points for 3 s.
    pub steady_share_at_rest: f64,
    /// 99 of 100 of those lie no further apart.
    pub most_of_99_percent_at_rest_points: f64,
}

impl Steadiness {
    fn of(mut points: Vec<f64>, mut at_rest: Vec<f64>) -> Self {
        points.sort_by(f64::total_cmp);
        at_rest.sort_by(f64::total_cmp);
        let Some(&most_points) = points.last() else {
            return Self::default();
        };
        Self {
            mean_points: points.iter().sum::<f64>() / points.len() as f64,
            most_of_99_percent_points: most_of_99_percent(&points),
            most_points,
            steady_share: steady_share(&points),
            steady_share_at_rest: steady_share(&at_rest),
            most_of_99_percent_at_rest_points: most_of_99_percent(&at_rest),
        }
    }
}

/// The share of sorted points that are no more than [`STEADY_POINTS`]; 0 of none.
fn steady_share(points: &[f64]) -> f64 {
    let steady = points.partition_point(|&points| points <= STEADY_POINTS);
    steady as f64 / points.len().max(1) as f64
}

/// What 99 of 100 sorted points do not exceed; 0 of none.
fn most_of_99_percent(points: &[f64]) -> f64 {
    let last = points.len().saturating_sub(1);
    points.get(last * 99 / 100).copied().unwrap_or(0.0)
}

/// Whether a tag has stayed within [`STEADY_POINTS`] up to this update.
fn is_at_rest(updates: &[Update], at: usize, tag: usize, rate_hz: f64) -> bool {
    let from = updates[at].position_samples as f64 - REST_SECONDS * rate_hz;
    let begins = updates.partition_point(|update| (update.position_samples as f64) < from);
    // The first updates have not been at rest for so long.
    if begins == 0 {
        return false;
    }
    let values = updates[begins..=at].iter().map(|update| value(update, tag));
    let (low, high) = values.fold((1.0f64, 0.0f64), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    100.0 * (high - low) <= STEADY_POINTS
}

/// Bounces each song five times.
pub(super) fn measure(
    options: &BenchOptions,
    focus: Option<f64>,
    songs: &[Audio],
) -> Result<Steadiness, DemoError> {
    let (mut points, mut at_rest) = (Vec::new(), Vec::new());
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
                let apart = 100.0 * (high - low).max(0.0);
                points.push(apart);
                if is_at_rest(&shifted[0], update, tag, rate_hz) {
                    at_rest.push(apart);
                }
            }
        }
    }
    Ok(Steadiness::of(points, at_rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_figures_are_those_of_the_points() {
        let found = Steadiness::of((0..200).map(f64::from).collect(), vec![1.0, 2.0, 3.0, 4.0]);
        assert_eq!(found.mean_points, 99.5);
        assert_eq!(found.most_of_99_percent_points, 197.0);
        assert_eq!(found.most_points, 199.0);
        assert_eq!(found.steady_share, 0.02);
        assert_eq!(found.steady_share_at_rest, 0.75);
        assert_eq!(found.most_of_99_percent_at_rest_points, 3.0);
        assert_eq!(
            Steadiness::of(Vec::new(), Vec::new()),
            Steadiness::default()
        );
    }

    #[test]
    fn a_tag_is_at_rest_once_it_has_stayed_where_it_is_for_three_seconds() {
        let update = |(second, value): (u64, f64)| Update {
            position_samples: 1000 * second,
            tags: vec![(5, value)],
            ..Update::default()
        };
        let values = [0.9, 0.5, 0.51, 0.52, 0.5, 0.51, 0.6, 0.61];
        let updates: Vec<Update> = (3..).zip(values).map(update).collect();
        let at_rest = (0..updates.len()).filter(|at| is_at_rest(&updates, *at, 0, 1000.0));
        assert_eq!(at_rest.collect::<Vec<_>>(), [4, 5]);
    }
}
