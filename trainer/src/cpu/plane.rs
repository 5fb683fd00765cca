//! The steps between two convolutions for one map of one clip: batch norm, pooling, ReLU and
//! dropout in one go, and their gradients.
//!
//! Each function is compiled for several instruction sets and picks the processor's own.
#![allow(
    clippy::extra_unused_type_parameters,
    reason = "`S` is the instruction set that the macro compiles for"
)]

use macerator::Simd;

use crate::arch::Pool;

/// Marks a pooled value that ReLU or dropout made 0.
pub(super) const NONE: u16 = u16::MAX;

/// Number of values that are summed in single precision.
const BLOCK: usize = 1024;
/// Number of sums side by side, which do not wait for each other.
const LANES: usize = 16;

/// Sum and sum of squares of `values`.
#[macerator::with_simd]
pub(super) fn sums<S: Simd>(values: &[f32]) -> [f64; 2] {
    let mut all = [0.0; 2];
    for block in values.chunks(BLOCK) {
        let mut sum = [0f32; LANES];
        let mut squares = [0f32; LANES];
        let (lanes, rest) = block.as_chunks::<LANES>();
        for values in lanes {
            for lane in 0..LANES {
                sum[lane] += values[lane];
                squares[lane] += values[lane] * values[lane];
            }
        }
        for (lane, value) in rest.iter().enumerate() {
            sum[lane] += value;
            squares[lane] += value * value;
        }
        all[0] += f64::from(sum.iter().sum::<f32>());
        all[1] += f64::from(squares.iter().sum::<f32>());
    }
    all
}

/// Size of a map, and the pooling on it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pooling {
    /// Bands, frames.
    pub(super) size: [usize; 2],
    pub(super) pool: Pool,
}

impl Pooling {
    /// Number of maxima, before any means.
    pub(super) fn maxima(&self) -> usize {
        let [bands, frames] = self.pool.maxima(self.size);
        bands * frames
    }

    /// Bands and frames of the pooled map.
    pub(super) fn pooled(&self) -> [usize; 2] {
        self.pool.pooled(self.size)
    }
}

/// Buffers of [`pool`], one value for each frame.
#[derive(Debug, Default)]
pub(super) struct Scratch {
    best: Vec<f32>,
    band: Vec<u32>,
}

/// Max-pools `sign · map`: the largest value of every window times `sign`, and its row-major place
/// in the window.
#[macerator::with_simd]
pub(super) fn pool<S: Simd>(
    pooling: Pooling,
    sign: f32,
    map: &[f32],
    scratch: &mut Scratch,
    peaks: &mut [f32],
    choices: &mut [u16],
) {
    let [_, frames] = pooling.size;
    let [pool_bands, pool_frames] = pooling.pool.size;
    let [_, pooled_frames] = pooling.pool.maxima(pooling.size);
    let Scratch { best, band } = scratch;
    best.resize(frames, 0.0);
    band.resize(frames, 0);
    let lines = peaks.chunks_exact_mut(pooled_frames);
    let lines = lines.zip(choices.chunks_exact_mut(pooled_frames));
    for ((peaks, choices), rows) in lines.zip(map.chunks_exact(pool_bands * frames)) {
        for (best, value) in best.iter_mut().zip(&rows[..frames]) {
            *best = sign * value;
        }
        band.fill(0);
        for (number, row) in (1..).zip(rows[frames..].chunks_exact(frames)) {
            for ((best, band), value) in best.iter_mut().zip(band.iter_mut()).zip(row) {
                let value = sign * value;
                *band = if value > *best { number } else { *band };
                *best = if value > *best { value } else { *best };
            }
        }
        let step = pooling.pool.step;
        let windows = best
            .windows(pool_frames)
            .step_by(step)
            .zip(band.windows(pool_frames).step_by(step));
        for (((peak, choice), best), band) in peaks
            .iter_mut()
            .zip(choices)
            .zip(windows)
            .map(|((peak, choice), (best, band))| (((peak, choice), best), band))
        {
            let (mut value, mut place) = (best[0], band[0] * pool_frames as u32);
            for frame in 1..pool_frames {
                let here = band[frame] * pool_frames as u32 + frame as u32;
                place = if best[frame] > value { here } else { place };
                value = if best[frame] > value {
                    best[frame]
                } else {
                    value
                };
            }
            *peak = sign * value;
            *choice = place as u16;
        }
    }
}

/// Batch norm `gain · peak + offset` (both in `affine`), ReLU, and dropout, which keeps the values
/// whose bit in `kept` is set, at twice their size. If `kept` is empty, there is no dropout. A
/// value of 0 loses its place.
#[macerator::with_simd]
pub(super) fn activate<S: Simd>(
    affine: [f32; 2],
    kept: &[u32],
    peaks: &[f32],
    choices: &mut [u16],
    out: &mut [f32],
) {
    let [gain, offset] = affine;
    let drops = !kept.is_empty();
    let factor = if drops { 2.0 } else { 1.0 };
    let cells = peaks.iter().zip(choices).zip(out);
    for (index, ((peak, choice), out)) in cells.enumerate() {
        let value = gain * peak + offset;
        let kept = !drops || kept[index / 32] >> (index % 32) & 1 == 1;
        let alive = kept && value > 0.0;
        *out = if alive { factor * value } else { 0.0 };
        *choice = if alive { *choice } else { NONE };
    }
}

/// The means along time of maxima that are `alive`.
#[macerator::with_simd]
pub(super) fn average<S: Simd>(pooling: Pooling, alive: &[f32], out: &mut [f32]) {
    let (mean, [_, frames]) = (pooling.pool.mean, pooling.pool.maxima(pooling.size));
    let [_, pooled_frames] = pooling.pooled();
    let factor = 1.0 / mean.of as f32;
    for (row, out) in alive
        .chunks_exact(frames)
        .zip(out.chunks_exact_mut(pooled_frames))
    {
        for (window, out) in row.windows(mean.of).step_by(mean.step).zip(out) {
            *out = factor * window.iter().sum::<f32>();
        }
    }
}

/// Adds to the gradient of each maximum its share of those of the means that it is in.
#[macerator::with_simd]
pub(super) fn share<S: Simd>(pooling: Pooling, gradients: &[f32], out: &mut [f32]) {
    let (mean, [_, frames]) = (pooling.pool.mean, pooling.pool.maxima(pooling.size));
    let [_, pooled_frames] = pooling.pooled();
    let factor = 1.0 / mean.of as f32;
    for (row, gradients) in out
        .chunks_exact_mut(frames)
        .zip(gradients.chunks_exact(pooled_frames))
    {
        for (number, gradient) in gradients.iter().enumerate() {
            let window = &mut row[number * mean.step..][..mean.of];
            window
                .iter_mut()
                .for_each(|value| *value += factor * gradient);
        }
    }
}

/// Sum of the gradients that reach the batch norm's output, and of each times its normalised
/// value `(peak − mean) · rate` (both in `normalised`).
#[macerator::with_simd]
pub(super) fn gradient_sums<S: Simd>(
    normalised: [f32; 2],
    peaks: &[f32],
    choices: &[u16],
    gradients: &[f32],
) -> [f64; 2] {
    let [mean, rate] = normalised;
    let mut all = [0.0; 2];
    for ((peaks, choices), gradients) in peaks
        .chunks(BLOCK)
        .zip(choices.chunks(BLOCK))
        .zip(gradients.chunks(BLOCK))
    {
        let mut sums = [0f32; 2];
        for ((peak, choice), gradient) in peaks.iter().zip(choices).zip(gradients) {
            let gradient = if *choice == NONE { 0.0 } else { *gradient };
            sums[0] += gradient;
            sums[1] += gradient * (peak - mean) * rate;
        }
        all[0] += f64::from(sums[0]);
        all[1] += f64::from(sums[1]);
    }
    all
}

/// Turns a map before its batch norm into that map's gradient: `constant + slope · value`
/// everywhere, and `factor` times the pooled value's gradient where it came from (all three in
/// `line`).
#[macerator::with_simd]
pub(super) fn gradient<S: Simd>(
    pooling: Pooling,
    line: [f32; 3],
    choices: &[u16],
    gradients: &[f32],
    map: &mut [f32],
) {
    let [constant, slope, factor] = line;
    for value in map.iter_mut() {
        *value = constant + slope * *value;
    }
    let [_, frames] = pooling.size;
    let [pool_bands, pool_frames] = pooling.pool.size;
    let [_, pooled_frames] = pooling.pool.maxima(pooling.size);
    let lines = choices
        .chunks_exact(pooled_frames)
        .zip(gradients.chunks_exact(pooled_frames));
    for ((choices, gradients), rows) in lines.zip(map.chunks_exact_mut(pool_bands * frames)) {
        for (cell, (choice, gradient)) in choices.iter().zip(gradients).enumerate() {
            if *choice != NONE {
                let place = *choice as usize;
                let (band, frame) = (place / pool_frames, place % pool_frames);
                rows[band * frames + cell * pooling.pool.step + frame] += factor * gradient;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::Mean;

    #[test]
    fn pooling_finds_the_largest_or_the_smallest_and_leaves_the_rest() {
        let pooling = Pooling {
            size: [3, 5],
            pool: Pool::side_by_side([2, 2]),
        };
        // The third row and the fifth column belong to no window.
        let map = [
            1.0, 9.0, -3.0, 2.0, 99.0, //
            4.0, -5.0, 7.0, 0.0, 99.0, //
            99.0, 99.0, 99.0, 99.0, 99.0,
        ];
        let (mut peaks, mut choices) = ([0.0; 2], [0; 2]);
        let mut scratch = Scratch::default();
        pool(pooling, 1.0, &map, &mut scratch, &mut peaks, &mut choices);
        assert_eq!((peaks, choices), ([9.0, 7.0], [1, 2]));
        pool(pooling, -1.0, &map, &mut scratch, &mut peaks, &mut choices);
        assert_eq!((peaks, choices), ([-5.0, -3.0], [3, 0]));

        let mut gradients = map;
        let line = [1.0, 0.0, 10.0];
        gradient(pooling, line, &[3, NONE], &[0.5, 0.5], &mut gradients);
        let mut expected = [1.0; 15];
        expected[6] = 6.0;
        assert_eq!(gradients, expected);
    }

    #[test]
    fn overlapping_maxima_are_averaged_and_gradients_return_to_where_they_came_from() {
        let pooling = Pooling {
            size: [1, 7],
            pool: Pool {
                size: [1, 3],
                step: 2,
                mean: Mean { of: 2, step: 1 },
            },
        };
        let map = [1.0, 5.0, 2.0, 0.0, 3.0, 4.0, 8.0];
        let (mut peaks, mut choices) = ([0.0; 3], [0; 3]);
        let mut scratch = Scratch::default();
        pool(pooling, 1.0, &map, &mut scratch, &mut peaks, &mut choices);
        assert_eq!((peaks, choices), ([5.0, 3.0, 8.0], [1, 2, 2]));
        let mut means = [0.0; 2];
        average(pooling, &peaks, &mut means);
        assert_eq!(means, [4.0, 5.5]);

        let mut shared = [0.0; 3];
        share(pooling, &[1.0, 3.0], &mut shared);
        assert_eq!(shared, [0.5, 2.0, 1.5]);
        let mut gradients = map;
        gradient(pooling, [0.0, 0.0, 1.0], &choices, &shared, &mut gradients);
        assert_eq!(gradients, [0.0, 0.5, 0.0, 0.0, 2.0, 0.0, 1.5]);
    }

    #[test]
    fn dropout_keeps_the_marked_values_at_twice_their_size() {
        let peaks = [1.0, 2.0, 3.0, -9.0];
        let mut choices = [5; 4];
        let mut out = [0.0; 4];
        activate([2.0, 1.0], &[0b1101], &peaks, &mut choices, &mut out);
        assert_eq!(out, [6.0, 0.0, 14.0, 0.0]);
        assert_eq!(choices, [5, NONE, 5, NONE]);
        activate(
            [2.0, 1.0],
            &[],
            &peaks[..2],
            &mut choices[..2],
            &mut out[..2],
        );
        assert_eq!(out[..2], [3.0, 5.0]);
    }

    #[test]
    fn sums_of_any_length_are_right() {
        for length in [0, 1, 15, 16, 17, 1024, 5000] {
            let values: Vec<f32> = (0..length).map(|index| (index % 7) as f32 - 3.0).collect();
            let sum: f64 = values.iter().map(|value| f64::from(*value)).sum();
            let squares: f64 = values.iter().map(|value| f64::from(value * value)).sum();
            assert_eq!(sums(&values), [sum, squares], "{length} values");
        }
    }
}
