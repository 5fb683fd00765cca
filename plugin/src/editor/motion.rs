//! The place and the length of each tag's bar. Both ease toward the newest update, so that nothing
//! jumps and neighbours of almost equal value do not swap places all the time.

use std::sync::Arc;

use crate::core::view::{ModelInForce, Snapshot};

/// A tag overtakes the one above it only if it is larger by more than this, in value 0 to 1,
const OVERTAKE_BY: f32 = 0.003;
/// and by more than this part of its own value.
const OVERTAKE_BY_PART: f32 = 0.03;
/// Time constant of a bar's length, in seconds.
const LENGTH_SECONDS: f32 = 0.12;
/// Time constant of a bar's place, in seconds.
const PLACE_SECONDS: f32 = 0.14;
/// A bar has reached its length when it is nearer than this, in value 0 to 1: about a pixel.
const LENGTH_SETTLED: f32 = 0.002;
/// A bar has reached its place when it is nearer than this, in rows: half a pixel.
const PLACE_SETTLED: f32 = 0.02;

/// A tag that has reached its threshold is a yes until it is further below than this, in value 0 to 1. So a
/// tag that trembles there does not make its mark flicker.
const MARK_HYSTERESIS: f32 = 0.05;

/// A tag's bar as it is drawn now.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bar {
    /// Drawn value, 0 to 1.
    pub value: f32,
    /// Drawn place from the top, in rows; between two rows while it moves.
    pub row: f32,
    /// Whether its tag is a yes: at its threshold, or not far below since it was there.
    pub reached: bool,
}

/// All bars, by tag.
#[derive(Debug, Default)]
pub struct Motion {
    model: Option<Arc<ModelInForce>>,
    bars: Vec<Bar>,
    /// Tags from the strongest to the weakest, the pinned ones first.
    order: Vec<usize>,
}

impl Motion {
    /// Moves the bars on by `seconds` toward `snapshot`. Returns whether any still moves.
    pub fn advance(&mut self, snapshot: &Snapshot, seconds: f32) -> bool {
        let count = snapshot.tags().len();
        let values = &snapshot.values[..count];
        if !self.has_tags_of(snapshot) {
            self.start_again(values);
        }
        self.model.clone_from(&snapshot.model);
        let rank = |tag: usize| match (snapshot.is_hidden(tag), snapshot.is_pinned(tag)) {
            (true, _) => Rank::Hidden,
            (false, true) => Rank::Pinned,
            (false, false) => Rank::Plain,
        };
        reorder(&mut self.order, values, rank);

        let mut moving = false;
        for (row, &tag) in self.order.iter().enumerate() {
            let bar = &mut self.bars[tag];
            let (length, place) = (seconds / LENGTH_SECONDS, seconds / PLACE_SECONDS);
            moving |= ease(&mut bar.value, values[tag], length, LENGTH_SETTLED);
            moving |= ease(&mut bar.row, row as f32, place, PLACE_SETTLED);
            bar.reached = reaches(bar.reached, values[tag], snapshot.threshold(tag));
        }
        moving
    }

    /// The tags with their bars, from the strongest to the weakest, the pinned ones first.
    pub fn bars(&self) -> impl DoubleEndedIterator<Item = (usize, Bar)> {
        self.order.iter().map(|&tag| (tag, self.bars[tag]))
    }

    /// Whether the bars are those of the snapshot's model, or of one with the same tags.
    fn has_tags_of(&self, snapshot: &Snapshot) -> bool {
        match (&self.model, &snapshot.model) {
            (Some(mine), Some(theirs)) => {
                Arc::ptr_eq(mine, theirs) || mine.info.tags == theirs.info.tags
            }
            (None, None) => true,
            _ => false,
        }
    }

    /// The bars of another model rise from 0, each in its place from the start.
    fn start_again(&mut self, values: &[f32]) {
        self.order = (0..values.len()).collect();
        self.order.sort_by(|&a, &b| values[b].total_cmp(&values[a]));
        self.bars = vec![
            Bar {
                value: 0.0,
                row: 0.0,
                reached: false,
            };
            values.len()
        ];
        for (row, &tag) in self.order.iter().enumerate() {
            self.bars[tag].row = row as f32;
        }
    }
}

/// Whether a tag of this value is a yes, if it was one or not.
fn reaches(was: bool, value: f32, threshold: Option<f32>) -> bool {
    let slack = if was { MARK_HYSTERESIS } else { 0.0 };
    threshold.is_some_and(|threshold| value >= threshold - slack)
}

/// Moves `value` toward `goal` by `1 - exp(-steps)` of the way, or onto it from nearer than
/// `settled`. Returns whether it is still on its way.
fn ease(value: &mut f32, goal: f32, steps: f32, settled: f32) -> bool {
    let rest = (goal - *value) * (-steps).exp();
    // A NaN would never arrive.
    if rest.is_nan() || rest.abs() <= settled {
        *value = if goal.is_nan() { 0.0 } else { goal };
        return false;
    }
    *value = goal - rest;
    true
}

/// Where tags stand, whatever their values.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Rank {
    Pinned,
    Plain,
    Hidden,
}

/// Sorts `order` by falling value, the pinned ones first and the hidden ones last, but lets a tag overtake only by more than the
/// margin.
fn reorder(order: &mut [usize], values: &[f32], rank: impl Fn(usize) -> Rank) {
    use std::cmp::Ordering::{Equal, Greater, Less};
    let goes_above = |tag: usize, above: usize| match rank(tag).cmp(&rank(above)) {
        Less => true,
        Greater => false,
        Equal => overtakes(values[tag], values[above]),
    };
    // An insertion sort, as almost nothing changes from one update to the next.
    for end in 1..order.len() {
        let mut at = end;
        while at > 0 && goes_above(order[at], order[at - 1]) {
            order.swap(at, at - 1);
            at -= 1;
        }
    }
}

fn overtakes(value: f32, above: f32) -> bool {
    value * (1.0 - OVERTAKE_BY_PART) - OVERTAKE_BY > above
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn a_tag_that_trembles_at_its_threshold_stays_a_yes() {
        let mut reached = false;
        let mut seen = Vec::new();
        for value in [0.48, 0.5, 0.46, 0.51, 0.44, 0.48, 0.5] {
            reached = reaches(reached, value, Some(0.5));
            seen.push(reached);
        }
        assert_eq!(seen, [false, true, true, true, false, false, true]);
        assert!(!reaches(true, 1.0, None), "a value without a threshold");
    }

    #[test]
    fn almost_equal_tags_do_not_swap_places_all_the_time() {
        let mut order = vec![0, 1, 2];
        for step in 0..10 {
            let wobble = if step % 2 == 0 { 0.007 } else { -0.007 };
            reorder(&mut order, &[0.5, 0.5 + wobble, 0.1], |_| Rank::Plain);
            assert_eq!(order, [0, 1, 2]);
        }
    }

    #[test]
    fn a_clearly_stronger_tag_rises_to_its_place() {
        let mut order = vec![0, 1, 2, 3];
        reorder(&mut order, &[0.2, 0.1, 0.9, 0.4], |_| Rank::Plain);
        assert_eq!(order, [2, 3, 0, 1]);
        reorder(&mut order, &[0.2, 0.1, 0.9, 0.4], |tag| {
            if tag < 2 { Rank::Pinned } else { Rank::Plain }
        });
        assert_eq!(order, [0, 1, 2, 3], "the pinned ones are on top");
    }

    #[test]
    fn weak_tags_are_in_order_too() {
        let mut order = vec![0, 1, 2];
        reorder(&mut order, &[0.05, 0.057, 0.02], |_| Rank::Plain);
        assert_eq!(order, [1, 0, 2]);
    }

    #[test]
    fn bars_arrive_and_come_to_rest() {
        let mut snapshot = snapshot_of(&["jazz", "piano", "rock"]);
        snapshot.values[..3].copy_from_slice(&[0.1, 0.8, 0.4]);
        let mut motion = Motion::default();
        assert!(motion.advance(&snapshot, 1.0 / 30.0));
        let frames = (0..120)
            .take_while(|_| motion.advance(&snapshot, 1.0 / 30.0))
            .count();
        assert!(frames < 30, "still moving after {frames} frames");
        let bars: Vec<_> = motion.bars().map(|(tag, bar)| (tag, bar.value)).collect();
        assert_eq!(bars, [(1, 0.8), (2, 0.4), (0, 0.1)]);
    }

    #[test]
    fn a_bar_changes_its_place_gradually() {
        let mut snapshot = snapshot_of(&["jazz", "piano"]);
        snapshot.values[..2].copy_from_slice(&[0.9, 0.1]);
        let mut motion = Motion::default();
        while motion.advance(&snapshot, 0.1) {}
        snapshot.values[..2].copy_from_slice(&[0.1, 0.9]);
        motion.advance(&snapshot, 1.0 / 30.0);
        let (tag, bar) = motion.bars().next().expect("a bar");
        assert_eq!(tag, 1);
        assert!(bar.row > 0.5 && bar.row < 1.0, "{bar:?}");
    }

    #[test]
    fn a_nan_does_not_keep_the_editor_busy() {
        let mut snapshot = snapshot_of(&["jazz", "piano"]);
        snapshot.values[..2].copy_from_slice(&[f32::NAN, 0.5]);
        let mut motion = Motion::default();
        let frames = (0..200)
            .take_while(|_| motion.advance(&snapshot, 1.0 / 30.0))
            .count();
        assert!(frames < 200);
    }

    #[test]
    fn another_models_bars_rise_from_0() {
        let mut motion = Motion::default();
        let mut first = snapshot_of(&["jazz", "piano"]);
        first.values[..2].fill(1.0);
        while motion.advance(&first, 0.1) {}
        let second = snapshot_of(&["speech", "music", "noise"]);
        motion.advance(&second, 0.0);
        assert_eq!(motion.bars().count(), 3);
        assert!(motion.bars().all(|(_, bar)| bar.value == 0.0));
    }
}
