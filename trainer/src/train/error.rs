//! Why a training ended early or did not begin.

use tagline_files::advice;

use super::checkpoint::CheckpointError;
use crate::data::DataError;
use crate::metrics::AnswersError;

/// Why a training ended early or did not begin.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TrainError {
    /// An option makes no sense.
    #[error("--{option} {reason}")]
    Option {
        /// Name of the option.
        option: &'static str,
        /// What it must be.
        reason: &'static str,
    },
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// There are too few clips to train on.
    #[error("the training split has only {clips} clip; a batch needs at least 2")]
    TooFewClips {
        /// How many there are.
        clips: usize,
    },
    /// No tag of the validation split can be scored.
    #[error(
        "no tag of the validation split has both a clip with it and a clip without it, so no \
         ROC-AUC can be measured"
    )]
    NothingToMeasure,
    /// Another process trains in the folder.
    #[error("{run}: another process is training there")]
    Busy {
        /// The folder.
        run: String,
    },
    /// The folder holds another run than the one asked for.
    #[error(
        "{run} already holds a run with {differences}; go on with it with the same options, or \
         choose another folder"
    )]
    OtherRun {
        /// The folder.
        run: String,
        /// What differs: option, its value there, the value asked for.
        differences: String,
    },
    /// The folder holds the same run with another number of epochs.
    #[error(
        "{run} already holds a run of {has} epochs, not {asked}; its learning rate falls to 0 over \
         just that many, so that another number would be another training. To train for longer, \
         begin a new run with this one's best epoch: --start {run}, and another folder"
    )]
    OtherEpochs {
        /// The folder.
        run: String,
        /// Epochs of the run in it.
        has: usize,
        /// Epochs asked for.
        asked: usize,
    },
    /// A file of the run is damaged.
    #[error("{path}: {reason}")]
    Run {
        /// The file.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A checkpoint cannot be used.
    #[error("{path}: {source}")]
    Checkpoint {
        /// The file.
        path: String,
        /// What is wrong with it.
        source: CheckpointError,
    },
    /// The training cannot begin with the named run.
    #[error("--start {run}: {reason}")]
    Start {
        /// Its folder.
        run: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A file of the run cannot be written.
    #[error("{path} is not written: {source}{}", advice(.source))]
    Write {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The network's outputs cannot be ranked.
    #[error("validation: {0}")]
    Answers(#[from] AnswersError),
    /// The device cannot be used.
    #[error("{0}")]
    Device(String),
    /// No model file may hold the network.
    #[error(
        "--width {width}: {title} has {needed} {what} then, and a model file may have {limit}; choose a \
         smaller one"
    )]
    TooWide {
        /// The width.
        width: f64,
        /// The network.
        title: &'static str,
        /// What it has too many of.
        what: &'static str,
        /// How many.
        needed: u64,
        /// How many there may be.
        limit: u64,
    },
    /// A graphics card failed.
    #[error(
        "the graphics card failed: {reason}. A smaller --batch or --width needs less of its memory; \
         the same command goes on from the last checkpoint"
    )]
    Card {
        /// What it failed at.
        reason: String,
    },
    /// The loss has become infinite or NaN.
    #[error("the loss is {loss} in step {step} of epoch {epoch}; try a lower --lr")]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
        /// The step in it, from 1.
        step: usize,
        /// NaN or an infinity.
        loss: f32,
    },
}
