//! How good a network is on a split.

use super::batches::in_order;
use super::learner::Learner;
use super::progress::{Event, Progress};
use crate::cpu::Windows;
use crate::data::{Clips, DataError};
use crate::metrics::{POSITIVE_FROM, average_precision, roc_auc};

/// Clips that are computed side by side.
const CLIPS: usize = 8;

/// Scores on a split.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Validation {
    /// Mean ROC-AUC over the tags that have one; `None` where none has.
    pub(super) roc_auc: Option<f64>,
    /// Mean average precision over the same tags.
    pub(super) pr_auc: f64,
    /// ROC-AUC of each tag, where it has clips with it and without it.
    pub(super) tags: Vec<Option<f64>>,
}

/// Runs the network on every clip; `None` if the progress was interrupted.
pub(super) fn validate(
    learner: &mut Learner,
    clips: &Clips,
    progress: &dyn Progress,
) -> Result<Option<Validation>, DataError> {
    let size = [clips.bands(), clips.frames()];
    let mut scores: Vec<f32> = Vec::new();
    for batch in in_order(clips, CLIPS) {
        let (range, windows) = batch?;
        scores.extend(learner.predict(Windows {
            values: &windows,
            clips: range.len(),
            size,
        }));
        progress.event(&Event::Validating {
            clips: range.end,
            of: clips.len(),
        });
        if progress.interrupted() {
            return Ok(None);
        }
    }
    Ok(Some(score(&scores, clips)))
}

fn score(scores: &[f32], clips: &Clips) -> Validation {
    let tags = scores.len() / clips.len();
    let areas = (0..tags).map(|tag| {
        let column: Vec<f32> = scores.iter().skip(tag).step_by(tags).copied().collect();
        let positive = |clip| clips.labels(clip)[tag] >= POSITIVE_FROM;
        let positive: Vec<bool> = (0..clips.len()).map(positive).collect();
        let roc = roc_auc(&column, &positive)?;
        Some((
            roc,
            average_precision(&column, &positive).unwrap_or_default(),
        ))
    });
    let areas: Vec<Option<(f64, f64)>> = areas.collect();
    let scored: Vec<(f64, f64)> = areas.iter().flatten().copied().collect();
    let count = scored.len() as f64;
    Validation {
        roc_auc: (!scored.is_empty()).then(|| scored.iter().map(|a| a.0).sum::<f64>() / count),
        pr_auc: scored.iter().map(|area| area.1).sum::<f64>() / count,
        tags: areas.iter().map(|area| area.map(|area| area.0)).collect(),
    }
}
