//! The past along a line: as it was heard, or by the host's song.

use std::collections::BTreeMap;
use std::collections::VecDeque;
use std::sync::Arc;

use tagline_engine::{Moment, Transport};

/// A song that is this much elsewhere than expected has jumped, in seconds.
const JUMP_SECONDS: f64 = 0.5;

/// An update holds for at most so many times the usual time between updates of a song's line.
const HOLDS: f64 = 2.5;

/// Along what the past is laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// By when it was heard.
    #[default]
    Heard,
    /// By where the song stood; what was heard again replaces what was heard before.
    Song,
}

/// Updates along a line, in ascending order.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// Positions, in seconds.
    pub positions_seconds: Vec<f64>,
    /// The update that begins at each position; `None` where nothing is known from there on.
    pub moments: Vec<Option<Arc<Moment>>>,
}

impl Line {
    /// Lays the past out.
    pub fn of(past: &VecDeque<Arc<Moment>>, order: Order) -> Self {
        match order {
            Order::Heard => Self {
                positions_seconds: past.iter().map(|moment| moment.position_seconds).collect(),
                moments: past.iter().cloned().map(Some).collect(),
            },
            Order::Song => by_song(past),
        }
    }

    /// `[update][tag]`, empty where nothing is known.
    pub fn rows(&self) -> Vec<&[f32]> {
        self.moments
            .iter()
            .map(|moment| {
                moment
                    .as_ref()
                    .map_or(&[][..], |known| &known.probabilities)
            })
            .collect()
    }

    /// The update that holds at `seconds`.
    pub fn at(&self, seconds: f64) -> Option<&Arc<Moment>> {
        let next = self.positions_seconds.partition_point(|at| *at <= seconds);
        self.moments.get(next.checked_sub(1)?)?.as_ref()
    }

    /// Where the song stood at `seconds` of the line.
    pub fn transport_at(&self, seconds: f64, order: Order) -> Option<Transport> {
        let moment = self
            .at(seconds)
            .or_else(|| self.moments.first()?.as_ref())?;
        let from = match order {
            Order::Heard => moment.position_seconds,
            Order::Song => moment.transport.seconds?,
        };
        Some(moment.transport.after(seconds - from))
    }
}

fn by_song(past: &VecDeque<Arc<Moment>>) -> Line {
    let step = usual_step(past);
    // The newest of each stretch of the song that is as long as the time between updates.
    let mut newest: BTreeMap<i64, &Arc<Moment>> = BTreeMap::new();
    for moment in past.iter().filter(|moment| moment.transport.playing) {
        if let Some(seconds) = moment.transport.seconds {
            newest.insert((seconds / step).round() as i64, moment);
        }
    }
    let mut line = Line::default();
    let mut last: Option<f64> = None;
    for moment in newest.into_values() {
        let Some(at) = moment.transport.seconds else {
            continue;
        };
        if let Some(last) = last.filter(|last| at - last > HOLDS * step) {
            line.positions_seconds.push(last + step);
            line.moments.push(None);
        }
        line.positions_seconds.push(at);
        line.moments.push(Some(Arc::clone(moment)));
        last = Some(at);
    }
    line
}

/// The usual time between updates: the middle one of all.
fn usual_step(past: &VecDeque<Arc<Moment>>) -> f64 {
    let positions = past.iter().map(|moment| moment.position_seconds);
    let mut steps: Vec<f64> = positions
        .clone()
        .zip(positions.skip(1))
        .map(|(a, b)| b - a)
        .collect();
    steps.sort_by(f64::total_cmp);
    steps.get(steps.len() / 2).copied().unwrap_or(1.0).max(0.1)
}

/// Whether the song jumps, starts or stops between two moments.
pub fn jumps(before: &Moment, after: &Moment) -> bool {
    let passed = after.position_seconds - before.position_seconds;
    let (from, to) = (before.transport, after.transport);
    let expected = from.after(passed).seconds;
    let is_elsewhere = match (expected, to.seconds) {
        (Some(expected), Some(seconds)) => (seconds - expected).abs() > JUMP_SECONDS,
        _ => false,
    };
    from.playing != to.playing || is_elsewhere
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// A moment of a song at 120 beats a minute.
    pub fn moment(position: f64, song: f64, playing: bool, values: &[f32]) -> Arc<Moment> {
        Arc::new(Moment {
            position_seconds: position,
            seconds_heard: 3.0,
            transport: Transport {
                playing,
                seconds: Some(song),
                bars: Some(1.0 + song / 2.0),
                bars_a_second: Some(0.5),
            },
            begins: false,
            probabilities: values.into(),
        })
    }

    #[test]
    fn a_loop_replaces_what_was_heard_of_the_song_before_and_a_gap_stays_unknown() {
        // 10 to 13 s of the song, again 11 to 12 s, then 20 s.
        let songs = [10.0, 11.0, 12.0, 13.0, 11.02, 12.02, 20.0];
        let past = songs.iter().enumerate();
        let past = past.map(|(n, song)| moment(100.0 + n as f64, *song, true, &[n as f32 / 10.0]));
        let line = Line::of(&past.collect(), Order::Song);
        let known: Vec<_> = line.rows().iter().map(|row| row.first().copied()).collect();
        assert_eq!(
            known,
            [Some(0.0), Some(0.4), Some(0.5), Some(0.3), None, Some(0.6)]
        );
        assert_eq!(
            line.positions_seconds,
            [10.0, 11.02, 12.02, 13.0, 14.0, 20.0]
        );
        assert!(line.at(15.0).is_none());
        let at = line.transport_at(13.5, Order::Song).expect("known");
        assert_eq!(at.bars, Some(1.0 + 13.5 / 2.0));
    }

    #[test]
    fn a_stopped_song_has_no_place_in_its_line() {
        let past = [
            moment(1.0, 5.0, false, &[0.1]),
            moment(2.0, 5.0, true, &[0.2]),
        ];
        let line = Line::of(&past.into(), Order::Song);
        assert_eq!(line.rows(), [[0.2]]);
        assert!(Line::of(&VecDeque::new(), Order::Song).rows().is_empty());
    }

    #[test]
    fn starts_stops_and_jumps_are_seen_and_late_updates_are_none() {
        let a = moment(10.0, 20.0, true, &[0.1]);
        assert!(!jumps(&a, &moment(14.0, 24.1, true, &[0.1])));
        assert!(jumps(&a, &moment(11.0, 5.0, true, &[0.1])));
        assert!(jumps(&a, &moment(11.0, 21.0, false, &[0.1])));
    }
}
