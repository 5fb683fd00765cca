//! Runs a network in segments, and of each only the columns that are new.

use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::{Layout, Place, Work};
use super::plan::{Plan, Source, UPDATE_FRAMES};
use super::state::NetworkState;
use super::turn::Turn;
use crate::network::guarded::Runner;

/// A network in segments. What is kept between windows lies in each stream's [`NetworkState`]; here
/// are the weights, each of them once, and room for one window's work.
pub(in crate::network) struct Staged {
    /// Tells the columns of this network from those of others.
    id: u64,
    plan: Plan,
    /// For each part, what runs its segments.
    runners: Vec<Vec<Box<dyn Runner>>>,
    tail: Box<dyn Runner>,
    work: Work,
}

impl Staged {
    /// Puts a network together from what runs its segments, part by part, and its tail.
    pub(super) fn new(
        plan: Plan,
        runners: Vec<Vec<Box<dyn Runner>>>,
        tail: Box<dyn Runner>,
    ) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self {
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            plan,
            runners,
            tail,
            work: Work::default(),
        }
    }

    /// Computes the window that ended with frame `end_frame` of a stream, and hands the output's
    /// values to `take`.
    pub fn run(
        &mut self,
        state: &mut NetworkState,
        end_frame: u64,
        window: &[f32],
        take: &mut dyn FnMut(&[f32]),
    ) -> Result<(), String> {
        let frames = self.plan.frames as u64;
        let on_grid = end_frame > 0 && end_frame.is_multiple_of(UPDATE_FRAMES as u64);
        let place = match end_frame.checked_sub(frames) {
            Some(first_frame) => Some(Place::Sliding { first_frame }),
            None if on_grid => Some(Place::Tiled {
                period: end_frame as usize,
            }),
            None => None,
        };
        let outcome = match place {
            Some(place) => self.run_at(state, place, window, take),
            None => {
                // Not on the grid: nothing that was kept fits, nor will fit another window.
                state.clear();
                let outcome = self.run_at(state, Place::Sliding { first_frame: 0 }, window, take);
                state.clear();
                outcome
            }
        };
        if outcome.is_err() {
            state.clear();
        }
        outcome
    }

    fn run_at(
        &mut self,
        state: &mut NetworkState,
        place: Place,
        window: &[f32],
        take: &mut dyn FnMut(&[f32]),
    ) -> Result<(), String> {
        state.enter(self.id, &self.plan, place.first_frame());
        let mut previous: Option<Layout> = None;
        let parts = self.plan.parts.iter().zip(&mut self.runners);
        for (index, (part, runners)) in parts.enumerate() {
            if let (Some(previous), Source::Pool(axis)) = (previous, part.source) {
                previous.pool(state, &mut self.work, axis, part.segments[0].columns_in);
            }
            let layout = Layout::new(part, index, place);
            let mut turn = Turn {
                layout,
                runners,
                window,
                frames: self.plan.frames,
                work: &mut self.work,
            };
            turn.run(state)?;
            previous = Some(layout);
        }
        if let Some(last) = previous {
            last.gather_all(state, &mut self.work);
        }
        self.tail.run(&self.work.slice, take)
    }
}
