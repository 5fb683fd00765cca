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
    /// A file that belongs to the data set is not where it is looked for.
    #[error("{}: no {what}; expected {expected}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
        /// What it is.
        what: String,
        /// Names under which it may be there.
        expected: String,
    },
    /// A table, list or array that is not as it should be.
    #[error("{}: {reason}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong, and where.
        reason: String,
    },
    /// A table without a column.
    #[error("{}: no column `{column}`; it has {has}", path.display())]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// Those there are.
        has: String,
    },
    /// A tag that the data set does not have.
    #[error("no tag `{tag}` in {data}; it has {has}")]
    UnknownTag {
        /// The tag.
        tag: String,
        /// Name of the data set.
        data: String,
        /// Some of those there are.
        has: String,
    },
    /// Nothing to learn from, or to judge by.
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
    /// Two clips of one name.
    #[error("{data}: the clip `{id}` is there twice")]
    Twice {
        /// Name of the data set.
        data: String,
        /// Id of the clip.
        id: String,
    },
    /// None of the audio files that the lists name.
    #[error(
        "{}: none of the listed audio files is there (the first is {first}); {advice}",
        path.display()
    )]
    NoAudio {
        /// The folder.
        path: PathBuf,
        /// The first file looked for.
        first: String,
        /// What to do.
        advice: &'static str,
    },
    /// An option that is impossible.
    #[error("{0}")]
    Option(String),
    /// Ctrl-C.
    #[error(
        "interrupted after {done} of {items} files; run the same command again, and it goes on \
         after the last finished shard"
    )]
    Interrupted {
        /// Files stored.
        done: usize,
        /// Files there are.
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
