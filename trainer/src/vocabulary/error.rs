//! Errors of vocabularies.

use std::path::PathBuf;

/// Why a vocabulary cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum VocabularyError {
    /// The file cannot be read.
    #[error("{}: {source}; name the vocabulary's file with --vocabulary", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not a vocabulary.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// The model has a tag that the vocabulary does not.
    #[error("{} has no tag `{tag}`, which the model has", path.display())]
    Lacks {
        /// The tag.
        tag: String,
        /// The vocabulary's file.
        path: PathBuf,
    },
    /// No vocabulary knows the model's tags.
    #[error(
        "no tag of the model ({tags}, …) is known to the vocabulary, which translates {known}; \
         add the names of the model's tags to it"
    )]
    Foreign {
        /// Some of the model's tags.
        tags: String,
        /// The foreign vocabularies that exist.
        known: String,
    },
}
