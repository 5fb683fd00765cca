//! The best epoch of a run, and the numbers that a training begins with.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tagline_files::hash::sha256_of_file;

use super::checkpoint::Checkpoint;
use super::figures::EPOCHS;
use super::run_folder::exact;
use super::{RunDescription, TrainError};
use crate::arch::{Architecture, Parameters, RowScaling};

use crate::data::Clips;
use crate::spread::spread;

/// The checkpoint of the best epoch.
pub(super) const BEST: &str = "best.safetensors";

/// Most clips of the training split that the scaling of the input's rows is taken from.
const MEASURED_CLIPS: usize = 256;

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

/// SHA-256 of the weights that a training with `--start` `run` begins with; `None` if there are
/// none, for which [`first_parameters`] has the better message.
pub(super) fn start_sha256(run: &Path) -> Result<Option<String>, TrainError> {
    let path = run.join(BEST);
    if !path.is_file() {
        return Ok(None);
    }
    let sum = sha256_of_file(&path).map_err(|source| TrainError::Checkpoint {
        path: path.display().to_string(),
        source: source.into(),
    })?;
    Ok(Some(sum))
}

/// The numbers that a training on the clips `train` begins with.
pub(super) fn first_parameters(
    architecture: &'static Architecture,
    description: &RunDescription,
    train: &Clips,
) -> Result<Parameters, TrainError> {
    let RunDescription { recipe, data, .. } = description;
    let Some(start) = &recipe.start else {
        let tags = data.tags.len();
        let mut random =
            Parameters::random(architecture, recipe.width, data.bands, tags, recipe.seed);
        if let Some(rows) = &mut random.rows {
            *rows = RowScaling::measured(data.bands, spread(train, MEASURED_CLIPS))?;
        }
        return Ok(random);
    };
    let wrong = |reason: String| TrainError::Start {
        run: start.display().to_string(),
        reason,
    };
    let found = RunDescription::read(start)?;
    let found = found.ok_or_else(|| wrong("there is no run of `trainer train`".to_owned()))?;
    let (theirs, ours) = (found.network(), description.network());
    if theirs != ours {
        return Err(wrong(format!("it is of {theirs}, not of {ours}")));
    }
    if found.data.tags != data.tags {
        return Err(wrong("its tags are others".to_owned()));
    }
    let best = best(start, &found)?;
    let best = best.ok_or_else(|| wrong("it has no finished epoch yet".to_owned()))?;
    Ok(best.parameters)
}
