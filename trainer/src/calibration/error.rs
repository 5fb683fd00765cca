//! Errors of calibration.

use tagline_engine::ModelError;
use tagline_files::advice;

use crate::evaluation::EvaluateError;

/// Why a model cannot be calibrated.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CalibrateError {
    /// The model cannot be run on the data.
    #[error(transparent)]
    Evaluate(#[from] EvaluateError),
    /// The network gave NaN or an infinity.
    #[error("clip `{clip}`: the model's answer for the tag `{tag}` is {probability}, not 0 to 1")]
    Answer {
        /// The clip.
        clip: String,
        /// The tag.
        tag: String,
        /// What the network gave.
        probability: f32,
    },
    /// No clip has any of the tags.
    #[error("no clip of this split has any of the model's tags, so there is nothing to fit")]
    NoPositive,
    /// The model's bytes cannot be read again.
    #[error("the model cannot be read again ({reason})")]
    NotOnnx {
        /// What the reader says.
        reason: String,
    },
    /// The model that was made does not pass the engine's checks.
    #[error("the calibrated model is refused: {0}")]
    Model(#[from] ModelError),
    /// The model cannot be written.
    #[error("{path} is not written: {source}{}", advice(.source))]
    Write {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}
