//! A tagging network as plain numbers, on its way from weights to ONNX.

use crate::arch::Pool;

/// A network: gain and offset, blocks of convolution, activation and pooling, one dense layer,
/// sigmoid. Batch norms are folded already.
#[derive(Clone, Debug)]
pub struct NetworkWeights {
    /// Gain and offset of the input, where it has them.
    pub input: Option<InputAffine>,
    /// The blocks in order.
    pub blocks: Vec<ConvBlock>,
    /// The function behind each convolution.
    pub activation: Activation,
    /// Dense weights, `[tag, map]`.
    pub dense: Vec<f32>,
    /// Dense bias, one a tag.
    pub dense_bias: Vec<f32>,
}

/// The function between a block's convolution and its pooling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activation {
    /// max(x, 0)
    Relu,
    /// x, or exp(x) − 1 below 0
    Elu,
}

/// `gain · x + offset` of the input.
#[derive(Clone, Debug)]
pub struct InputAffine {
    /// What the factors belong to.
    pub along: Along,
    /// Factors: one, or one for each row or frame.
    pub gain: Vec<f32>,
    /// As many offsets.
    pub offset: Vec<f32>,
}

/// What a factor and an offset belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Along {
    /// Each row, or all values if there is a single factor.
    Rows,
    /// Each frame, or all values if there is a single factor.
    Frames,
}

/// Convolution, then activation, then perhaps pooling.
#[derive(Clone, Debug)]
pub struct ConvBlock {
    /// Maps that come in.
    pub maps_in: usize,
    /// Maps that go out.
    pub maps_out: usize,
    /// Size of a kernel: bands, frames.
    pub kernel: [usize; 2],
    /// Zeros on each side of the map: bands, frames.
    pub padding: [usize; 2],
    /// Kernels, `[map out, map in, band, frame]`.
    pub kernels: Vec<f32>,
    /// Bias, one a map out.
    pub bias: Vec<f32>,
    /// The pooling.
    pub pool: Option<Pool>,
}

/// A batch norm as `gain · x + offset`, one of each a channel.
#[derive(Clone, Debug)]
pub struct Norm {
    /// Factors.
    pub gain: Vec<f64>,
    /// Offsets.
    pub offset: Vec<f64>,
}

impl NetworkWeights {
    /// Number of tags.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.dense_bias.len()
    }

    /// Whether windows of any length are possible, because no frame has a factor of its own.
    #[must_use]
    pub fn any_length(&self) -> bool {
        self.input
            .as_ref()
            .is_none_or(|input| input.along == Along::Rows || input.gain.len() == 1)
    }
}

impl Norm {
    /// The norm with these parts. `divisors` is √(variance + ε), or what the file has in its place.
    #[must_use]
    pub fn new(factors: &[f32], offsets: &[f32], means: &[f32], divisors: &[f64]) -> Self {
        let gain = factors.iter().zip(divisors);
        let gain: Vec<f64> = gain
            .map(|(factor, divisor)| f64::from(*factor) / divisor)
            .collect();
        let offset = offsets.iter().zip(means).zip(&gain);
        let offset =
            offset.map(|((offset, mean), gain)| f64::from(*offset) - f64::from(*mean) * gain);
        Self {
            offset: offset.collect(),
            gain,
        }
    }

    /// Folds this norm into the kernels `[map out, …]` and bias (0 if there is none) of the
    /// convolution before it; `None` if a value exceeds single precision.
    #[must_use]
    pub fn fold(&self, kernels: &[f32], bias: Option<&[f32]>) -> Option<[Vec<f32>; 2]> {
        let of_map = kernels.len() / self.gain.len();
        let kernels: Vec<f64> = kernels
            .chunks_exact(of_map)
            .zip(&self.gain)
            .flat_map(|(kernels, gain)| kernels.iter().map(move |value| f64::from(*value) * gain))
            .collect();
        let bias: Vec<f64> = (0..self.gain.len())
            .map(|map| {
                let bias = bias.map_or(0.0, |bias| f64::from(bias[map]));
                bias * self.gain[map] + self.offset[map]
            })
            .collect();
        Some([single(&kernels)?, single(&bias)?])
    }
}

/// Values in single precision, if they fit.
#[must_use]
pub fn single(values: &[f64]) -> Option<Vec<f32>> {
    let singles: Vec<f32> = values.iter().map(|value| *value as f32).collect();
    singles
        .iter()
        .all(|value| value.is_finite())
        .then_some(singles)
}
