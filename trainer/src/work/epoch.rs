//! The figures of an epoch of a training, which its progress reports and its folder keeps.

use serde::{Deserialize, Serialize};

/// The figures of an epoch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EpochRecord {
    /// Its number, from 1.
    pub epoch: usize,
    /// Learning rate of its last step.
    #[serde(with = "exact")]
    pub learning_rate: f64,
    /// Mean loss of its steps.
    #[serde(with = "exact")]
    pub train_loss: f64,
    /// Macro ROC-AUC on the validation split.
    #[serde(with = "exact")]
    pub roc_auc: f64,
    /// Macro average precision on the validation split.
    #[serde(with = "exact")]
    pub pr_auc: f64,
    /// Seconds that it took, with its validation.
    #[serde(with = "exact")]
    pub seconds: f64,
    /// Seconds of these in which the network waited for clips to train on.
    #[serde(with = "exact", default)]
    pub waited: f64,
}

/// Stores numbers as texts, since readers of JSON may round them by a bit.
pub(crate) mod exact {
    use serde::de::{Deserialize, Deserializer, Error};
    use serde::ser::Serializer;

    /// Writes the shortest text that reads back as the number.
    pub fn serialize<S: Serializer>(number: &f64, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(number)
    }

    /// Reads such a text.
    pub fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<f64, D::Error> {
        String::deserialize(from)?.parse().map_err(Error::custom)
    }
}
