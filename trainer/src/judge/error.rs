//! What can go wrong.

use tagline_engine::{FrontEndError, InferenceError};
use tagline_media::DecodeError;

use crate::prepare::PrepareError;

/// Why a model is not judged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum JudgeError {
    /// The table of labels cannot be used.
    #[error(transparent)]
    Labels(#[from] PrepareError),
    /// A file of the table lies in none of the folders.
    #[error("{path}: in none of the folders of --audio")]
    Missing {
        /// Its path in the table.
        path: String,
    },
    /// A file cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A file has a rate that no window can be made of.
    #[error("{path}: {source}")]
    FrontEnd {
        /// The file.
        path: String,
        /// Why not.
        source: FrontEndError,
    },
    /// A network fails.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// Nobody judged has a tag that the table has labels of.
    #[error("{path}: no label of it is a tag of the vocabulary, so there is nothing to judge by")]
    NothingToJudge {
        /// The table.
        path: String,
    },
    /// Ctrl-C.
    #[error("interrupted")]
    Interrupted,
}
