//! Writes trained networks as model files.

mod int8;
pub mod quantize;
mod run;

use prost::Message;
use tagline_engine::{Model, ModelError, ModelInfo, write_metadata};
use tagline_files::advice;

pub use int8::{Cost, Int8, to_int8};
pub use run::{Export, write};

use crate::arch::{Architecture, EPSILON, Parameters};
use crate::convert::network::{Activation, Along, ConvBlock, InputAffine, NetworkWeights, Norm};
use crate::convert::onnx;
use crate::data::Input;
use crate::evaluation::EvaluateError;
use crate::train::TrainError;
use crate::vocabulary::VocabularyError;
use quantize::QuantizeError;

/// Why a network was not exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The folder holds no run.
    #[error("{run} holds no run of `trainer train`")]
    NoRun {
        /// The folder.
        run: String,
    },
    /// The run has no finished epoch.
    #[error("{run} has no finished epoch yet; train it further")]
    NoEpoch {
        /// The folder.
        run: String,
    },
    /// The run trains a network that this version does not know.
    #[error("{run} is of the network `{architecture}`, which this trainer does not know")]
    Architecture {
        /// The folder.
        run: String,
        /// Name of the network.
        architecture: String,
    },
    /// The vocabulary cannot be used.
    #[error(transparent)]
    Vocabulary(#[from] VocabularyError),
    /// The run cannot be read.
    #[error(transparent)]
    Run(#[from] TrainError),
    /// A weight is too large for single precision.
    #[error("block {block} with its batch norm folded in exceeds single precision")]
    Overflow {
        /// Number of the block, from 1.
        block: usize,
    },
    /// The model that was made does not pass the engine's checks.
    #[error("the exported model is refused: {0}")]
    Model(#[from] ModelError),
    /// The model cannot be quantized.
    #[error("int8: {reason}")]
    Int8 {
        /// Why not.
        reason: String,
    },
    /// The model cannot be quantized.
    #[error("int8: {0}")]
    Quantize(#[from] QuantizeError),
    /// The data do not fit the model, or it cannot be scored on them.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The model cannot be written.
    #[error("{path} is not written: {source}{}", advice(.source))]
    Write {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// The model of `architecture` with `parameters`, whose batch norms are folded in f64, and with the
/// metadata `info`, whose SHA-256 is ignored.
///
/// # Errors
/// [`ExportError`] where a weight overflows, or the engine refuses the model.
pub fn to_model(
    architecture: &Architecture,
    parameters: &Parameters,
    info: &ModelInfo,
) -> Result<Model, ExportError> {
    let size = [info.front_end.input_bands(), info.front_end.frames];
    let network = NetworkWeights {
        input: parameters.rows.as_ref().map(|rows| InputAffine {
            along: Along::Rows,
            gain: rows.gain.clone(),
            offset: rows.offset.clone(),
        }),
        blocks: blocks(architecture, parameters, size)?,
        activation: Activation::Relu,
        dense: parameters.weights.clone(),
        dense_bias: parameters.bias.clone(),
    };
    let input = match architecture.input {
        Input::Mel => "log_mel",
        Input::Stft => "log_stft",
        Input::Mfcc => "mfcc",
    };
    let mut proto = onnx::model(&network, input, size[0], size[1]);
    write_metadata(&mut proto, info);
    Ok(Model::from_bytes(proto.encode_to_vec(), None)?)
}

fn blocks(
    architecture: &Architecture,
    parameters: &Parameters,
    mut size: [usize; 2],
) -> Result<Vec<ConvBlock>, ExportError> {
    let sizes = architecture.map_sizes(size);
    let pairs = std::iter::zip(architecture.blocks, &parameters.blocks).zip(sizes);
    let mut blocks = Vec::new();
    for ((block, numbers), after) in pairs {
        let root = |variance: &f32| (f64::from(*variance) + EPSILON).sqrt();
        let divisors: Vec<f64> = numbers.variance.iter().map(root).collect();
        let norm = Norm::new(&numbers.gain, &numbers.offset, &numbers.mean, &divisors);
        let overflow = ExportError::Overflow {
            block: blocks.len() + 1,
        };
        let [kernels, bias] = norm.fold(&numbers.kernels, None).ok_or(overflow)?;
        blocks.push(ConvBlock {
            maps_in: numbers.maps_in,
            maps_out: numbers.maps_out,
            kernel: numbers.kernel,
            padding: block.kernel.padding(),
            kernels,
            bias,
            pool: block.pool_on(block.convolved(size)),
        });
        size = after;
    }
    Ok(blocks)
}
