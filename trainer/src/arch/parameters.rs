//! A network's numbers as plain lists: checkpoints hold them, training changes them, exports read
//! them.

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::Architecture;

/// Added to a batch norm's variance.
pub const EPSILON: f64 = 1e-5;

/// Share of a batch's statistics in the running ones of its batch norms after each step.
pub const MOMENTUM: f64 = 0.1;

/// All numbers of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameters {
    /// Scaling of the input's rows, in networks that have one.
    pub rows: Option<RowScaling>,
    /// The numbers of each block.
    pub blocks: Vec<BlockParameters>,
    /// Weights of the last 1×1 convolution, `[tag, map]`.
    pub weights: Vec<f32>,
    /// Bias of the last 1×1 convolution, one a tag.
    pub bias: Vec<f32>,
}

/// `gain · x + offset` of each row of a network's input. It is measured once on the training data
/// ([`Self::measured`]) and not trained, since the first layer can take on any factor and offset
/// itself.
#[derive(Clone, Debug, PartialEq)]
pub struct RowScaling {
    /// One factor a row.
    pub gain: Vec<f32>,
    /// One offset a row.
    pub offset: Vec<f32>,
}

/// Smallest deviation of a row that is scaled to 1. A row that hardly moves in the training data
/// carries no information, and must not become loud when it moves later.
const LEAST_DEVIATION: f64 = 1e-3;

impl RowScaling {
    /// A scaling that leaves `rows` rows unchanged.
    #[must_use]
    pub fn identity(rows: usize) -> Self {
        Self {
            gain: vec![1.0; rows],
            offset: vec![0.0; rows],
        }
    }

    /// The scaling that brings each of `rows` rows to mean 0 and deviation 1 over all of `windows`,
    /// each `[row, frame]`. Without a window it leaves the rows unchanged.
    ///
    /// # Errors
    /// The error of the first window that has one.
    pub fn measured<E>(
        rows: usize,
        windows: impl IntoIterator<Item = Result<Vec<f32>, E>>,
    ) -> Result<Self, E> {
        let (mut sums, mut count) = (vec![[0.0; 2]; rows], 0.0);
        for window in windows {
            let window = window?;
            let frames = window.len() / rows;
            count += frames as f64;
            for (sums, row) in sums.iter_mut().zip(window.chunks_exact(frames)) {
                for value in row.iter().copied().map(f64::from) {
                    sums[0] += value;
                    sums[1] += value * value;
                }
            }
        }
        if count == 0.0 {
            return Ok(Self::identity(rows));
        }
        let lines = sums.iter().map(|[sum, squares]| {
            let mean = sum / count;
            let variance = (squares / count - mean * mean).max(0.0);
            let gain = 1.0 / variance.sqrt().max(LEAST_DEVIATION);
            (gain as f32, (-mean * gain) as f32)
        });
        let (gain, offset) = lines.unzip();
        Ok(Self { gain, offset })
    }

    /// Scales windows, `[window, row, frame]` of `frames` frames.
    #[must_use]
    pub fn apply(&self, windows: &[f32], frames: usize) -> Vec<f32> {
        let lines = self.gain.iter().zip(&self.offset).cycle();
        let rows = windows.chunks_exact(frames).zip(lines);
        rows.flat_map(|(row, (gain, offset))| row.iter().map(move |x| gain * x + offset))
            .collect()
    }
}

/// The numbers of one block.
#[derive(Clone, Debug, PartialEq)]
pub struct BlockParameters {
    /// Maps that come in.
    pub maps_in: usize,
    /// Maps that go out.
    pub maps_out: usize,
    /// Bands and frames of a kernel.
    pub kernel: [usize; 2],
    /// Kernels, `[map out, map in, band, frame]`.
    pub kernels: Vec<f32>,
    /// Factor of the batch norm, one a map out.
    pub gain: Vec<f32>,
    /// Offset of the batch norm, one a map out.
    pub offset: Vec<f32>,
    /// Running mean of the batch norm, one a map out.
    pub mean: Vec<f32>,
    /// Running variance of the batch norm, unbiased as PyTorch's, one a map out.
    pub variance: Vec<f32>,
}

/// A tensor's name (as PyTorch would name it), shape and values.
pub type Named<'a, V> = (String, Vec<usize>, &'a mut V);

impl BlockParameters {
    /// Number of weights of one map out: maps in · bands · frames.
    #[must_use]
    pub fn fan_in(&self) -> usize {
        self.maps_in * self.kernel[0] * self.kernel[1]
    }
}

impl Parameters {
    /// Zeros in the shapes of `architecture` at `width`, for windows of `bands` bands.
    #[must_use]
    pub fn zeros(architecture: &Architecture, width: f64, bands: usize, tags: usize) -> Self {
        let rows = architecture.scaled_rows.then(|| RowScaling {
            gain: vec![0.0; bands],
            offset: vec![0.0; bands],
        });
        // The number of frames does not change a kernel.
        let convolutions = architecture.convolutions(width, [bands, 1]);
        let blocks = convolutions.map(|convolution| BlockParameters {
            maps_in: convolution.maps_in,
            maps_out: convolution.maps_out,
            kernel: convolution.kernel,
            kernels: vec![0.0; convolution.weights() as usize],
            gain: vec![0.0; convolution.maps_out],
            offset: vec![0.0; convolution.maps_out],
            mean: vec![0.0; convolution.maps_out],
            variance: vec![0.0; convolution.maps_out],
        });
        let blocks: Vec<BlockParameters> = blocks.collect();
        let maps = blocks.last().map_or(1, |block| block.maps_out);
        Self {
            rows,
            weights: vec![0.0; tags * maps],
            bias: vec![0.0; tags],
            blocks,
        }
    }

    /// Parameters to begin training with, the same for the same `seed`: kernels after He et al.
    /// (2015), an output with small weights, batch norms that keep their input's scale.
    #[must_use]
    pub fn random(
        architecture: &Architecture,
        width: f64,
        bands: usize,
        tags: usize,
        seed: u64,
    ) -> Self {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let mut parameters = Self::zeros(architecture, width, bands, tags);
        if let Some(rows) = &mut parameters.rows {
            *rows = RowScaling::identity(bands);
        }
        for block in &mut parameters.blocks {
            let deviation = (2.0 / block.fan_in() as f32).sqrt();
            fill(&mut block.kernels, deviation, &mut rng);
            block.gain.fill(1.0);
            block.variance.fill(1.0);
        }
        let maps = parameters.maps();
        fill(
            &mut parameters.weights,
            (1.0 / maps as f32).sqrt(),
            &mut rng,
        );
        parameters
    }

    /// Number of tags.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.bias.len()
    }

    /// Maps that the last block gives.
    #[must_use]
    pub fn maps(&self) -> usize {
        self.blocks.last().map_or(1, |block| block.maps_out)
    }

    /// Number of values that are trained.
    #[must_use]
    pub fn trained(&self) -> usize {
        let blocks = self.blocks.iter();
        let in_blocks: usize = blocks
            .map(|block| block.kernels.len() + 2 * block.maps_out)
            .sum();
        in_blocks + self.weights.len() + self.bias.len()
    }

    /// Every tensor, to be read or written.
    pub fn tensors(&mut self) -> Vec<Named<'_, Vec<f32>>> {
        let (tags, maps) = (self.tags(), self.maps());
        let mut all: Vec<Named<'_, Vec<f32>>> = Vec::new();
        if let Some(RowScaling { gain, offset }) = &mut self.rows {
            all.push(("input.gain".into(), vec![gain.len()], gain));
            all.push(("input.offset".into(), vec![offset.len()], offset));
        }
        for (number, block) in (1..).zip(&mut self.blocks) {
            let name = |part: &str| format!("block{number}.{part}");
            let [bands, frames] = block.kernel;
            let shape = vec![block.maps_out, block.maps_in, bands, frames];
            all.push((name("conv.weight"), shape, &mut block.kernels));
            let each = || vec![block.maps_out];
            all.push((name("norm.weight"), each(), &mut block.gain));
            all.push((name("norm.bias"), each(), &mut block.offset));
            all.push((name("norm.running_mean"), each(), &mut block.mean));
            all.push((name("norm.running_var"), each(), &mut block.variance));
        }
        all.push((
            "output.weight".into(),
            vec![tags, maps, 1, 1],
            &mut self.weights,
        ));
        all.push(("output.bias".into(), vec![tags], &mut self.bias));
        all
    }

    /// Those of [`Self::tensors`] that gradients train.
    pub fn trained_tensors(&mut self) -> Vec<Named<'_, Vec<f32>>> {
        let mut all = self.tensors();
        all.retain(|(name, ..)| !name.starts_with("input.") && !name.contains(".running_"));
        all
    }
}

/// Normally distributed values (Box and Muller).
fn fill(values: &mut [f32], deviation: f32, rng: &mut impl Rng) {
    for value in values {
        let radius = (-2.0 * (1.0 - rng.random::<f32>()).ln()).sqrt();
        let angle = std::f32::consts::TAU * rng.random::<f32>();
        *value = deviation * radius * angle.cos();
    }
}

#[cfg(test)]
mod tests;
