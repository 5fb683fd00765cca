//! The end of a segment, which is computed here: rectification and maximum. On a pool's small slices,
//! backends spend as much time as on the convolution before it.

use super::chain::Link;
use super::operator::{Axis, Kind, Step};

/// `max(x, 0)`, if the network has it there, then the maximum over rectangles.
#[derive(Clone, Debug)]
pub(super) struct Finish {
    /// How many of the segment's operators this replaces.
    pub links: usize,
    relu: bool,
    /// Shape of the input without time. Bands are the last axis.
    pub dims_in: Vec<usize>,
    /// Size of the rectangles.
    bands: Axis,
    time: Axis,
}

impl Finish {
    /// The last of a segment's `links` that can be computed here. At least one is left to the backend.
    pub fn of(links: &[Link], steps: &[Step]) -> Option<Self> {
        let (last, before) = links.split_last()?;
        let pool = &steps[last.step];
        let [bands, time] = pool.axes[..] else {
            return None;
        };
        let time = if last.bands_only { Axis::POINT } else { time };
        // The rectangles must lie side by side.
        let plain =
            |axis: Axis| !axis.is_padded() && axis.dilation == 1 && axis.stride == axis.kernel;
        if pool.kind != Kind::MaxPool || !plain(bands) || !plain(time) {
            return None;
        }
        // The maximum of rectified values equals the rectified maximum, which is less work.
        let relu = before.len() > 1 && steps[before[before.len() - 1].step].kind == Kind::Rectifier;
        let (_, dims_in) = steps[before.last()?.step].shape.split_last()?;
        Some(Self {
            links: 1 + usize::from(relu),
            relu,
            dims_in: dims_in.to_vec(),
            bands,
            time,
        })
    }

    /// Columns of the input for `columns` of the output.
    pub fn columns_in(&self, columns: usize) -> usize {
        columns * self.time.kernel
    }

    /// Finishes `input: [map, band, columns_in]` to `output: [map, band, columns]`.
    pub fn apply(&self, input: &[f32], columns: usize, output: &mut Vec<f32>) {
        // A fixed length lets the compiler unroll the innermost loop, which is several times as fast.
        match self.time.kernel {
            1 => self.raise_all(input, columns, output, raise_by::<1>),
            2 => self.raise_all(input, columns, output, raise_by::<2>),
            3 => self.raise_all(input, columns, output, raise_by::<3>),
            4 => self.raise_all(input, columns, output, raise_by::<4>),
            5 => self.raise_all(input, columns, output, raise_by::<5>),
            8 => self.raise_all(input, columns, output, raise_by::<8>),
            kernel => self.raise_all(input, columns, output, |values, row| {
                for (value, others) in values.iter_mut().zip(row.chunks_exact(kernel)) {
                    *value = others.iter().fold(*value, |most, &v| greater(most, v));
                }
            }),
        }
    }

    fn raise_all(
        &self,
        input: &[f32],
        columns: usize,
        output: &mut Vec<f32>,
        raise_by_row: impl Fn(&mut [f32], &[f32]),
    ) {
        let least = if self.relu { 0.0 } else { f32::NEG_INFINITY };
        let columns_in = self.columns_in(columns);
        let bands_in = self.dims_in.last().copied().unwrap_or(1);
        let bands = bands_in / self.bands.kernel;
        let maps = input.len() / (bands_in * columns_in).max(1);
        output.clear();
        output.resize(maps * bands * columns, least);
        let rectangles = input
            .chunks_exact(bands_in * columns_in)
            .flat_map(|map| map.chunks_exact(self.bands.kernel * columns_in));
        for (values, rows) in output.chunks_exact_mut(columns).zip(rectangles) {
            for row in rows.chunks_exact(columns_in) {
                raise_by_row(values, row);
            }
        }
    }
}

/// Raises each value to the greatest of the next `KERNEL` of `row`.
fn raise_by<const KERNEL: usize>(values: &mut [f32], row: &[f32]) {
    for (value, others) in values.iter_mut().zip(row.as_chunks::<KERNEL>().0) {
        *value = others.iter().fold(*value, |most, &v| greater(most, v));
    }
}

/// Raises each value to that of `other`, if that is greater.
pub(super) fn raise(values: &mut [f32], other: &[f32]) {
    for (value, &other) in values.iter_mut().zip(other) {
        *value = greater(*value, other);
    }
}

/// The larger of two numbers. This is one instruction, while `f32::max` must also handle NaN.
fn greater(a: f32, b: f32) -> f32 {
    if a > b { a } else { b }
}
