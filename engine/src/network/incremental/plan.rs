//! How a network is cut into segments, and which of their columns are kept from window to window.
//!
//! A *column* is what a segment gives for one step of time: all maps and bands. Window `s..s + F`
//! (in frames of the stream) has columns `0..columns` of each segment; column `j` sees the frames
//! `j · grid − lead .. j · grid − lead + span` of the window. Where these lie inside the window the
//! column is *inner*: it depends on the sound alone, not on where the window begins or ends, and can
//! be kept. The others see the zeros with which a convolution pads the window: they are its *edges*.
//!
//! The windows of a stream begin on a grid of [`UPDATE_FRAMES`] frames. As long as the columns of a
//! segment lie on a grid that divides it, all windows share them. A pool that breaks this is cut in
//! two: its maximum over bands ends the segment, whose columns stay on the fine grid, and that over
//! time is taken anew for each window. What follows has columns for each *phase* of the coarse grid,
//! and one more part of segments keeps these for each phase. The rest, the tail, is computed whole.

use std::ops::Range;

use super::builder::{Builder, End};
use super::chain::Chain;
use super::finish::Finish;
use super::operator::{Axis, Step};
use crate::{Analyzer, FrontEndSpec};

/// Grid on which the windows of a stream begin.
pub(super) const UPDATE_FRAMES: usize = Analyzer::GRID_FRAMES as usize;
/// A network is computed in parts if that saves at least this factor.
const LEAST_GAIN: u64 = 2;

/// A network cut into parts.
#[derive(Debug)]
pub(super) struct Plan {
    pub frames: usize,
    pub parts: Vec<Part>,
    pub tail: Tail,
    /// Multiply-adds of a whole window, as far as they are known.
    pub macs_whole: u64,
    /// The same for an update a second, on average.
    pub macs_update: u64,
}

/// Segments whose columns are kept for each phase of one grid.
#[derive(Debug)]
pub(super) struct Part {
    pub source: Source,
    /// Windows that begin a multiple of so many frames apart share its columns.
    pub unit: usize,
    pub segments: Vec<Segment>,
}

/// What a part is computed from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Source {
    /// The window's frames.
    Frames,
    /// The maximum over time of the previous part's columns.
    Pool(Axis),
}

/// Operators that are computed together, for some columns at a time.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// What a backend computes of it.
    pub links: Vec<Link>,
    /// What is done to that.
    pub finish: Option<Finish>,
    /// Shapes of its input and output without time.
    pub dims_in: Vec<usize>,
    pub dims_out: Vec<usize>,
    /// Column `j` of its output sees the columns from `j · stride − before` of its input.
    pub stride: usize,
    pub before: usize,
    /// Columns of its input that one of its output sees.
    pub reach: usize,
    /// What lies outside the window.
    pub fill: f32,
    /// Columns of its input and output for a window.
    pub columns_in: usize,
    pub columns: usize,
    /// Frames between columns of the output.
    pub grid: usize,
    /// Frames before the window that column 0 would see.
    pub lead: usize,
    /// Frames that a column sees.
    pub span: usize,
    /// Multiply-adds for a column.
    pub macs: u64,
    /// Whether its columns are kept; if not, they are computed where they are needed.
    pub kept: bool,
    /// Columns that are computed at a time: always so many, so that a column is computed in the
    /// same way whatever else is.
    pub chunk: usize,
}

/// An operator in a segment: all of it, or a pool's maximum over bands.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Link {
    pub step: usize,
    pub bands_only: bool,
}

/// What is computed for whole windows, from the last part's columns on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Tail {
    /// The first of the chain's steps in it.
    pub first_step: usize,
    /// Of that one, a pool, only the maximum over time.
    pub time_only: bool,
}

impl Segment {
    /// Values in a column of its input.
    pub fn rows_in(&self) -> usize {
        self.dims_in.iter().product()
    }

    /// Values in a column of its output.
    pub fn rows(&self) -> usize {
        self.dims_out.iter().product()
    }

    /// Shape of what a backend gives for a chunk of its output; time is the last axis.
    pub fn backend_output(&self) -> Vec<usize> {
        let (dims, columns) = match &self.finish {
            Some(finish) => (&finish.dims_in, finish.columns_in(self.chunk)),
            None => (&self.dims_out, self.chunk),
        };
        let mut shape = dims.clone();
        shape.push(columns);
        shape
    }

    /// Columns of its input for a chunk of its output.
    pub fn chunk_in(&self) -> usize {
        (self.chunk - 1) * self.stride + self.reach
    }

    /// The columns that see nothing outside `frames` frames, of `columns` in all; if there are none,
    /// the empty range at the end.
    pub fn inner(&self, frames: usize, columns: usize) -> Range<usize> {
        let first = self.lead.div_ceil(self.grid);
        let end = match (frames + self.lead).checked_sub(self.span) {
            Some(last) => (last / self.grid + 1).min(columns),
            None => 0,
        };
        if first < end {
            first..end
        } else {
            columns..columns
        }
    }
}

impl Plan {
    /// Cuts the network that begins with `chain`.
    ///
    /// # Errors
    /// Why its windows are computed whole.
    pub fn of(chain: &Chain, front_end: &FrontEndSpec) -> Result<Self, String> {
        if !front_end.columns_are_independent() {
            let reason = "the front-end ties a frame's values to others of the window";
            return Err(reason.to_owned());
        }
        let macs_whole = chain.steps.iter().map(whole_macs).sum();
        let mut plan = Self {
            frames: front_end.frames,
            parts: Vec::new(),
            tail: Tail {
                first_step: 0,
                time_only: false,
            },
            macs_whole,
            macs_update: 0,
        };
        plan.cut(chain);
        plan.macs_update = plan.update_macs(chain, front_end);
        if macs_whole == 0 || plan.parts.is_empty() {
            return Err(chain.end.clone());
        }
        if plan.macs_update * LEAST_GAIN > macs_whole {
            return Err(format!("little can be kept ({})", chain.end));
        }
        Ok(plan)
    }

    fn cut(&mut self, chain: &Chain) {
        let first = Builder::new(chain, Source::Frames, UPDATE_FRAMES).part();
        let (part, end) = match (first, first_pool_grid(chain)) {
            // A fine grid on which almost nothing is computed would only cost memory.
            ((part, end), Some(grid))
                if matches!(end, End::Pool(..)) && part.macs() * 10 < self.macs_whole =>
            {
                let coarse = Builder::new(chain, Source::Frames, grid).part();
                if coarse.0.macs() > part.macs() {
                    coarse
                } else {
                    (part, end)
                }
            }
            ((part, end), _) => (part, end),
        };
        if part.macs() == 0 {
            return;
        }
        let mut end_of_parts = end;
        let fine = part.unit == UPDATE_FRAMES;
        let last = part.segments.last().cloned();
        self.parts.push(part);
        if let (End::Pool(step, axis), Some(last), true) = (end, last, fine) {
            let (part, end) = Builder::after_pool(chain, step, axis, &last).part();
            if part.macs() > 0 {
                self.parts.push(part);
                end_of_parts = end;
            }
        }
        self.tail = match end_of_parts {
            End::Pool(step, _) => Tail {
                first_step: step,
                time_only: true,
            },
            End::Step(step) => Tail {
                first_step: step,
                time_only: false,
            },
        };
    }

    /// Multiply-adds of an update, at one a second, on average.
    fn update_macs(&self, chain: &Chain, front_end: &FrontEndSpec) -> u64 {
        let seconds = UPDATE_FRAMES as f64 * front_end.frame_seconds();
        let step = ((1.0 / seconds).round() as usize).max(1) * UPDATE_FRAMES;
        let parts = self
            .parts
            .iter()
            .map(|part| part.update_macs(self.frames, step));
        let tail = chain.steps[self.tail.first_step..].iter().map(whole_macs);
        parts.chain(tail).sum()
    }

    /// The segment whose columns the tail is computed from.
    pub fn last(&self) -> Option<&Segment> {
        self.parts.last()?.segments.last()
    }
}

impl Part {
    /// Multiply-adds of all columns of a window.
    fn macs(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| segment.macs * segment.columns as u64)
            .sum()
    }

    /// Multiply-adds of an update `step` frames after the previous one.
    fn update_macs(&self, frames: usize, step: usize) -> u64 {
        let advance = step / gcd(step, self.unit) * self.unit;
        let mut total = 0;
        let mut chunk_macs = 0;
        for segment in &self.segments {
            chunk_macs += segment.macs * segment.chunk as u64;
            if segment.kept {
                let inner = segment.inner(frames, segment.columns);
                let new = (advance / segment.grid).min(inner.len());
                let chunks = |columns: usize| columns.div_ceil(segment.chunk) as u64;
                let edges = chunks(inner.start) + chunks(segment.columns - inner.end);
                total += (chunks(new) + edges) * chunk_macs;
                chunk_macs = 0;
            }
        }
        total
    }
}

fn whole_macs(step: &Step) -> u64 {
    step.macs * step.shape.last().copied().unwrap_or(0) as u64
}

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}

/// Frames between columns after the first operator that thins them out.
fn first_pool_grid(chain: &Chain) -> Option<usize> {
    let strides = chain.steps.iter().map(|step| step.time().stride);
    strides.into_iter().find(|&stride| stride > 1)
}
