//! A tagging network as plain numbers, on its way from weights to ONNX.

use crate::import::Activation;

/// A network: gain and offset, blocks of convolution, activation and pooling, one dense layer,
/// sigmoid. Batch norms are folded already.
#[derive(Clone, Debug)]
pub struct NetworkWeights {
    /// Factors of the input: one, or one for each frame.
    pub input_gain: Vec<f32>,
    /// Offsets of the input: as many.
    pub input_offset: Vec<f32>,
    /// The blocks in order.
    pub blocks: Vec<ConvBlock>,
    /// What follows each convolution.
    pub activation: Activation,
    /// Dense weights, `[tag, map]`.
    pub dense: Vec<f32>,
    /// Dense bias, one a tag.
    pub dense_bias: Vec<f32>,
}

/// Convolution 3×3 padded with zeros to the same size, then activation, then max-pooling.
#[derive(Clone, Debug)]
pub struct ConvBlock {
    /// Maps that come in.
    pub maps_in: usize,
    /// Maps that go out.
    pub maps_out: usize,
    /// Kernels, `[map out, map in, mel band, frame]`.
    pub kernels: Vec<f32>,
    /// Bias, one a map out.
    pub bias: Vec<f32>,
    /// Size and stride of the pooling: mel bands, frames.
    pub pool: [usize; 2],
}

impl NetworkWeights {
    /// Number of tags.
    #[must_use]
    pub fn tags(&self) -> usize {
        self.dense_bias.len()
    }

    /// Whether every window length is possible: no frame has a factor of its own.
    #[must_use]
    pub fn any_length(&self) -> bool {
        self.input_gain.len() == 1
    }
}
