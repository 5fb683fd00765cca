//! Computes the columns of one part that a window needs and that are missing.

use super::layout::{Layout, Place, View, Work, lay_out};
use super::segment::{Segment, Source};
use super::state::NetworkState;
use crate::network::runner::Runner;

/// One part at work on one window.
pub(super) struct Turn<'a> {
    pub layout: Layout<'a>,
    /// The runners of its segments.
    pub runners: &'a mut [Box<dyn Runner>],
    /// `[mel band, frame]`
    pub window: &'a [f32],
    pub frames: usize,
    pub work: &'a mut Work,
}

impl Turn<'_> {
    /// Computes the missing columns of each kept segment, in order.
    pub fn run(&mut self, state: &mut NetworkState) -> Result<(), String> {
        let segments = &self.layout.part.segments;
        self.work
            .edges
            .resize_with(segments.len(), Default::default);
        self.work
            .seams
            .resize_with(segments.len(), Default::default);
        for (index, segment) in segments.iter().enumerate() {
            if !segment.kept {
                continue;
            }
            if let Some(Place::Tiled { period, .. }) = self.layout.place {
                self.complete_round(state, index, period)?;
            }
            self.complete_window(state, index)?;
        }
        Ok(())
    }

    /// Computes the missing columns of the repeated stretch of `period` frames.
    fn complete_round(
        &mut self,
        state: &mut NetworkState,
        index: usize,
        period: usize,
    ) -> Result<(), String> {
        let segment = &self.layout.part.segments[index];
        let columns = period / segment.grid;
        let inner = segment.inner(period, columns);
        let number = self.layout.first_number(segment);
        if let Some(kept) = self.layout.columns_mut(state, index) {
            kept.keep(number + inner.start as u64..number + inner.end as u64);
        }
        self.work.seams[index].prepare(segment.rows(), columns, inner);
        for first in (0..columns).step_by(segment.chunk) {
            let chunk = first..(first + segment.chunk).min(columns);
            let wanted = chunk.clone().any(|column| {
                self.work.seams[index].has(column)
                    || !has(&self.layout, state, index, number + column as u64)
            });
            if !wanted {
                continue;
            }
            self.evaluate(state, index, View::Round { period }, first)?;
            for column in chunk {
                let place = if self.work.seams[index].has(column) {
                    self.work.seams[index].get_mut(column)
                } else if has(&self.layout, state, index, number + column as u64) {
                    continue;
                } else if let Some(kept) = self.layout.columns_mut(state, index) {
                    kept.append(number + column as u64)
                } else {
                    continue;
                };
                pick(&self.work.slice, segment.chunk, column - first, place);
            }
        }
        Ok(())
    }

    /// Computes the window's edges, and the missing columns between them.
    fn complete_window(&mut self, state: &mut NetworkState, index: usize) -> Result<(), String> {
        let layout = self.layout;
        let segment = &layout.part.segments[index];
        let inner = layout.inner(segment, self.frames);
        let slides = matches!(layout.place, Some(Place::Sliding { .. }));
        let number = layout.first_number(segment);
        if slides && let Some(kept) = layout.columns_mut(state, index) {
            kept.keep(number + inner.start as u64..number + inner.end as u64);
        }
        self.work.edges[index].prepare(segment.rows(), segment.columns, inner);
        for first in (0..segment.columns).step_by(segment.chunk) {
            let chunk = first..(first + segment.chunk).min(segment.columns);
            let missing = |state: &NetworkState, column: usize| {
                slides && !has(&layout, state, index, number + column as u64)
            };
            let edges = &self.work.edges[index];
            if !chunk
                .clone()
                .any(|column| edges.has(column) || missing(state, column))
            {
                continue;
            }
            self.evaluate(state, index, View::Window, first)?;
            for column in chunk {
                let place = if self.work.edges[index].has(column) {
                    self.work.edges[index].get_mut(column)
                } else if !missing(state, column) {
                    continue;
                } else if let Some(kept) = layout.columns_mut(state, index) {
                    kept.append(number + column as u64)
                } else {
                    continue;
                };
                pick(&self.work.slice, segment.chunk, column - first, place);
            }
        }
        Ok(())
    }

    /// Computes a chunk of segment `index` from column `first` on into `slice`. This includes the
    /// columns that it needs of the segments before, if these are not kept.
    fn evaluate(
        &mut self,
        state: &NetworkState,
        index: usize,
        view: View,
        first: usize,
    ) -> Result<(), String> {
        let segments = &self.layout.part.segments;
        let mut start = index;
        let mut column = first as i64;
        let mut firsts = vec![column];
        while start > 0 && !segments[start - 1].kept {
            column = input_column(&segments[start], column);
            firsts.push(column);
            start -= 1;
        }
        self.feed(state, start, view, input_column(&segments[start], column));
        for (at, segment) in segments.iter().enumerate().take(index + 1).skip(start) {
            if at > start {
                let outside = &segments[at - 1];
                blank(
                    &mut self.work.slice,
                    outside,
                    view,
                    firsts[index + 1 - at],
                    segment.fill,
                );
            }
            let Work { slice, spare, .. } = &mut *self.work;
            spare.clear();
            self.runners[at].run(slice, &mut |values| spare.extend_from_slice(values))?;
            let wanted: usize = segment.backend_output().iter().product();
            if spare.len() != wanted {
                let found = spare.len();
                return Err(format!("a segment gave {found} values instead of {wanted}"));
            }
            std::mem::swap(slice, spare);
            if let Some(finish) = &segment.finish {
                finish.apply(slice, segment.chunk, spare);
            }
        }
        Ok(())
    }

    /// Lays the input of segment `index`, from column `first` on, into `slice`.
    fn feed(&mut self, state: &NetworkState, index: usize, view: View, first: i64) {
        let segment = &self.layout.part.segments[index];
        let (rows, columns) = (segment.rows_in(), segment.chunk_in());
        let mut slice = std::mem::take(&mut self.work.slice);
        let work = &*self.work;
        match (index.checked_sub(1), self.layout.part.source) {
            (Some(previous), _) => lay_out(&mut slice, rows, columns, segment.fill, |i| {
                self.layout
                    .column(state, work, previous, view, first + i as i64)
            }),
            (None, Source::Pool(_)) => lay_out(&mut slice, rows, columns, segment.fill, |i| {
                let column = usize::try_from(first + i as i64).ok()?;
                work.pooled.chunks_exact(rows).nth(column)
            }),
            (None, Source::Frames) => {
                slice.clear();
                for band in self.window.chunks_exact(self.frames) {
                    slice.extend((first..first + columns as i64).map(|frame| match view {
                        View::Window => {
                            let frame = usize::try_from(frame).ok();
                            frame
                                .and_then(|f| band.get(f))
                                .copied()
                                .unwrap_or(segment.fill)
                        }
                        View::Round { period } => band[frame.rem_euclid(period as i64) as usize],
                    }));
                }
            }
        }
        self.work.slice = slice;
    }
}

/// The first column of its input that `segment` needs for its column `column`.
fn input_column(segment: &Segment, column: i64) -> i64 {
    column * segment.stride as i64 - segment.before as i64
}

fn has(layout: &Layout, state: &NetworkState, segment: usize, number: u64) -> bool {
    layout
        .columns(state, segment)
        .is_some_and(|kept| kept.has(number))
}

/// Overwrites the columns outside the window with `fill`. `slice` holds the columns of `segment` from
/// `first` on.
fn blank(slice: &mut [f32], segment: &Segment, view: View, first: i64, fill: f32) {
    if view != View::Window {
        return;
    }
    let window = 0..segment.columns as i64;
    for i in 0..segment.chunk {
        if !window.contains(&(first + i as i64)) {
            slice
                .iter_mut()
                .skip(i)
                .step_by(segment.chunk)
                .for_each(|value| *value = fill);
        }
    }
}

/// Copies column `column` of `slice: [row, columns]` to `place`.
fn pick(slice: &[f32], columns: usize, column: usize, place: &mut [f32]) {
    for (place, value) in place
        .iter_mut()
        .zip(slice.iter().skip(column).step_by(columns))
    {
        *place = *value;
    }
}
