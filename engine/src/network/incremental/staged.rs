//! Runs a network in segments, and computes only the columns that are new.

use std::sync::atomic::{AtomicU64, Ordering};

use super::layout::{Layout, Place, Work};
use super::plan::Plan;
use super::segment::{Source, UPDATE_FRAMES};
use super::state::NetworkState;
use super::turn::Turn;
use crate::network::runner::Runner;
use crate::network::span::Span;

/// A network in segments. It holds the weights, once, and the buffers for one window's work. Each
/// stream's [`NetworkState`] keeps what lasts between windows.
pub(in crate::network) struct Staged {
    /// Tells this network's columns from those of others.
    id: u64,
    plan: Plan,
    /// The runners of each part's segments.
    runners: Vec<Vec<Box<dyn Runner>>>,
    tail: Box<dyn Runner>,
    work: Work,
}

impl Staged {
    /// Makes a network from the runners of its segments, part by part, and of its tail.
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

    /// Computes the `window` that shows the stretch `span` of a stream, and calls `take` with the
    /// output's values.
    pub fn run(
        &mut self,
        state: &mut NetworkState,
        span: Span,
        window: &[f32],
        take: &mut dyn FnMut(&[f32]),
    ) -> Result<(), String> {
        let outcome = match self.place(span) {
            Some(place) => self.run_at(state, place, window, take),
            None => {
                // Off the grid, no kept column fits this window, and none of this window's fits another.
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

    /// How a window that shows `span` lies in its stream. `None` if it does not lie on the grid.
    fn place(&self, span: Span) -> Option<Place> {
        let frames = self.plan.frames as u64;
        let first_frame = span.end_frame.checked_sub(span.frames.min(frames))?;
        if span.frames >= frames {
            return Some(Place::Sliding { first_frame });
        }
        let on_grid = |frame: u64| frame.is_multiple_of(UPDATE_FRAMES as u64);
        let fits = span.frames > 0 && on_grid(span.frames) && on_grid(first_frame);
        fits.then_some(Place::Tiled {
            first_frame,
            period: span.frames as usize,
        })
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
