//! Tags audio files exactly as the plugin tags what it hears.

mod at;
mod file;
mod library;
mod listener;
mod models;
mod queue;
mod report;
mod tagger;
mod taggrams;
mod write;

use std::path::PathBuf;

use tagline_engine::{BackendChoice, FrontEndError, InferenceError, Model};
use tagline_media::DecodeError;
use tagline_taggram::TaggramError;

pub use at::At;
pub use file::{NoTags, TaggedFile, Update};
pub(crate) use library::read_table;
pub use library::{Done, Library, LibraryError, ListError, Shard, list};
pub use listener::{Heard, Listener};
pub use models::find_model;
pub use queue::tag_files;
pub use report::{Format, Report};
pub use tagger::{Networks, Tagger};
pub use taggrams::Taggrams;
pub use write::{WriteError, write_tags};

/// Why a file was not tagged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TagError {
    /// The file cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// The front-end cannot work at the file's sample rate.
    #[error("{path}: {source}")]
    FrontEnd {
        /// The file.
        path: String,
        /// What is wrong.
        source: FrontEndError,
    },
    /// Neither the backend nor tract can run the network.
    #[error("{path}: {source}")]
    Inference {
        /// The file.
        path: String,
        /// What the backend said.
        source: InferenceError,
    },
    /// The taggram cannot be written.
    #[error("taggram of {path}: {source}")]
    Taggram {
        /// The audio file.
        path: String,
        /// What is wrong.
        source: TaggramError,
    },
    /// A decoder or this program panicked.
    #[error("{path}: internal error ({message}); the other files are not affected")]
    Panic {
        /// The file.
        path: String,
        /// What the panic said.
        message: String,
    },
}

/// The windows of a file on which the network runs. It never runs on silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Windows {
    /// The last one.
    Last,
    /// Those that are full. Where none is, the last one, which shows more than those before it.
    Full,
    /// All.
    Every,
}

/// How files are tagged.
#[derive(Clone, Debug)]
pub struct Tagging {
    /// The model.
    pub model: Model,
    /// What runs it.
    pub backend: BackendChoice,
    /// Where ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// Seconds between windows.
    pub update_seconds: f64,
    /// How many of the last seconds count. Infinity stands for the model's whole window.
    pub focus_seconds: f64,
    /// The windows on which the network runs.
    pub windows: Windows,
    /// Give the network's own probabilities instead of calibrated ones.
    pub raw: bool,
    /// Write the tags of these windows into the files, too. Only [`tag_files`] does it.
    pub write_tags: Option<At>,
}
