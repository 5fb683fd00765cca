//! The analysis service: one worker thread for all streams of the process, started with the
//! first and joined with the last.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64};

use crate::{Backend, BackendChoice, BackendReport, ModelInfo, Tap};

/// Most tags of one model that reach the audio thread; the rest stays in files.
pub const MAX_TAGS: usize = 50;

/// Where a stream's model comes from.
#[derive(Clone, Debug)]
pub enum ModelSource {
    /// This file.
    File(PathBuf),
    /// The default: `default.onnx`, or else the first `.onnx` by name, in the first of these
    /// folders that has one.
    DefaultIn(Vec<PathBuf>),
    /// The file with this SHA-256 at `path`, or else anywhere in `folders`.
    Pinned {
        /// Where it was.
        path: PathBuf,
        /// SHA-256 of the file, in lower-case hex.
        sha256: String,
        /// Where to look for it when it is not there.
        folders: Vec<PathBuf>,
    },
}

/// What a stream is.
pub struct StreamConfig {
    /// The host's sample rate, in Hz.
    pub sample_rate_hz: f64,
    /// Most samples the host pushes at once.
    pub max_block_samples: u32,
    /// The model to start with.
    pub model: ModelSource,
    /// What runs it.
    pub backend: BackendChoice,
    /// Where ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// Seconds between updates.
    pub update_seconds: f64,
    /// Time constant of the smoothing, in seconds; 0 for none.
    pub smoothing_seconds: f64,
    /// Called on the worker's thread after each [`Event`]: asks the main thread to read them.
    pub notify: Box<dyn Fn() + Send>,
}

/// What the worker tells the main thread.
#[derive(Clone, Debug)]
pub enum Event {
    /// A model is in force.
    ModelReady {
        /// Counts up with each; see [`TagUpdate::generation`](crate::TagUpdate).
        generation: u32,
        /// What it says of itself.
        info: Arc<ModelInfo>,
        /// Where it was found.
        path: PathBuf,
        /// What runs it, and why not something else.
        report: BackendReport,
    },
    /// A model was asked for and is not to be had; the previous one stays in force.
    ModelFailed {
        /// What is wrong, where, and what to do.
        message: String,
    },
    /// The backend failed while running and tract has taken over.
    BackendReplaced {
        /// What it said.
        message: String,
        /// What runs now.
        running: Backend,
    },
}

/// Counters of a stream, which any thread may read.
#[derive(Debug, Default)]
pub struct StreamStatus {
    /// Updates delivered.
    pub updates: AtomicU64,
    /// Updates that were due and skipped, because the network was still busy.
    pub late_updates: AtomicU64,
    /// Due windows without new sound, for which the tags hold.
    pub silent_updates: AtomicU64,
    /// Samples dropped because the worker did not keep up.
    pub dropped_samples: AtomicU64,
    /// Seconds of audio the newest window rests on, as f32 bits.
    pub seconds_heard: AtomicU32,
    /// Time of the last inference in milliseconds, as f32 bits.
    pub inference_ms: AtomicU32,
}

/// The main thread's end of a stream. Dropping it ends the stream.
pub struct Stream {}

impl Stream {
    /// Asks for another model; an [`Event`] tells what came of it.
    pub fn set_model(&self, _model: ModelSource) {
        unimplemented!()
    }

    /// The oldest event not yet read.
    #[must_use]
    pub fn next_event(&self) -> Option<Event> {
        unimplemented!()
    }

    /// The stream's counters.
    #[must_use]
    pub fn status(&self) -> &Arc<StreamStatus> {
        unimplemented!()
    }
}

/// The process-wide analysis service.
pub struct Service;

impl Service {
    /// Starts a stream, and the worker with the first. Nothing is opened on the caller's thread.
    ///
    /// # Errors
    /// [`FrontEndError`](crate::FrontEndError) if the rate is impossible.
    pub fn start(_config: StreamConfig) -> Result<(Stream, Tap), crate::FrontEndError> {
        unimplemented!()
    }
}
