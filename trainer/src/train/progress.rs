//! What a training tells while it runs.

use super::run_folder::EpochRecord;

/// Hears how a training goes, and may end it.
pub trait Progress {
    /// Something has happened.
    fn event(&self, event: &Event<'_>);

    /// Whether the training shall end now, at a checkpoint.
    fn interrupted(&self) -> bool {
        false
    }
}

/// What happens in a training.
#[derive(Clone, Copy, Debug)]
pub enum Event<'a> {
    /// It begins, or goes on.
    Started {
        /// Epochs that are done already.
        done: &'a [EpochRecord],
        /// Epochs at most.
        epochs: usize,
        /// Steps an epoch.
        steps: usize,
        /// Clips a step.
        batch: usize,
        /// Steps of the current epoch that are done already.
        step: usize,
        /// Values that are trained.
        values: usize,
    },
    /// Something that people should know.
    Remark {
        /// What, in a sentence.
        text: &'a str,
    },
    /// A step is done.
    Step {
        /// Steps of the epoch that are done.
        step: usize,
        /// Mean loss of the epoch so far.
        loss: f64,
    },
    /// The validation has come so far.
    Validating {
        /// Clips that are done.
        clips: usize,
        /// All clips.
        of: usize,
    },
    /// An epoch is done.
    Epoch {
        /// What came of it.
        record: &'a EpochRecord,
        /// Whether it is the best so far.
        best: bool,
    },
}

/// Nobody listens.
impl Progress for () {
    fn event(&self, _event: &Event<'_>) {}
}
