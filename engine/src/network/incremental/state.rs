//! What a stream keeps between windows.

use std::ops::Range;

use super::columns::Columns;
use super::plan::Plan;
use super::segment::{Part, Segment, UPDATE_FRAMES};

/// Most phases of a part whose columns are kept. A new one replaces the one that was used least
/// recently.
const MOST_PHASES: usize = 8;

/// What a [`Network`](crate::Network) remembers of a stream's earlier windows: columns of its inner
/// layers that the next window needs again. No result depends on it, so it may be dropped at any time.
/// [`Clear`](Self::clear) it when the frames are numbered anew: when the stream is reset, or when its
/// front-end changes.
#[derive(Debug, Default)]
pub struct NetworkState {
    /// The network to which these columns belong.
    owner: u64,
    /// The distance of a window's start from the update grid.
    offset: u64,
    /// The phases of each part.
    parts: Vec<Vec<Phase>>,
    uses: u64,
}

/// The columns of one phase of a part, for each segment that is kept.
#[derive(Debug)]
struct Phase {
    /// First frame of a window, modulo the part's unit.
    phase: u64,
    last_use: u64,
    segments: Vec<Option<Columns>>,
}

impl NetworkState {
    /// Forgets everything and gives the memory back.
    pub fn clear(&mut self) {
        self.parts = Vec::new();
    }

    /// Bytes of memory held.
    #[must_use]
    pub fn bytes(&self) -> usize {
        let phases = self.parts.iter().flatten();
        let columns = phases.flat_map(|phase| phase.segments.iter().flatten());
        columns.map(Columns::bytes).sum()
    }

    /// Prepares for a window of the network `owner` that begins with frame `first_frame`.
    pub(super) fn enter(&mut self, owner: u64, plan: &Plan, first_frame: u64) {
        let offset = first_frame % UPDATE_FRAMES as u64;
        if self.owner != owner || self.offset != offset || self.parts.is_empty() {
            // Chunks lie on the update grid. On another grid, columns may be rounded differently.
            self.parts = plan.parts.iter().map(|_| Vec::new()).collect();
        }
        (self.owner, self.offset) = (owner, offset);
        self.uses += 1;
        for (part, phases) in plan.parts.iter().zip(&mut self.parts) {
            let phase = first_frame % part.unit as u64;
            let place = phases
                .iter()
                .position(|p| p.phase == phase)
                .unwrap_or_else(|| {
                    if phases.len() < MOST_PHASES {
                        phases.push(Phase::new(part, phase));
                        return phases.len() - 1;
                    }
                    let oldest = (0..phases.len())
                        .min_by_key(|&i| phases[i].last_use)
                        .unwrap_or(0);
                    phases[oldest].restart(phase);
                    oldest
                });
            phases[place].last_use = self.uses;
            // The current phase comes first.
            phases.swap(0, place);
        }
    }

    /// The kept columns of a segment in the current phase.
    pub(super) fn columns(&self, part: usize, segment: usize) -> Option<&Columns> {
        self.parts
            .get(part)?
            .first()?
            .segments
            .get(segment)?
            .as_ref()
    }

    pub(super) fn columns_mut(&mut self, part: usize, segment: usize) -> Option<&mut Columns> {
        let phase = self.parts.get_mut(part)?.first_mut()?;
        phase.segments.get_mut(segment)?.as_mut()
    }
}

impl Phase {
    fn new(part: &Part, phase: u64) -> Self {
        let kept = |segment: &Segment| {
            segment
                .kept
                .then(|| Columns::new(segment.rows(), segment.columns))
        };
        Self {
            phase,
            last_use: 0,
            segments: part.segments.iter().map(kept).collect(),
        }
    }

    fn restart(&mut self, phase: u64) {
        self.phase = phase;
        for columns in self.segments.iter_mut().flatten() {
            columns.keep(nothing());
        }
    }
}

fn nothing() -> Range<u64> {
    0..0
}
