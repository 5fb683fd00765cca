//! Networks that can be trained: each is a table of layers ([`ARCHITECTURES`]).

mod network;
mod parameters;
mod table;

pub use network::{BatchStatistics, ConvBlock, Network, Precision, TrainingOutput, values};
pub use parameters::{BlockParameters, EPSILON, Named, Parameters, RowScaling};
pub use table::ARCHITECTURES;

use crate::data::Input;

/// Part of the values that dropout sets to 0.
pub const DROPOUT: f64 = 0.5;

/// A network as a table of its blocks. A 1×1 convolution to the tags and a sigmoid follow them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Architecture {
    /// Name on the command line.
    pub name: &'static str,
    /// Name for people.
    pub title: &'static str,
    /// What it listens to.
    pub input: Input,
    /// Whether each row of the input is first brought to mean 0 and deviation 1 on the training
    /// data ([`RowScaling`]).
    pub scaled_rows: bool,
    /// Its blocks, from the input on.
    pub blocks: &'static [Block],
}

/// One block: convolution without bias, batch norm, ReLU, and perhaps max-pooling without padding
/// and dropout of 0.5.
///
/// The batch norm's own offset takes the part of a bias.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Block {
    /// What each map looks at.
    pub kernel: Kernel,
    /// Maps that it makes, at full width.
    pub maps: usize,
    /// Size and stride of the pooling: bands, frames.
    pub pool: Option<[usize; 2]>,
    /// Whether dropout follows.
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
    /// Bands and frames that it covers on a map of `bands` bands.
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
    /// Size of the map that its convolution makes of one of `[bands, frames]`.
    #[must_use]
    pub fn convolved(&self, [bands, frames]: [usize; 2]) -> [usize; 2] {
        match self.kernel {
            Kernel::Square | Kernel::Point => [bands, frames],
            Kernel::Frame => [1, frames],
        }
    }

    /// The pooling on a map of `size`: no larger than the map, so that windows shorter than the
    /// network's own end in one value, too.
    #[must_use]
    pub fn pool_on(&self, size: [usize; 2]) -> Option<[usize; 2]> {
        self.pool
            .map(|[bands, frames]| [bands.min(size[0]), frames.min(size[1])])
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
                Some(pool) => [convolved[0] / pool[0], convolved[1] / pool[1]],
                None => convolved,
            };
            Some(*size)
        });
        sizes.collect()
    }

    /// What each convolution at `width` costs for a window of `size`.
    pub fn costs(&self, width: f64, size: [usize; 2]) -> impl Iterator<Item = ConvolutionCost> {
        let sizes = self.map_sizes(size);
        let befores = std::iter::once(size).chain(sizes);
        let maps = self.maps(width);
        let maps_in = std::iter::once(1).chain(maps.clone());
        let sides = std::iter::zip(maps_in, maps).zip(befores);
        std::iter::zip(self.blocks, sides).map(|(block, ((maps_in, maps_out), before))| {
            let kernel = block.kernel.size(before[0]);
            let count = |factors: [usize; 2]| factors.map(|factor| factor as u64).iter().product();
            let weights = count(kernel) * count([maps_in, maps_out]);
            let positions: u64 = count(block.convolved(before));
            ConvolutionCost {
                weights,
                values: positions * maps_out as u64,
                multiply_adds: positions * weights,
            }
        })
    }
}

/// What a convolution costs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConvolutionCost {
    /// Values of its kernels.
    pub weights: u64,
    /// Values that it gives.
    pub values: u64,
    /// Multiply-accumulates that it takes.
    pub multiply_adds: u64,
}
