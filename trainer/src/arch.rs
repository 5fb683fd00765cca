//! Networks that can be trained: each is a table of layers ([`ARCHITECTURES`]).

mod parameters;
mod pool;
mod table;

pub use parameters::{BlockParameters, EPSILON, MOMENTUM, Named, Parameters, RowScaling};
pub use pool::{Mean, Pool};
pub use table::ARCHITECTURES;

use crate::data::Input;

/// Share of the values that dropout sets to 0.
pub const DROPOUT: f64 = 0.5;

/// A network as a table of its blocks. A 1×1 convolution to the tags and a sigmoid follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Name on the command line.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// Its input.
    pub input: Input,
    /// Whether each row of the input is first brought to mean 0 and deviation 1 on the training
    /// data ([`RowScaling`]).
    pub scaled_rows: bool,
    /// Its blocks, from the input to the output.
    pub blocks: &'static [Block],
}

/// One block: convolution without bias, batch norm, ReLU, and perhaps pooling and dropout of 0.5.
///
/// The batch norm's offset serves as the bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// Size of its kernels.
    pub kernel: Kernel,
    /// Maps that it gives at full width.
    pub maps: usize,
    /// The pooling.
    pub pool: Option<Pool>,
    /// Whether dropout follows. Only the maxima of a pooling without means are dropped.
    pub dropout: bool,
}

/// Size of a convolution's kernels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kernel {
    /// 3×3, padded with zeros so that the map keeps its size.
    Square,
    /// 1×1.
    Point,
    /// All bands of one frame, so that a frame becomes a single value.
    Frame,
}

impl Kernel {
    /// Bands and frames of a kernel on a map of `bands` bands.
    #[must_use]
    pub fn size(self, bands: usize) -> [usize; 2] {
        match self {
            Self::Square => [3, 3],
            Self::Point => [1, 1],
            Self::Frame => [bands, 1],
        }
    }

    /// Zeros before and after the map: bands, frames.
    #[must_use]
    pub fn padding(self) -> [usize; 2] {
        match self {
            Self::Square => [1, 1],
            Self::Point | Self::Frame => [0, 0],
        }
    }
}

impl Block {
    /// Size of its convolution's result on a map of `[bands, frames]`.
    #[must_use]
    pub fn convolved(&self, [bands, frames]: [usize; 2]) -> [usize; 2] {
        match self.kernel {
            Kernel::Square | Kernel::Point => [bands, frames],
            Kernel::Frame => [1, frames],
        }
    }

    /// The pooling on a map of `size`. It is no larger than the map, so that windows shorter than
    /// the network's own end in one value, too.
    #[must_use]
    pub fn pool_on(&self, size: [usize; 2]) -> Option<Pool> {
        self.pool.map(|pool| pool.on(size))
    }
}

impl Architecture {
    /// The architecture with this name.
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Self> {
        ARCHITECTURES
            .iter()
            .find(|architecture| architecture.name == name)
    }

    /// Maps of each block at `width`, at least one each.
    #[must_use]
    pub fn maps(&self, width: f64) -> Vec<usize> {
        let scaled = |block: &Block| (block.maps as f64 * width).round().max(1.0) as usize;
        self.blocks.iter().map(scaled).collect()
    }

    /// Size of the map after each block, for a window of `size`: `[bands, frames]`.
    #[must_use]
    pub fn map_sizes(&self, size: [usize; 2]) -> Vec<[usize; 2]> {
        let sizes = self.blocks.iter().scan(size, |size, block| {
            let convolved = block.convolved(*size);
            *size = match block.pool_on(convolved) {
                Some(pool) => pool.pooled(convolved),
                None => convolved,
            };
            Some(*size)
        });
        sizes.collect()
    }

    /// The convolutions at `width`, on a window of `size`.
    pub fn convolutions(&self, width: f64, size: [usize; 2]) -> impl Iterator<Item = Convolution> {
        let befores = std::iter::once(size).chain(self.map_sizes(size));
        let maps = self.maps(width);
        let maps_in = std::iter::once(1).chain(maps.clone());
        let sides = std::iter::zip(maps_in, maps).zip(befores);
        std::iter::zip(self.blocks, sides).map(|(block, ((maps_in, maps_out), before))| {
            Convolution {
                maps_in,
                maps_out,
                kernel: block.kernel.size(before[0]),
                size: block.convolved(before),
            }
        })
    }
}

/// A block's convolution on a map of some size.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Convolution {
    /// Maps that come in.
    pub maps_in: usize,
    /// Maps that go out.
    pub maps_out: usize,
    /// Bands and frames of a kernel.
    pub kernel: [usize; 2],
    /// Bands and frames of the maps that it gives.
    pub size: [usize; 2],
}

impl Convolution {
    /// Number of values of its kernels.
    #[must_use]
    pub fn weights(&self) -> u64 {
        product([self.maps_in, self.maps_out]) * product(self.kernel)
    }

    /// Number of values that it gives.
    #[must_use]
    pub fn values(&self) -> u64 {
        self.maps_out as u64 * product(self.size)
    }

    /// Number of multiply-accumulates that it needs.
    #[must_use]
    pub fn multiply_adds(&self) -> u64 {
        self.weights() * product(self.size)
    }
}

fn product([a, b]: [usize; 2]) -> u64 {
    a as u64 * b as u64
}
