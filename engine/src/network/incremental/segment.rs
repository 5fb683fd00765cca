//! Segments of a network, and their columns.
//!
//! A *column* is what a segment gives for one step of time: all maps and bands. The window `s..s + F`
//! (in frames of the stream) has columns `0..columns` of each segment. Column `j` sees the frames
//! `j · grid − lead .. j · grid − lead + span` of the window. If these lie inside the window, the column
//! is *inner*: it depends on the sound alone, not on where the window begins or ends, and can be kept.
//! The other columns are the window's *edges*: they see the zeros with which a convolution pads it.

use std::ops::Range;

use super::chain::Link;
use super::finish::Finish;
use super::operator::Axis;
use crate::front_end::Analyzer;

/// The grid on which the windows of a stream begin.
pub(super) const UPDATE_FRAMES: usize = Analyzer::GRID_FRAMES as usize;

/// Segments whose columns are kept for each phase of one grid.
#[derive(Debug)]
pub(super) struct Part {
    pub source: Source,
    /// Windows that begin a multiple of this many frames apart share its columns.
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

/// Operators that are computed together, some columns at a time.
#[derive(Clone, Debug)]
pub(super) struct Segment {
    /// The operators that a backend computes.
    pub links: Vec<Link>,
    /// The operators after these, which are computed here.
    pub finish: Option<Finish>,
    /// Shapes of its input and its output, without time.
    pub dims_in: Vec<usize>,
    pub dims_out: Vec<usize>,
    /// Column `j` of its output sees the columns from `j · stride − before` of its input.
    pub stride: usize,
    pub before: usize,
    /// Columns of its input that a column of its output sees.
    pub reach: usize,
    /// The value outside the window.
    pub fill: f32,
    /// Columns of its input and of its output for a window.
    pub columns_in: usize,
    pub columns: usize,
    /// Frames between columns of the output.
    pub grid: usize,
    /// Frames before the window that column 0 sees.
    pub lead: usize,
    /// Frames that a column sees.
    pub span: usize,
    /// Multiply-adds for a column.
    pub macs: u64,
    /// Whether its columns are kept. If not, they are computed whenever they are needed.
    pub kept: bool,
    /// Columns that are computed at a time. The number never changes, so that a column is always
    /// computed in the same way.
    pub chunk: usize,
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

    /// Shape of what a backend gives for a chunk of its output. Time is the last axis.
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

    /// The columns, of `columns` in all, that see nothing outside `frames` frames. If there are none,
    /// this is the empty range at the end.
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

impl Part {
    /// Multiply-adds of all columns of a window.
    pub fn macs(&self) -> u64 {
        self.segments
            .iter()
            .map(|segment| segment.macs * segment.columns as u64)
            .sum()
    }

    /// Multiply-adds of an update `step` frames after the previous one.
    pub fn update_macs(&self, frames: usize, step: usize) -> u64 {
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

fn gcd(a: usize, b: usize) -> usize {
    if b == 0 { a } else { gcd(b, a % b) }
}
