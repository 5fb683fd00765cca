//! Turns maps into the columns of a matrix product, which computes a convolution, and back.

use std::ops::Range;

use crate::arch::Kernel;

/// Points of a kernel of 3×3.
const POINTS: usize = 9;

/// Shape of a convolution on one clip.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Shape {
    pub(super) kernel: Kernel,
    /// Maps that come in, and go out.
    pub(super) maps: [usize; 2],
    /// Bands and frames of the maps that come in.
    pub(super) size: [usize; 2],
}

impl Shape {
    /// Bands and frames of the maps that go out.
    pub(super) fn size_out(&self) -> [usize; 2] {
        match self.kernel {
            Kernel::Square | Kernel::Point => self.size,
            Kernel::Frame => [1, self.size[1]],
        }
    }

    /// Number of values of a map that comes in.
    pub(super) fn area(&self) -> usize {
        self.size[0] * self.size[1]
    }

    /// Number of values of a map that goes out, which are the columns of the product.
    pub(super) fn area_out(&self) -> usize {
        let [bands, frames] = self.size_out();
        bands * frames
    }

    /// Number of weights of a map that goes out, which are the rows of the columns.
    pub(super) fn depth(&self) -> usize {
        let [bands, frames] = self.kernel.size(self.size[0]);
        self.maps[0] * bands * frames
    }

    /// Whether the maps already are the columns, because every value is used once.
    pub(super) fn is_plain(&self) -> bool {
        self.kernel != Kernel::Square
    }
}

/// Writes the columns of rows `rows` of a clip's maps to `columns`, whose rows begin `stride`
/// values apart: `[map in · kernel band · kernel frame, band · frame]`.
pub(super) fn gather(
    shape: &Shape,
    maps: &[f32],
    rows: Range<usize>,
    columns: &mut [f32],
    stride: usize,
) {
    let width = rows.len() * shape.size[1];
    for (index, line) in columns.chunks_mut(stride).take(shape.depth()).enumerate() {
        gather_line(shape, maps, rows.clone(), index, &mut line[..width]);
    }
}

/// Writes row `index` of the columns.
pub(super) fn gather_line(
    shape: &Shape,
    maps: &[f32],
    rows: Range<usize>,
    index: usize,
    line: &mut [f32],
) {
    if shape.is_plain() {
        let columns = shape.area_out();
        line.copy_from_slice(&maps[index * columns..][..columns]);
        return;
    }
    let [bands, frames] = shape.size;
    let (map, point) = (index / POINTS, index % POINTS);
    let map = &maps[map * shape.area()..][..shape.area()];
    let (up, left) = (point / 3, point % 3);
    for (row, out) in rows.zip(line.chunks_exact_mut(frames)) {
        // The row of the map under this point of the kernel, plus one for the padding.
        let seen = row + up;
        if seen == 0 || seen > bands {
            out.fill(0.0);
            continue;
        }
        let from = &map[(seen - 1) * frames..][..frames];
        match left {
            0 => {
                out[0] = 0.0;
                out[1..].copy_from_slice(&from[..frames - 1]);
            }
            1 => out.copy_from_slice(from),
            _ => {
                out[..frames - 1].copy_from_slice(&from[1..]);
                out[frames - 1] = 0.0;
            }
        }
    }
}

/// Adds gradients of columns to those of the maps that [`gather`] took them from.
pub(super) fn scatter(
    shape: &Shape,
    columns: &[f32],
    stride: usize,
    rows: Range<usize>,
    maps: &mut [f32],
) {
    let [bands, frames] = shape.size;
    let width = rows.len() * frames;
    let area = shape.area();
    for (index, line) in columns.chunks(stride).take(shape.depth()).enumerate() {
        let (map, point) = (index / POINTS, index % POINTS);
        let map = &mut maps[map * area..][..area];
        let (up, left) = (point / 3, point % 3);
        for (row, from) in rows.clone().zip(line[..width].chunks_exact(frames)) {
            let seen = row + up;
            if seen == 0 || seen > bands {
                continue;
            }
            let to = &mut map[(seen - 1) * frames..][..frames];
            let (to, from) = match left {
                0 => (&mut to[..frames - 1], &from[1..]),
                1 => (to, from),
                _ => (&mut to[1..], &from[..frames - 1]),
            };
            for (to, from) in to.iter_mut().zip(from) {
                *to += from;
            }
        }
    }
}
