//! What a model says of itself.

use serde::{Deserialize, Serialize};

use super::calibration::Calibration;
use crate::front_end::FrontEndSpec;

/// What the network's output holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OutputKind {
    /// Probabilities, 0 to 1.
    #[default]
    Probabilities,
    /// Logits. The sigmoid is applied after the network.
    Logits,
}

/// What a model says of one of its tags, for people.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TagNote {
    /// What the tag means, in a line.
    pub means: String,
    /// Why its values are to be taken with reserve, if they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weak: Option<String>,
}

/// What a model says of itself.
#[derive(Clone, Debug, PartialEq)]
pub struct ModelInfo {
    /// Name for people.
    pub name: String,
    /// Version of the model.
    pub version: String,
    /// Licence of the weights.
    pub licence: String,
    /// Where the weights come from.
    pub provenance: String,
    /// Tags in output order.
    pub tags: Vec<String>,
    /// The front-end it was trained on.
    pub front_end: FrontEndSpec,
    /// What the output holds.
    pub output: OutputKind,
    /// The group of each tag, in output order, for display: `genre`, `instrument` …
    pub groups: Option<Vec<String>>,
    /// What each tag means, in output order, for display.
    pub notes: Option<Vec<TagNote>>,
    /// The calibration of each tag, in output order.
    pub calibration: Option<Vec<Calibration>>,
    /// SHA-256 of the `.onnx` file, in lower-case hex.
    pub sha256: String,
}

impl ModelInfo {
    /// The calibrated probability from which tag number `tag` is best said to be there. `None` if the
    /// model has no calibration or no such tag.
    #[must_use]
    pub fn threshold(&self, tag: usize) -> Option<f32> {
        let calibration = self.calibration.as_deref()?.get(tag)?;
        Some(calibration.threshold as f32)
    }

    /// The [thresholds](Self::threshold) of all tags, in output order. `None` if the model has no calibration.
    #[must_use]
    pub fn thresholds(&self) -> Option<Vec<f32>> {
        (0..self.tags.len())
            .map(|tag| self.threshold(tag))
            .collect()
    }

    /// Replaces the network's probabilities, in output order, by calibrated ones, which are shown to
    /// people. Without a calibration they stay as they are.
    pub fn calibrate(&self, probabilities: &mut [f32]) {
        let calibration = self.calibration.as_deref().unwrap_or_default();
        for (probability, calibration) in probabilities.iter_mut().zip(calibration) {
            *probability = calibration.apply(*probability);
        }
    }
}
