//! Errors of prepared data.

use std::path::PathBuf;

use super::Split;

/// Why prepared data cannot be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DataError {
    /// A file cannot be read or written.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The disk has no room for a shard.
    #[error(
        "{}: the disk is full; the shards that are finished are kept: make room and run the same \
         command again", path.display()
    )]
    DiskFull {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// The file system cannot hold a file of this length.
    #[error(
        "{}: the disk cannot hold a file of this length; the shards that are finished are kept: \
         allow larger files and run the same command again, or give a smaller --shard and a new \
         folder", path.display()
    )]
    FileTooLarge {
        /// The file that did not fit.
        path: PathBuf,
    },
    /// The folder holds no manifest.
    #[error(
        "{}: no prepared data set ({}); make one with `trainer prepare`", path.display(),
        if *unfinished {
            "its preparation was interrupted: run the same `trainer prepare` again"
        } else {
            "it has no manifest.json"
        }
    )]
    NotPrepared {
        /// The folder.
        path: PathBuf,
        /// Whether it looks like an interrupted preparation.
        unfinished: bool,
    },
    /// The manifest cannot be understood.
    #[error("{}: not a manifest of prepared data: {reason}", path.display())]
    Manifest {
        /// The manifest.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The data set was prepared by a program with another format.
    #[error(
        "{}: format version {found}, but only {} is understood; prepare the data set again",
        path.display(), super::manifest::FORMAT_VERSION
    )]
    FormatVersion {
        /// The manifest.
        path: PathBuf,
        /// The version it names.
        found: u32,
    },
    /// A file has another length than in the manifest.
    #[error(
        "{}: {found} bytes long, where the manifest says {expected}: it was truncated or replaced; \
         copy it again, or prepare the data set again in a new folder", path.display()
    )]
    Length {
        /// The file.
        path: PathBuf,
        /// Bytes according to the manifest.
        expected: u64,
        /// Bytes that it has.
        found: u64,
    },
    /// A file has another hash than in the manifest.
    #[error(
        "{}: damaged (its SHA-256 is not the manifest's); copy it again, or prepare the data set \
         again in a new folder", path.display()
    )]
    Hash {
        /// The file.
        path: PathBuf,
    },
    /// A shard's metadata do not fit the manifest.
    #[error("{}: {reason}", path.display())]
    Metadata {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
    /// The data set was prepared without this input.
    #[error(
        "{}: prepared without {input} (it has {has}); prepare it again with --inputs {input}",
        path.display()
    )]
    InputMissing {
        /// The folder.
        path: PathBuf,
        /// The input.
        input: &'static str,
        /// The inputs that it has.
        has: String,
    },
    /// A split without clips.
    #[error("{}: no clips in the split `{split}`", path.display())]
    EmptySplit {
        /// The folder.
        path: PathBuf,
        /// The split.
        split: Split,
    },
    /// Not the name of a split.
    #[error("no split `{name}`: train, valid or test is expected")]
    NoSuchSplit {
        /// What was given.
        name: String,
    },
    /// Not the name of an input.
    #[error("no input `{name}`: {known} are known")]
    NoSuchInput {
        /// What was given.
        name: String,
        /// The names that exist.
        known: String,
    },
    /// A clip does not exist, or a window has another size.
    #[error("clip {clip} of {clips}: a window of {found} values, where {expected} are needed")]
    Window {
        /// Number of the clip.
        clip: usize,
        /// Number of clips.
        clips: usize,
        /// Values of the window that was given.
        found: usize,
        /// Values of a window.
        expected: usize,
    },
    /// A clip cannot be stored.
    #[error("clip `{id}`: {reason}")]
    Clip {
        /// Its id.
        id: String,
        /// What is wrong with it.
        reason: String,
    },
    /// The plan of a data set is impossible.
    #[error("{reason}")]
    Plan {
        /// What is wrong.
        reason: String,
    },
    /// The folder holds data that were prepared with other options.
    #[error(
        "{}: was begun with other options ({difference}); give the same options, or another folder",
        path.display()
    )]
    OtherPlan {
        /// The folder.
        path: PathBuf,
        /// What differs.
        difference: String,
    },
    /// The data set is finished.
    #[error("{}: is finished already", path.display())]
    Complete {
        /// The folder.
        path: PathBuf,
    },
    /// Another process writes to the folder.
    #[error(
        "{}: another process is preparing it; wait for it, or choose another folder", path.display()
    )]
    Busy {
        /// The folder.
        path: PathBuf,
    },
    /// The folder holds files that are not prepared data.
    #[error(
        "{}: holds other files (`{file}`) and no prepared data; choose a new folder", path.display()
    )]
    Foreign {
        /// The folder.
        path: PathBuf,
        /// One of the files.
        file: String,
    },
    /// The check was interrupted.
    #[error("interrupted before everything was read")]
    Interrupted,
    /// The data set has no clips.
    #[error("{}: no clip could be prepared{why}", path.display())]
    Nothing {
        /// The folder.
        path: PathBuf,
        /// Why the first clip was left out, with a separator before it.
        why: String,
    },
}

impl DataError {
    /// The error of a failed read or write of `path`.
    pub(crate) fn io(path: impl Into<PathBuf>) -> impl Fn(std::io::Error) -> Self {
        let path = path.into();
        move |source| {
            let path = path.clone();
            match source.kind() {
                std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => {
                    Self::DiskFull { path }
                }
                std::io::ErrorKind::FileTooLarge => Self::FileTooLarge { path },
                _ => Self::Io { path, source },
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_full_disk_is_told_from_other_faults() {
        let message = |kind: ErrorKind| DataError::io("shard.f16")(Error::from(kind)).to_string();
        for kind in [ErrorKind::StorageFull, ErrorKind::QuotaExceeded] {
            let message = message(kind);
            assert!(message.contains("shard.f16: the disk is full"), "{message}");
        }
        let message_of_large = message(ErrorKind::FileTooLarge);
        assert!(message_of_large.contains("shard.f16: the disk cannot hold"));
        assert!(message(ErrorKind::PermissionDenied).contains("permission denied"));
    }
}
