//! Says where the columns of a window lie: kept, loose, or outside.

use std::ops::Range;

use super::columns::{Columns, Loose};
use super::finish::raise;
use super::operator::Axis;
use super::segment::{Part, Segment, Source};
use super::state::NetworkState;

/// How a window lies in its stream.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Place {
    /// It shows the stream's frames from this one on.
    Sliding { first_frame: u64 },
    /// It shows `period` frames of the stream from `first_frame` on, over and over.
    Tiled { first_frame: u64, period: usize },
}

impl Place {
    /// The stream's frame with which the window begins.
    pub fn first_frame(self) -> u64 {
        match self {
            Self::Sliding { first_frame } | Self::Tiled { first_frame, .. } => first_frame,
        }
    }
}

/// How columns are numbered.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum View {
    /// From the start of the window. There is nothing outside.
    Window,
    /// From the start of a stretch of `period` frames that repeats without end.
    Round { period: usize },
}

/// Buffers for the work on one window.
#[derive(Default)]
pub(super) struct Work {
    /// The window's columns that are not kept, for each segment of the current part.
    pub edges: Vec<Loose>,
    /// The same for the repeated stretch: the columns that see both its end and its start.
    pub seams: Vec<Loose>,
    /// The source of the current part, if it is pooled: `[column, row]`.
    pub pooled: Vec<f32>,
    /// The input or output of a segment: `[row, column]`.
    pub slice: Vec<f32>,
    /// The buffer for the next one.
    pub spare: Vec<f32>,
}

/// How a window lies in one part.
#[derive(Clone, Copy)]
pub(super) struct Layout<'a> {
    pub part: &'a Part,
    index: usize,
    /// `None` if the part can share no column with another window, or within this one.
    pub place: Option<Place>,
}

impl<'a> Layout<'a> {
    pub fn new(part: &'a Part, index: usize, place: Place) -> Self {
        let shared = match place {
            Place::Sliding { .. } => true,
            Place::Tiled { period, .. } => {
                part.source == Source::Frames && period.is_multiple_of(part.unit)
            }
        };
        Self {
            part,
            index,
            place: shared.then_some(place),
        }
    }

    /// The columns of `segment` that are not the window's edges.
    pub fn inner(&self, segment: &Segment, frames: usize) -> Range<usize> {
        match self.place {
            Some(_) => segment.inner(frames, segment.columns),
            None => segment.columns..segment.columns,
        }
    }

    /// The number under which the window's first column of `segment` is kept.
    pub fn first_number(&self, segment: &Segment) -> u64 {
        let first_frame = self.place.map_or(0, Place::first_frame);
        (first_frame - first_frame % self.part.unit as u64) / segment.grid as u64
    }

    /// Column `column` of segment `index`; `None` outside.
    pub fn column<'b>(
        &self,
        state: &'b NetworkState,
        work: &'b Work,
        index: usize,
        view: View,
        column: i64,
    ) -> Option<&'b [f32]> {
        let segment = &self.part.segments[index];
        let first_number = self.first_number(segment);
        let kept = |column: usize| {
            let number = first_number + column as u64;
            Some(self.columns(state, index)?.get(number))
        };
        let round = |column: usize| {
            let seams = &work.seams[index];
            if seams.has(column) {
                Some(seams.get(column))
            } else {
                kept(column)
            }
        };
        if let View::Round { period } = view {
            let period = (period / segment.grid) as i64;
            return round(column.rem_euclid(period) as usize);
        }
        let column = usize::try_from(column)
            .ok()
            .filter(|&column| column < segment.columns)?;
        let edges = &work.edges[index];
        match self.place {
            _ if edges.has(column) => Some(edges.get(column)),
            Some(Place::Tiled { period, .. }) => round(column % (period / segment.grid)),
            _ => kept(column),
        }
    }

    /// Takes the maximum over time of the last segment's columns, as the next part's source.
    pub fn pool(&self, state: &NetworkState, work: &mut Work, axis: Axis, columns: usize) {
        let index = self.part.segments.len() - 1;
        let rows = self.part.segments[index].rows();
        let mut pooled = std::mem::take(&mut work.pooled);
        pooled.clear();
        pooled.resize(columns * rows, f32::NEG_INFINITY);
        for (j, pooled) in pooled.chunks_exact_mut(rows).enumerate() {
            let first = (j * axis.stride) as i64 - axis.before as i64;
            for column in first..first + axis.kernel as i64 {
                let column = self.column(state, work, index, View::Window, column);
                raise(pooled, column.unwrap_or_default());
            }
        }
        work.pooled = pooled;
    }

    /// Lays all columns of the last segment side by side.
    pub fn gather_all(&self, state: &NetworkState, work: &mut Work) {
        let index = self.part.segments.len() - 1;
        let segment = &self.part.segments[index];
        let mut slice = std::mem::take(&mut work.slice);
        lay_out(&mut slice, segment.rows(), segment.columns, 0.0, |column| {
            self.column(state, work, index, View::Window, column as i64)
        });
        work.slice = slice;
    }

    /// The kept columns of a segment.
    pub fn columns<'b>(&self, state: &'b NetworkState, segment: usize) -> Option<&'b Columns> {
        state.columns(self.index, segment)
    }

    /// The kept columns of a segment.
    pub fn columns_mut<'b>(
        &self,
        state: &'b mut NetworkState,
        segment: usize,
    ) -> Option<&'b mut Columns> {
        state.columns_mut(self.index, segment)
    }
}

/// Lays columns side by side into `slice: [row, column]`. A missing column is filled with `fill`.
pub(super) fn lay_out<'b>(
    slice: &mut Vec<f32>,
    rows: usize,
    columns: usize,
    fill: f32,
    column: impl Fn(usize) -> Option<&'b [f32]>,
) {
    slice.clear();
    slice.resize(rows * columns, fill);
    for i in 0..columns {
        let places = slice.iter_mut().skip(i).step_by(columns);
        for (place, &value) in places.zip(column(i).unwrap_or_default()) {
            *place = value;
        }
    }
}
