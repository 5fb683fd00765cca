//! Updates along time, as a picture needs them.

use std::ops::Range;

/// Updates in ascending order of position, whatever the caller gave.
pub struct Timeline<'a> {
    positions_seconds: Vec<f64>,
    rows: Vec<&'a [f32]>,
}

impl<'a> Timeline<'a> {
    /// Pairs positions with probabilities. Those without a counterpart or a finite position are left
    /// out.
    #[must_use]
    pub fn new<R: AsRef<[f32]>>(positions_seconds: &[f64], probabilities: &'a [R]) -> Self {
        let mut updates: Vec<(f64, &[f32])> = positions_seconds
            .iter()
            .zip(probabilities)
            .filter(|(position, _)| position.is_finite() && **position >= 0.0)
            .map(|(position, row)| (*position, row.as_ref()))
            .collect();
        updates.sort_by(|a, b| a.0.total_cmp(&b.0));
        let (positions_seconds, rows) = updates.into_iter().unzip();
        Self {
            positions_seconds,
            rows,
        }
    }

    /// Whether it has no updates.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `[update][tag]`; empty where nothing is known.
    #[must_use]
    pub fn rows(&self) -> &[&'a [f32]] {
        &self.rows
    }

    /// Until when the last update holds: as long as those before it did, on average. Never 0.
    #[must_use]
    pub fn end_seconds(&self) -> f64 {
        let (Some(first), Some(last)) = (
            self.positions_seconds.first(),
            self.positions_seconds.last(),
        ) else {
            return 1.0;
        };
        let steps = (self.positions_seconds.len() - 1).max(1) as f64;
        let step = (last - first) / steps;
        let end = last + if step > 0.0 { step } else { 1.0 };
        // The largest finite positions have no room for one more step.
        if end.is_finite() { end } else { *last }
    }

    /// The updates in force between two times: those that begin there, or else the one that
    /// began before.
    #[must_use]
    pub fn between(&self, start_seconds: f64, end_seconds: f64) -> Range<usize> {
        let first = self
            .positions_seconds
            .partition_point(|at| *at < start_seconds);
        let end = self
            .positions_seconds
            .partition_point(|at| *at < end_seconds);
        if first < end {
            first..end
        } else {
            first.saturating_sub(1)..first
        }
    }

    /// Mean probability of a tag over some updates; `None` if there is none.
    #[must_use]
    pub fn mean(&self, updates: Range<usize>, tag: usize) -> Option<f32> {
        let known = self.rows[updates]
            .iter()
            .filter_map(|row| row.get(tag).copied().filter(|value| value.is_finite()));
        let (sum, count) = known.fold((0.0, 0), |(sum, count), value| {
            (sum + value.clamp(0.0, 1.0), count + 1)
        });
        (count > 0).then(|| sum / count as f32)
    }
}

/// Distance between the ticks of an axis of this length: 1, 2 or 5 times a power of ten, for 5 to
/// 12 ticks.
#[must_use]
pub fn tick_seconds(length_seconds: f64) -> f64 {
    let rough = length_seconds / 12.0;
    let power = 10f64.powf(rough.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|factor| factor * power)
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_few() {
        for length_seconds in [0.4, 1.0, 3.0, 29.0, 60.0, 217.0, 3_600.0, 1e6] {
            let ticks = (length_seconds / tick_seconds(length_seconds)) as usize;
            assert!(
                (4..=12).contains(&ticks),
                "{length_seconds} s: {ticks} ticks"
            );
        }
        assert_eq!(tick_seconds(60.0), 5.0);
        assert_eq!(tick_seconds(29.0), 5.0);
    }

    #[test]
    fn an_update_holds_until_the_next() {
        let rows = vec![vec![0.2], vec![0.4], vec![0.8]];
        let timeline = Timeline::new(&[3.0, 4.0, 5.0], &rows);
        assert_eq!(timeline.mean(timeline.between(0.0, 1.0), 0), None);
        assert_eq!(timeline.mean(timeline.between(3.5, 3.6), 0), Some(0.2));
        assert_eq!(timeline.mean(timeline.between(9.0, 9.1), 0), Some(0.8));
        let both = timeline
            .mean(timeline.between(3.9, 5.1), 0)
            .unwrap_or_default();
        assert!((both - 0.6).abs() < 1e-6);
        assert_eq!(timeline.end_seconds(), 6.0);
    }
}
