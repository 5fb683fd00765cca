//! What a student hears: a sound, its known labels, and where it comes from.

use std::path::PathBuf;

use super::Often;
use crate::data::Split;

/// A sound to hear.
#[derive(Clone, Debug)]
pub(super) struct Sound {
    /// Stable name: the source and the file in it.
    pub id: String,
    pub split: Split,
    /// The known labels, one for each tag: 0 to 1, or NaN.
    pub known: Vec<f32>,
    /// How often a file of real audio is heard.
    pub often: Often,
    pub origin: Origin,
}

/// Where a sound comes from, which decides who labels it.
#[derive(Clone, Debug)]
pub(super) enum Origin {
    /// A file of real audio. The teachers give the unknown labels.
    Real(Recording),
    /// A file of a synthetic corpus. Unknown labels stay unknown.
    Synthetic(Recording),
    /// A sound without music, of this kind and seed.
    NoMusic(u64),
}

impl Origin {
    /// The source that it shares with other sounds of real audio. Rendered pieces share nothing.
    pub fn source(&self) -> &str {
        match self {
            Self::Real(recording) => &recording.source,
            Self::Synthetic(_) | Self::NoMusic(_) => "",
        }
    }
}

/// An audio file.
#[derive(Clone, Debug)]
pub(super) struct Recording {
    pub path: PathBuf,
    /// Name of the source.
    pub source: String,
    /// The file in it.
    pub file: String,
}
