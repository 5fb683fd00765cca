//! The best epoch of a run.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::checkpoint::Checkpoint;
use super::figures::EPOCHS;
use super::{RunDescription, TrainError};
use crate::arch::Parameters;
use crate::work::exact;

/// The checkpoint of the best epoch.
pub(super) const BEST: &str = "best.safetensors";

/// The network of a run's best epoch.
#[derive(Clone, Debug, PartialEq)]
pub struct Best {
    /// Its numbers.
    pub parameters: Parameters,
    /// The epoch, from 1.
    pub epoch: usize,
    /// Its macro ROC-AUC on the validation split.
    pub roc_auc: f64,
}

/// The state that a run writes beside the best network's numbers.
#[derive(Serialize, Deserialize)]
pub(super) struct BestState {
    pub(super) epoch: usize,
    #[serde(with = "exact")]
    pub(super) roc_auc: f64,
}

/// The network of the best epoch of the run in the folder `run`; `None` if no epoch is done yet.
///
/// # Errors
/// [`TrainError`] if it cannot be read, belongs to another run, or is gone.
pub fn best(run: &Path, description: &RunDescription) -> Result<Option<Best>, TrainError> {
    let path = run.join(BEST);
    if !path.is_file() {
        return match run.join(EPOCHS).is_file() {
            true => Err(lost(&path)),
            false => Ok(None),
        };
    }
    let found = Checkpoint::read(&path, Some(&description.network()))?;
    let state: BestState =
        serde_json::from_value(found.state).map_err(|error| TrainError::Run {
            path: path.display().to_string(),
            reason: error.to_string(),
        })?;
    Ok(Some(Best {
        parameters: found.parameters,
        epoch: state.epoch,
        roc_auc: state.roc_auc,
    }))
}

/// Checks that a run with finished epochs still has its best one. The run goes on from the last
/// epoch, and without the best it would end without its result.
pub(super) fn check_best(run: &Path, description: &RunDescription) -> Result<(), TrainError> {
    let found = best(run, description)?;
    found.map(drop).ok_or_else(|| lost(&run.join(BEST)))
}

fn lost(path: &Path) -> TrainError {
    TrainError::Run {
        path: path.display().to_string(),
        reason: "the network of the best epoch is gone, and only a new run makes it again"
            .to_owned(),
    }
}
