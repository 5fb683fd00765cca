//! Inference behind one small trait.

mod choose;
mod guarded;
mod incremental;
mod library;
mod onnxruntime;
mod tract;
mod trial;

use std::path::PathBuf;

pub(crate) use guarded::panic_text;
pub use incremental::NetworkState;

use crate::Model;

/// What runs a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Backend {
    /// tract, in this process, on the CPU.
    Tract,
    /// ONNX Runtime's CPU provider.
    OnnxRuntimeCpu,
    /// ONNX Runtime's CUDA provider.
    Cuda,
    /// ONNX Runtime's DirectML provider.
    DirectMl,
}

impl Backend {
    /// Name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tract => "tract",
            Self::OnnxRuntimeCpu => "ONNX Runtime CPU",
            Self::Cuda => "CUDA",
            Self::DirectMl => "DirectML",
        }
    }
}

/// What the user asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum BackendChoice {
    /// tract, or what truly works on this machine and is at least a fifth faster.
    #[default]
    Auto,
    /// This one, or tract where it does not work.
    Only(Backend),
}

/// Which backend runs, and why the others do not.
#[derive(Clone, Debug)]
pub struct BackendReport {
    /// The one that runs.
    pub running: Backend,
    /// A line for each backend that was looked at: time for a window, or why it does not run.
    pub lines: Vec<String>,
}

/// Why a window was not tagged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum InferenceError {
    /// The backend failed.
    #[error("{backend}: {reason}")]
    Backend {
        /// Name of the backend.
        backend: &'static str,
        /// What it said.
        reason: String,
    },
    /// The caller's window or buffer does not fit the model.
    #[error("the {what} holds {found} values, the model needs {needed}")]
    Size {
        /// "window" or "probabilities".
        what: &'static str,
        /// Values given.
        found: usize,
        /// Values needed.
        needed: usize,
    },
}

/// A network ready to run.
pub trait Network: Send {
    /// Computes the tag probabilities (output order) of `window: [row, frame]`, the window of
    /// a stream that ended when `end_frame` frames had been pushed: its newest frames, or, before
    /// there are enough, all of them over and over ([`RollingWindow::read`](crate::RollingWindow)).
    ///
    /// `state` belongs to the stream. It spares work on what earlier windows had in common with this
    /// one, and has no influence on the result, not in a single bit.
    ///
    /// # Errors
    /// [`InferenceError`] if the backend fails; the network must not be used again then.
    fn run_next(
        &mut self,
        state: &mut NetworkState,
        end_frame: u64,
        window: &[f32],
        probabilities: &mut [f32],
    ) -> Result<(), InferenceError>;

    /// The same for a window that belongs to no stream.
    ///
    /// # Errors
    /// Those of [`Self::run_next`].
    fn run(&mut self, window: &[f32], probabilities: &mut [f32]) -> Result<(), InferenceError> {
        self.run_next(&mut NetworkState::default(), 0, window, probabilities)
    }

    /// What runs it.
    fn backend(&self) -> Backend;
}

/// Opens `model` with the backend of `choice`. ONNX Runtime's library is looked for in
/// `library_dirs`, then in `ORT_DYLIB_PATH`, then in the system; the first that works serves the
/// whole process from then on, and nothing of it is touched before a choice asks for it.
///
/// This takes as long as some windows: every candidate must first give tract's tags for a test
/// window. To replace a backend that has failed, ask for `Only(Backend::Tract)`.
///
/// # Errors
/// [`InferenceError`] if not even tract can run it.
pub fn open_network(
    model: &Model,
    choice: BackendChoice,
    library_dirs: &[PathBuf],
) -> Result<(Box<dyn Network>, BackendReport), InferenceError> {
    open_network_while(model, choice, library_dirs, &mut || true)
}

/// The same while `go_on`, which is asked after each backend and before each window, says so. What has
/// said no says no from then on.
///
/// # Errors
/// Those of [`open_network`]; one whose text does not matter once `go_on` has said no.
pub(crate) fn open_network_while(
    model: &Model,
    choice: BackendChoice,
    library_dirs: &[PathBuf],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<(Box<dyn Network>, BackendReport), InferenceError> {
    choose::open(model, choice, library_dirs, go_on)
}
