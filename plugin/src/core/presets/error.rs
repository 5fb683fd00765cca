//! Why a preset is refused.

use std::io;
use std::path::PathBuf;

use super::text::{FORMAT, MAX_PRESET_BYTES, VERSION};

/// Why a preset is refused. Whatever was in force stays in force.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PresetError {
    /// Not the JSON of a preset, or a value that it cannot have.
    #[error("line {line}: {reason}; nothing has changed")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        reason: String,
    },
    /// Somebody else's JSON.
    #[error("it says that it is {0:?}, not {FORMAT:?}; nothing has changed")]
    Foreign(String),
    /// Written by a later version.
    #[error("it has format version {0}, and this Tagline reads up to {VERSION}: update Tagline")]
    Newer(u64),
    /// A version that never existed.
    #[error("it has format version 0, which there never was; nothing has changed")]
    NoVersion,
    /// More bytes than any preset has.
    #[error("it is longer than {MAX_PRESET_BYTES} bytes, so it is no preset; nothing has changed")]
    TooLong,
    /// A file whose content is refused.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: Box<PresetError>,
    },
    /// A file or folder that the system refuses.
    #[error("{path} cannot be {action} ({source}); check that you may do so, and the disk's room")]
    System {
        /// The file or folder.
        path: PathBuf,
        /// What was to be done with it.
        action: &'static str,
        /// The system's reason.
        source: io::Error,
    },
    /// A name that a preset cannot have.
    #[error("a preset is called by 1 to 60 characters, and {0:?} is not such a name")]
    Name(String),
    /// A name that a preset of the plugin has.
    #[error("Tagline itself has a preset called {0:?}; choose another name")]
    Taken(String),
    /// No folder for presets.
    #[error("this machine has no home folder; TAGLINE_PRESETS can name a folder for presets")]
    NoFolder,
    /// A preset of the plugin that there is not.
    #[error("Tagline has no preset {0:?}; nothing has changed")]
    Unknown(String),
}

impl PresetError {
    /// The operating system's number of the error, or 0.
    #[must_use]
    pub fn os_code(&self) -> i32 {
        match self {
            Self::System { source, .. } => source.raw_os_error().unwrap_or(0),
            _ => 0,
        }
    }
}
