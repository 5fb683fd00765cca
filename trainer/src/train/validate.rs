//! Scores a network on a split.

use super::TrainError;
use super::batches::in_order;
use super::learner::Learner;
use crate::cpu::Windows;
use crate::data::Clips;
use crate::metrics::{Answers, Bootstrap, Scores, truth_of};
use crate::work::{Count, Event, Progress, Unit, threads};

/// Clips that are computed at once.
const CLIPS: usize = 8;

/// Checks that some tag has clips with it and clips without it, so that epochs can be compared.
///
/// # Errors
/// [`TrainError::NothingToMeasure`] if there is no such tag.
pub(super) fn check_measurable(clips: &Clips, tags: &[String]) -> Result<(), TrainError> {
    let mut answers = Answers::new(tags);
    for clip in 0..clips.len() {
        let truth = clips.labels(clip).iter().copied().map(truth_of);
        answers.push(tags.iter().map(|_| 0.0), truth)?;
    }
    let measured = answers.score(Bootstrap::NONE).macro_roc_auc;
    measured.map(drop).ok_or(TrainError::NothingToMeasure)
}

/// Runs the network on every clip; `None` if it was interrupted.
pub(super) fn validate(
    learner: &mut Learner,
    clips: &Clips,
    tags: &[String],
    progress: &dyn Progress,
) -> Result<Option<Scores>, TrainError> {
    std::thread::scope(|scope| {
        let mut answers = Answers::new(tags);
        for part in in_order(scope, threads(), clips, CLIPS) {
            let (range, windows) = part?;
            let windows = Windows {
                values: &windows,
                clips: range.len(),
                size: [clips.bands(), clips.frames()],
            };
            let probabilities = learner.predict(windows)?;
            for (clip, probabilities) in range.clone().zip(probabilities.chunks_exact(tags.len())) {
                let scores = probabilities.iter().map(|score| f64::from(*score));
                let truth = clips.labels(clip).iter().copied().map(truth_of);
                answers.push(scores, truth)?;
            }
            let count = Count::new("validation", Unit::Clips, range.end, clips.len());
            progress.event(&Event::Counted(count));
            if progress.interrupted() {
                return Ok(None);
            }
        }
        Ok(Some(answers.score(Bootstrap::NONE)))
    })
}
