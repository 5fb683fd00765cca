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

    /// Finishes `values: [map, band, columns_in]`, which become `[map, band, columns]`. `spare` is a buffer
    /// for what lies between.
    pub fn apply(&self, values: &mut Vec<f32>, columns: usize, spare: &mut Vec<f32>) {
        let bands_in = self.dims_in.last().copied().unwrap_or(1);
        // Maxima over short rows take longest, so the axis goes first that leaves no rows shorter.
        if self.columns_in(columns) >= LONG_ROW {
            over_bands(
                values,
                spare,
                self.bands.kernel,
                bands_in,
                self.columns_in(columns),
            );
            over_neighbours(values, spare, self.time.kernel);
        } else {
            over_neighbours(values, spare, self.time.kernel);
            match columns == 1 && bands_in.is_multiple_of(self.bands.kernel) {
                true => over_neighbours(values, spare, self.bands.kernel),
                false => over_bands(values, spare, self.bands.kernel, bands_in, columns),
            }
        }
        if self.relu {
            for value in values {
                *value = greater(0.0, *value);
            }
        }
    }
}

/// From so many values on, a row is worth a loop of its own.
const LONG_ROW: usize = 8;

/// Turns every `kernel` bands of `values: [map, bands, columns]` into their maximum. Bands that are left
/// over at the end of a map are left out.
fn over_bands(
    values: &mut Vec<f32>,
    spare: &mut Vec<f32>,
    kernel: usize,
    bands: usize,
    columns: usize,
) {
    if kernel == 1 {
        return;
    }
    spare.clear();
    spare.reserve(values.len() / kernel);
    let maps = values.chunks_exact(bands * columns);
    for rows in maps.flat_map(|map| map.chunks_exact(kernel * columns)) {
        let (first, others) = rows.split_at(columns);
        let at = spare.len();
        spare.extend(first.iter().zip(others).map(|(&a, &b)| greater(a, b)));
        for other in others.chunks_exact(columns).skip(1) {
            raise(&mut spare[at..], other);
        }
    }
    std::mem::swap(values, spare);
}

/// Turns every `kernel` values into their maximum. Pairs come first: compilers turn them into vector
/// instructions, which larger groups are not.
fn over_neighbours(values: &mut Vec<f32>, spare: &mut Vec<f32>, mut kernel: usize) {
    while kernel.is_multiple_of(2) {
        spare.clear();
        let (pairs, _) = values.as_chunks::<2>();
        spare.extend(pairs.iter().map(|&[a, b]| greater(a, b)));
        std::mem::swap(values, spare);
        kernel /= 2;
    }
    if kernel == 1 {
        return;
    }
    spare.clear();
    let groups = values.chunks_exact(kernel);
    spare.extend(groups.map(|group| group[1..].iter().fold(group[0], |a, &b| greater(a, b))));
    std::mem::swap(values, spare);
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

#[cfg(test)]
mod tests {
    use super::*;

    /// The maximum over each rectangle, one value after the other.
    fn slowly(finish: &Finish, values: &[f32], columns: usize) -> Vec<f32> {
        let (bands_in, columns_in) = (finish.dims_in[1], finish.columns_in(columns));
        let mut maxima = Vec::new();
        for map in 0..finish.dims_in[0] {
            for band in 0..bands_in / finish.bands.kernel {
                for column in 0..columns {
                    let mut most = if finish.relu { 0.0 } else { f32::NEG_INFINITY };
                    for row in 0..finish.bands.kernel {
                        let row = map * bands_in + band * finish.bands.kernel + row;
                        let from = row * columns_in + column * finish.time.kernel;
                        let seen = &values[from..from + finish.time.kernel];
                        most = seen.iter().copied().fold(most, f32::max);
                    }
                    maxima.push(most);
                }
            }
        }
        maxima
    }

    #[test]
    fn rectangles_of_every_size_become_their_maxima() {
        let side = |kernel| Axis {
            kernel,
            stride: kernel,
            ..Axis::POINT
        };
        for (bands, time, columns) in (1..=6)
            .flat_map(|bands| [1, 2, 3, 4, 5, 6, 8, 12].map(|time| (bands, time)))
            .flat_map(|(bands, time)| [1, 2, 7].map(|columns| (bands, time, columns)))
        {
            for relu in [false, true] {
                let finish = Finish {
                    links: 1,
                    relu,
                    // A map has a band too many for most sizes.
                    dims_in: vec![3, 13],
                    bands: side(bands),
                    time: side(time),
                };
                let count = 3 * 13 * finish.columns_in(columns);
                let noise = |index: usize| (index * 7_919 % 10_007) as f32 - 8_000.0;
                let mut values: Vec<f32> = (0..count).map(noise).collect();
                let expected = slowly(&finish, &values, columns);
                finish.apply(&mut values, columns, &mut vec![9.0; 5]);
                assert_eq!(values, expected, "{bands} {time} {columns} {relu}");
            }
        }
    }
}
