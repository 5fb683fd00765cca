//! Post-training static quantization to int8.
//!
//! Convolutions get int8 weights, symmetric, with a scale for each map they make, and their input
//! and output (after a ReLU, where one follows) pass through uint8 with a zero point. That is
//! written as ONNX's pairs of QuantizeLinear and DequantizeLinear ("QDQ"): ONNX Runtime fuses each
//! pair into the convolution and computes in integers, tract computes the same values in f32. The
//! last convolution and everything behind it stay in f32: they take no time and decide the tags.
//!
//! The ranges of the uint8 have the least squared error on real windows. Biases correct the mean
//! error that rounded weights cause in each map.

mod calibrate;
mod plan;
mod range;
mod rewrite;
mod weights;

use tract_onnx::pb::ModelProto;

use plan::Plan;

/// Lowest operator set in which a scale may differ along an axis.
const LOWEST_OPSET: i64 = 13;

/// Why a model was not quantized.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum QuantizeError {
    /// There is nothing to quantize.
    #[error(
        "the model has no convolution with weights of its own before its last one, so that int8 \
         would change nothing; use the f32 model"
    )]
    Nothing,
    /// The operator set is too old.
    #[error("the model is of operator set {found}; export it with {LOWEST_OPSET} or later")]
    Opset {
        /// The model's operator set.
        found: i64,
    },
    /// The model is quantized already.
    #[error("the model is quantized already; start from the f32 model")]
    Already,
    /// No window was given.
    #[error("int8 needs windows of real audio to find the range of each layer, and got none")]
    NoWindows,
    /// A window does not fit the model.
    #[error("window {index} (counted from 0) {reason}")]
    Window {
        /// Its number.
        index: usize,
        /// What is wrong with it.
        reason: String,
    },
    /// tract cannot run the model.
    #[error("tract cannot run the model: {0}")]
    Network(String),
}

/// The int8 form of `model`, an f32 network with one input `[N, 1, rows, frames]` or `[N, rows,
/// frames]`. `windows` (row-major, `[row, frame]`, as the front-end gives them) should be real
/// ones, some hundred from all over the training set, since they decide which range of values each
/// layer's 256 steps cover. Metadata and the names of inputs and outputs stay.
///
/// # Errors
/// [`QuantizeError`] says what is wrong with the model or the windows.
pub fn quantize_int8(
    model: &ModelProto,
    windows: impl IntoIterator<Item = Vec<f32>>,
) -> Result<ModelProto, QuantizeError> {
    check_opset(model)?;
    let plan = Plan::of(model)?;
    let seen = calibrate::observe(model, &plan.tensors, windows)?;
    Ok(rewrite::rewrite(model, &plan, &seen))
}

fn check_opset(model: &ModelProto) -> Result<(), QuantizeError> {
    let own = |domain: &str| matches!(domain, "" | "ai.onnx");
    let opset = model.opset_import.iter().find(|set| own(&set.domain));
    let found = opset.map_or(0, |set| set.version);
    if found < LOWEST_OPSET {
        return Err(QuantizeError::Opset { found });
    }
    Ok(())
}
