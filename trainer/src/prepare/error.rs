//! Why a data set cannot be prepared.

use std::path::PathBuf;

use crate::data::{DataError, Split};

/// Why a data set cannot be prepared.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrepareError {
    /// The prepared data cannot be written or read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A file of the data set cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A file of the data set was not found.
    #[error("{}: no {what}; expected {expected}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// What it is.
        what: String,
        /// The names that it may have.
        expected: String,
    },
    /// A table, list or array is malformed.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A table lacks a column.
    #[error("{}: no column `{column}`; it has {has}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The columns that it has.
        has: String,
    },
    /// The data set does not have a tag.
    #[error("no tag `{tag}` in {data}; it has {has}")]
    UnknownTag {
        /// The tag.
        tag: String,
        /// Name of the data set.
        data: String,
        /// Some of its tags.
        has: String,
    },
    /// A split has no clips.
    #[error("{data}: no clips in the split `{split}` ({counts}); {hint}")]
    EmptySplit {
        /// Name of the data set.
        data: String,
        /// The split.
        split: Split,
        /// Clips of every split.
        counts: String,
        /// What to do.
        hint: String,
    },
    /// Two clips have the same name.
    #[error("{data}: the clip `{id}` is there twice")]
    Twice {
        /// Name of the data set.
        data: String,
        /// Id of the clip.
        id: String,
    },
    /// None of the listed audio files was found.
    #[error(
        "{}: none of the listed audio files is there (the first is {first}); {advice}",
        path.display()
    )]
    NoAudio {
        /// The folder.
        path: PathBuf,
        /// The first file that was looked for.
        first: String,
        /// What to do.
        advice: &'static str,
    },
    /// An option has an impossible value.
    #[error("{0}")]
    Option(String),
    /// It was interrupted.
    #[error(
        "interrupted after {done} of {items} files; run the same command again, and it goes on \
         after the last finished shard"
    )]
    Interrupted {
        /// Number of files that were stored.
        done: usize,
        /// Number of files.
        items: usize,
    },
}

impl PrepareError {
    pub(super) fn io(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Self::Io { path, source }
    }

    pub(super) fn format(path: impl Into<PathBuf>, reason: impl ToString) -> Self {
        Self::Format {
            path: path.into(),
            reason: reason.to_string(),
        }
    }
}
