//! Trains a network: [`run`].
//!
//! A resumed training gives the same weights, bit for bit, as one that was never interrupted: what a
//! step sees and draws is a function of seed, epoch and step alone.
//!
//! Without the features `cuda` and `vulkan` only the processor trains, by [`crate::cpu`]. With them,
//! graphics cards do, too, by Burn.

mod adam;
mod augment;
mod balance;
mod batches;
mod best;
#[cfg(feature = "burn")]
pub mod cards;
mod checkpoint;
mod device;
mod error;
mod exportable;
mod figures;
mod learner;
mod machine;
mod options;
mod precision;
mod run_folder;
mod schedule;
mod standing;
mod start;
mod training;
mod validate;

use std::path::PathBuf;

pub(crate) use augment::{Augment, Strength};
pub(crate) use balance::balanced;
pub use batches::Batch;
pub use best::{Best, best};
pub use checkpoint::CheckpointError;
pub use device::{Computer, DeviceChoice};
pub use error::TrainError;
pub use learner::Learner;
pub use machine::Machine;
pub use options::{Recipe, SHORTEST_SECONDS, TrainOptions};
pub use precision::Precision;
pub use run_folder::{DataDescription, RunDescription};
pub(crate) use schedule::Schedule;
pub(crate) use start::{norm_as_they_are, of_model};

use crate::data::Dataset;
use crate::work::{EpochRecord, Progress};
use training::Training;

/// The result of a training.
#[derive(Clone, Debug, PartialEq)]
pub struct TrainReport {
    /// Folder of the run.
    pub run: PathBuf,
    /// Every finished epoch.
    pub epochs: Vec<EpochRecord>,
    /// Number, from 1, and validation ROC-AUC of the best one.
    pub best: Option<(usize, f64)>,
    /// Why it ended.
    pub end: End,
}

/// Why a training ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// All epochs are finished.
    Finished,
    /// The validation ROC-AUC had stopped rising.
    Stopped,
    /// It was interrupted. The same command goes on with it.
    Interrupted,
}

/// Trains a network, or goes on with a training, until it ends.
///
/// # Errors
/// [`TrainError`]. The checkpoints are then those of the last good moment.
pub fn run(options: &TrainOptions, progress: &dyn Progress) -> Result<TrainReport, TrainError> {
    options.recipe.validate()?;
    exportable::check(options.architecture, options.recipe.width)?;
    let computer = options
        .device
        .open(options.recipe.cards, options.recipe.precision)?;
    let data = Dataset::open(&options.data, options.architecture.input)?;
    let mut training = Training::open(options, &data, &computer, progress)?;
    let end = training.run()?;
    let best = training.standing.best();
    Ok(TrainReport {
        run: options.run.clone(),
        epochs: training.standing.epochs,
        best,
        end,
    })
}
