//! Convolutions of a batch as matrix products.
//!
//! Maps are `[clip, map, band, frame]`. If the maps are large, every clip is a task of its own,
//! whose columns are made a few rows at a time so that they stay in the cache. If they are small,
//! the columns of all clips stand side by side, so that the weights are read once.

use std::ops::Range;

use rayon::prelude::*;

use super::columns::{Shape, gather, gather_line, scatter};
use super::matrix::{Matrix, Threads, Write, multiply};

/// Largest maps whose clips stand side by side, in values.
const SMALL: usize = 256;
/// Values of columns that are made at a time.
const TILE: usize = 1 << 18;
/// Most groups of clips whose gradients of the weights are summed separately. It does not depend on
/// the machine, so the sums do not either.
const GROUPS: usize = 8;

/// The layer's data that the backward pass needs.
pub(super) struct Backward<'a> {
    pub(super) shape: Shape,
    /// Kernels, `[map out, map in, band, frame]`.
    pub(super) kernels: &'a [f32],
    /// Maps that came in.
    pub(super) maps: &'a [f32],
}

impl Shape {
    fn stands_together(&self) -> bool {
        self.area_out() <= SMALL
    }

    /// Numbers of values of a clip that come in and go out.
    fn clip(&self) -> [usize; 2] {
        [self.maps[0] * self.area(), self.maps[1] * self.area_out()]
    }

    /// Number of rows of the maps whose columns are made at a time.
    fn tiles(&self) -> impl Iterator<Item = Range<usize>> {
        let [bands, frames] = self.size;
        let rows = (TILE / (self.depth() * frames)).clamp(1, bands);
        (0..bands)
            .step_by(rows)
            .map(move |first| first..bands.min(first + rows))
    }

    fn weights<'a>(&self, kernels: &'a [f32]) -> Matrix<'a> {
        Matrix::new(kernels, self.maps[1], self.depth(), self.depth())
    }
}

/// Writes the convolution of `maps` to `out`.
pub(super) fn forward(shape: Shape, kernels: &[f32], maps: &[f32], out: &mut [f32]) {
    let [clip_in, clip_out] = shape.clip();
    if shape.stands_together() {
        let columns = together(shape, maps);
        let width = columns.len() / shape.depth();
        let mut product = vec![0.0; shape.maps[1] * width];
        let right = Matrix::new(&columns, shape.depth(), width, width);
        let weights = shape.weights(kernels);
        multiply(
            &mut product,
            width,
            weights,
            right,
            Write::Set,
            Threads::All,
        );
        return apart(shape, &product, out);
    }
    let clips = maps
        .par_chunks_exact(clip_in)
        .zip(out.par_chunks_exact_mut(clip_out));
    clips.for_each_init(Vec::new, |scratch, (maps, out)| {
        let weights = shape.weights(kernels);
        let area = shape.area_out();
        if shape.is_plain() {
            let columns = Matrix::new(maps, shape.depth(), area, area);
            return multiply(out, area, weights, columns, Write::Set, Threads::This);
        }
        for rows in shape.tiles() {
            let first = rows.start * shape.size[1];
            let columns = tile(shape, maps, rows, scratch);
            multiply(
                &mut out[first..],
                area,
                weights,
                columns,
                Write::Set,
                Threads::This,
            );
        }
    });
}

/// Returns the gradient of the kernels. `gradients` are those of the result of [`forward`];
/// `prepare` first completes them, clip by clip. The gradient of the input maps is written to
/// `maps`, if that is given.
pub(super) fn backward(
    layer: &Backward<'_>,
    gradients: &mut [f32],
    prepare: impl Fn(usize, &mut [f32]) + Sync,
    maps: Option<&mut [f32]>,
) -> Vec<f32> {
    let shape = layer.shape;
    let [clip_in, clip_out] = shape.clip();
    if shape.stands_together() {
        let clips = gradients.par_chunks_exact_mut(clip_out).enumerate();
        clips.for_each(|(clip, gradients)| prepare(clip, gradients));
        return backward_together(layer, gradients, maps);
    }
    let clips = gradients.len() / clip_out;
    let group = clips.div_ceil(GROUPS);
    let task = |group_number: usize, gradients: &mut [f32], mut maps: Option<&mut [f32]>| {
        let mut sum = vec![0.0; layer.kernels.len()];
        let mut scratch = Vec::new();
        for (number, gradients) in gradients.chunks_exact_mut(clip_out).enumerate() {
            let clip = group_number * group + number;
            prepare(clip, gradients);
            let from = &layer.maps[clip * clip_in..][..clip_in];
            let to = maps.as_deref_mut();
            let to = to.map(|maps| &mut maps[number * clip_in..][..clip_in]);
            backward_clip(layer, from, gradients, to, &mut sum, &mut scratch);
        }
        sum
    };
    let parts = gradients.par_chunks_mut(group * clip_out).enumerate();
    let sums: Vec<Vec<f32>> = match maps {
        Some(maps) => {
            let both = parts.zip(maps.par_chunks_mut(group * clip_in));
            both.map(|((number, part), maps)| task(number, part, Some(maps)))
                .collect()
        }
        None => parts
            .map(|(number, part)| task(number, part, None))
            .collect(),
    };
    let mut sums = sums.into_iter();
    let mut all = sums.next().unwrap_or_default();
    for sum in sums {
        all.par_iter_mut()
            .zip(sum)
            .with_min_len(1 << 14)
            .for_each(|(all, one)| *all += one);
    }
    all
}

fn backward_clip(
    layer: &Backward<'_>,
    from: &[f32],
    gradients: &[f32],
    mut to: Option<&mut [f32]>,
    sum: &mut [f32],
    scratch: &mut Vec<f32>,
) {
    let shape = layer.shape;
    let (depth, area) = (shape.depth(), shape.area_out());
    let weights = shape.weights(layer.kernels);
    if shape.is_plain() {
        let gradients = Matrix::new(gradients, shape.maps[1], area, area);
        let columns = Matrix::new(from, depth, area, area);
        multiply(
            sum,
            depth,
            gradients,
            columns.transposed(),
            Write::Add,
            Threads::This,
        );
        if let Some(to) = to {
            multiply(
                to,
                area,
                weights.transposed(),
                gradients,
                Write::Set,
                Threads::This,
            );
        }
        return;
    }
    if let Some(to) = &mut to {
        to.fill(0.0);
    }
    for rows in shape.tiles() {
        let first = rows.start * shape.size[1];
        let width = rows.len() * shape.size[1];
        let gradients = Matrix::new(&gradients[first..], shape.maps[1], width, area);
        let columns = tile(shape, from, rows.clone(), scratch);
        multiply(
            sum,
            depth,
            gradients,
            columns.transposed(),
            Write::Add,
            Threads::This,
        );
        if let Some(to) = &mut to {
            let columns = &mut scratch[..depth * width];
            multiply(
                columns,
                width,
                weights.transposed(),
                gradients,
                Write::Set,
                Threads::This,
            );
            scatter(&shape, columns, width, rows, to);
        }
    }
}

fn backward_together(
    layer: &Backward<'_>,
    gradients: &[f32],
    maps: Option<&mut [f32]>,
) -> Vec<f32> {
    let shape = layer.shape;
    let depth = shape.depth();
    let mut columns = together(shape, layer.maps);
    let width = columns.len() / depth;
    let area = shape.area_out();
    let [clip_in, clip_out] = shape.clip();
    let mut side_by_side = vec![0.0; shape.maps[1] * width];
    side_by_side
        .par_chunks_exact_mut(width)
        .enumerate()
        .for_each(|(map, line)| {
            let clips = line
                .chunks_exact_mut(area)
                .zip(gradients.chunks_exact(clip_out));
            clips.for_each(|(to, from)| to.copy_from_slice(&from[map * area..][..area]));
        });
    let left = Matrix::new(&side_by_side, shape.maps[1], width, width);
    let mut sum = vec![0.0; layer.kernels.len()];
    let right = Matrix::new(&columns, depth, width, width).transposed();
    multiply(&mut sum, depth, left, right, Write::Set, Threads::All);
    if let Some(maps) = maps {
        let weights = shape.weights(layer.kernels).transposed();
        multiply(&mut columns, width, weights, left, Write::Set, Threads::All);
        maps.par_chunks_exact_mut(clip_in)
            .enumerate()
            .for_each(|(clip, maps)| {
                let columns = &columns[clip * area..];
                if shape.is_plain() {
                    let lines = maps.chunks_exact_mut(area).zip(columns.chunks(width));
                    lines.for_each(|(to, from)| to.copy_from_slice(&from[..area]));
                } else {
                    maps.fill(0.0);
                    scatter(&shape, columns, width, 0..shape.size[0], maps);
                }
            });
    }
    sum
}

/// The columns of some rows of a clip's maps.
fn tile<'a>(
    shape: Shape,
    maps: &[f32],
    rows: Range<usize>,
    scratch: &'a mut Vec<f32>,
) -> Matrix<'a> {
    let (depth, width) = (shape.depth(), rows.len() * shape.size[1]);
    if scratch.len() < depth * width {
        scratch.resize(depth * width, 0.0);
    }
    gather(&shape, maps, rows, &mut scratch[..depth * width], width);
    Matrix::new(&scratch[..depth * width], depth, width, width)
}

/// The columns of all clips side by side: `[depth, clip · band · frame]`.
fn together(shape: Shape, maps: &[f32]) -> Vec<f32> {
    let [clip_in, _] = shape.clip();
    let area = shape.area_out();
    let width = maps.len() / clip_in * area;
    let mut columns = vec![0.0; shape.depth() * width];
    columns
        .par_chunks_exact_mut(width)
        .enumerate()
        .for_each(|(index, line)| {
            for (maps, line) in maps.chunks_exact(clip_in).zip(line.chunks_exact_mut(area)) {
                gather_line(&shape, maps, 0..shape.size[0], index, line);
            }
        });
    columns
}

/// From `[map, clip · band · frame]` to `[clip, map, band, frame]`.
fn apart(shape: Shape, product: &[f32], out: &mut [f32]) {
    let area = shape.area_out();
    let width = product.len() / shape.maps[1];
    let [_, clip_out] = shape.clip();
    out.par_chunks_exact_mut(clip_out)
        .enumerate()
        .for_each(|(clip, out)| {
            let lines = out.chunks_exact_mut(area).zip(product.chunks_exact(width));
            lines.for_each(|(to, from)| to.copy_from_slice(&from[clip * area..][..area]));
        });
}
