//! Errors of evaluations.

use tagline_engine::InferenceError;

use crate::data::DataError;
use crate::metrics::AnswersError;

/// Why a model cannot be evaluated on a data set.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum EvaluateError {
    /// The data set cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The data were prepared with another front-end than the model's.
    #[error(
        "{data}: prepared with another front-end than the model `{model}` needs: {differences}"
    )]
    FrontEnd {
        /// The data set.
        data: String,
        /// Name of the model.
        model: String,
        /// The fields that differ, with both values.
        differences: String,
    },
    /// Model and data have no tag in common.
    #[error(
        "no tag of the model is one of the data's: the model has {model}, the data have {data}"
    )]
    NoSharedTag {
        /// Some of the model's tags.
        model: String,
        /// Some of the data's tags.
        data: String,
    },
    /// Neither the backend nor tract can run the network.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// The network's answer for a clip cannot be scored.
    #[error("clip `{clip}`: {source}")]
    Answer {
        /// The clip.
        clip: String,
        /// What is wrong with it.
        source: AnswersError,
    },
    /// It was interrupted.
    #[error("interrupted; nothing was written")]
    Interrupted,
    /// No tag can be averaged.
    #[error("no tag has both a clip with it and one without it in this split, so none has an AUC")]
    NothingToScore,
}
