//! A model's answers for each clip beside the truth, for each tag.

use super::CalibrateError;
use crate::data::Clips;
use crate::evaluation::{Predictions, SharedTags};
use crate::metrics::POSITIVE_FROM;

/// One clip's answer for one tag.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sample {
    /// The network's own probability.
    pub probability: f32,
    /// The label, 0 to 1.
    pub label: f32,
}

impl Sample {
    /// Whether the clip counts as having the tag.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        self.label >= POSITIVE_FROM
    }
}

/// The samples of each of the `shared` tags, in their order, without unknown labels (NaN).
///
/// # Errors
/// [`CalibrateError::Answer`] names the clip for which the network gave no probability.
pub fn samples(
    shared: &SharedTags,
    clips: &Clips,
    predictions: &Predictions,
) -> Result<Vec<Vec<Sample>>, CalibrateError> {
    let mut all = vec![Vec::with_capacity(predictions.len()); shared.names().len()];
    for (clip, probabilities) in predictions.iter().enumerate() {
        let labels = clips.labels(clip);
        for (tag, [in_model, in_data]) in shared.places().iter().enumerate() {
            let (probability, label) = (probabilities[*in_model], labels[*in_data]);
            if !(0.0..=1.0).contains(&probability) {
                return Err(CalibrateError::Answer {
                    clip: clips.id(clip).to_owned(),
                    tag: shared.names()[tag].clone(),
                    probability,
                });
            }
            if !label.is_nan() {
                all[tag].push(Sample { probability, label });
            }
        }
    }
    Ok(all)
}
