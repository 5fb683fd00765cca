//! How far a training is.

use serde::{Deserialize, Serialize};

use crate::work::{EpochRecord, exact};

/// Where a training stands.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Standing {
    /// Epochs that are done.
    pub epochs: Vec<EpochRecord>,
    /// Steps of the current epoch that are done.
    pub step: usize,
    /// Sum of their losses.
    #[serde(with = "exact")]
    pub loss: f64,
    /// Seconds that they took.
    #[serde(with = "exact")]
    pub seconds: f64,
    /// Seconds of these in which they waited for their clips.
    #[serde(with = "exact", default)]
    pub waited: f64,
}

impl Standing {
    /// Number, from 1, and ROC-AUC of the best epoch, the first of equal ones.
    pub fn best(&self) -> Option<(usize, f64)> {
        self.epochs.iter().fold(None, |best, one| match best {
            Some((_, auc)) if auc >= one.roc_auc => best,
            _ => Some((one.epoch, one.roc_auc)),
        })
    }
}
