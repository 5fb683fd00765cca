//! Where the macros and their sources have been, as the editor has seen them.

use std::collections::VecDeque;

use crate::core::macros::MACROS;
use crate::core::view::Snapshot;

/// How far back a curve goes, in seconds.
pub const KEPT_SECONDS: f64 = 20.0;

/// Least time between two points, in seconds.
const STEP_SECONDS: f64 = 0.03;

/// After so long without a look, nothing is known of the time between, in seconds.
const BLIND_SECONDS: f64 = 1.5;

/// All macros at one moment.
#[derive(Clone, Copy, Debug)]
struct Seen {
    seconds: f64,
    sources: [Option<f32>; MACROS],
    values: [f32; MACROS],
}

/// A point of a curve: seconds of the editor's time, and a value from 0 to 1.
pub type Point = (f64, f32);

/// What has been seen in the last seconds.
#[derive(Debug, Default)]
pub struct Traces {
    seen: VecDeque<Seen>,
}

impl Traces {
    /// Notes where the macros stand now.
    pub fn see(&mut self, snapshot: &Snapshot, seconds: f64) {
        let last = self.seen.back().map(|seen| seen.seconds);
        if last.is_some_and(|last| (0.0..STEP_SECONDS).contains(&(seconds - last))) {
            return;
        }
        if last.is_some_and(|last| !(0.0..BLIND_SECONDS).contains(&(seconds - last))) {
            self.seen.clear();
        }
        self.seen.push_back(Seen {
            seconds,
            sources: snapshot.macro_sources,
            values: snapshot.macro_values,
        });
        while self
            .seen
            .front()
            .is_some_and(|seen| seconds - seen.seconds > KEPT_SECONDS)
        {
            self.seen.pop_front();
        }
    }

    /// The newest moment.
    pub fn now(&self) -> f64 {
        self.seen.back().map_or(0.0, |seen| seen.seconds)
    }

    /// The curve of a macro's value.
    pub fn value(&self, index: usize) -> Vec<Point> {
        let seen = self.seen.iter();
        seen.map(|seen| (seen.seconds, seen.values[index]))
            .collect()
    }

    /// The curve of its source, in pieces: one for each time in which it had a value.
    pub fn source(&self, index: usize) -> Vec<Vec<Point>> {
        let mut pieces = vec![Vec::new()];
        for seen in &self.seen {
            let Some(piece) = pieces.last_mut() else {
                continue;
            };
            match seen.sources[index] {
                Some(value) => piece.push((seen.seconds, value)),
                None if !piece.is_empty() => pieces.push(Vec::new()),
                None => {}
            }
        }
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_has_the_last_seconds_and_gaps_where_there_was_no_source() {
        let mut traces = Traces::default();
        let mut snapshot = Snapshot::default();
        for step in 0..3_000_u32 {
            snapshot.macro_sources[1] = (step / 1_000 != 2 || step > 2_500).then_some(0.5);
            traces.see(&snapshot, f64::from(step) / 100.0);
        }
        let values = traces.value(1);
        let span = values[values.len() - 1].0 - values[0].0;
        assert!((19.0..=KEPT_SECONDS).contains(&span), "{span}");
        assert!(values.len() < 700, "{} points", values.len());
        let pieces = traces.source(1);
        assert_eq!(pieces.len(), 2);
        assert!(pieces[0].last().is_some_and(|(seconds, _)| *seconds < 20.0));
        assert!(pieces[1][0].0 > 25.0);
    }

    #[test]
    fn what_was_before_the_editor_was_hidden_is_not_joined_to_what_is_now() {
        let mut traces = Traces::default();
        let snapshot = Snapshot::default();
        traces.see(&snapshot, 1.0);
        traces.see(&snapshot, 9.0);
        assert_eq!(traces.value(0).len(), 1);
    }
}
