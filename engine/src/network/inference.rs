//! A network that is ready to run.

use super::backend::Backend;
use super::incremental::NetworkState;
use super::span::Span;

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

/// A network that is ready to run. [`open_network`](crate::open_network) opens one.
///
/// ```
/// use tagline_engine::{Backend, BackendChoice, Model, open_network};
///
/// let model = Model::built_in().expect("it is sound");
/// let choice = BackendChoice::Only(Backend::Tract);
/// let (mut network, report) = open_network(&model, choice, &[])?;
/// assert_eq!(report.running, Backend::Tract);
///
/// let front_end = &model.info().front_end;
/// let window = vec![0.0; front_end.input_bands() * front_end.frames];
/// let mut probabilities = vec![0.0; model.info().tags.len()];
/// network.run(&window, &mut probabilities)?;
/// assert!(probabilities.iter().all(|p| (0.0..=1.0).contains(p)));
/// # Ok::<(), tagline_engine::InferenceError>(())
/// ```
pub trait Network: Send {
    /// Computes the tag probabilities (in output order) of `window: [row, frame]`, which shows the
    /// stretch `span` of a stream, as [`Analyzer::read`](crate::Analyzer::read) writes it.
    ///
    /// `state` belongs to the stream. It saves the work on what this window has in common with
    /// earlier ones, and never changes a bit of the result.
    ///
    /// # Errors
    /// [`InferenceError`] if the backend fails. The network must then not be used again.
    fn run_next(
        &mut self,
        state: &mut NetworkState,
        span: Span,
        window: &[f32],
        probabilities: &mut [f32],
    ) -> Result<(), InferenceError>;

    /// Computes the same for a window that belongs to no stream.
    ///
    /// # Errors
    /// Those of [`Self::run_next`].
    fn run(&mut self, window: &[f32], probabilities: &mut [f32]) -> Result<(), InferenceError> {
        let span = Span::ending(0, 0);
        self.run_next(&mut NetworkState::default(), span, window, probabilities)
    }

    /// The embedding of the last window, if the model was opened
    /// [with it](crate::Model::with_embedding); otherwise empty.
    fn embedding(&self) -> &[f32] {
        &[]
    }

    /// The backend that runs it.
    fn backend(&self) -> Backend;
}
