//! Measures of a tagger: areas under the ROC and the precision-recall curve, for each tag and
//! averaged over tags, with bootstrap confidence intervals.
//!
//! [`Answers`] (what a system said of each clip, beside what is true) → [`Answers::score`] →
//! [`Scores`].

mod answers;
mod bootstrap;
mod ranking;
mod scores;
mod spearman;

pub use answers::{Answers, AnswersError};
pub use bootstrap::{Bootstrap, Interval, Units};
pub use ranking::{BestF1, average_precision, best_f1, roc_auc};
pub use scores::{Scores, TagScores};
pub use spearman::{Agreement, spearman};

/// A label of this value or more counts as "the clip has the tag".
pub const POSITIVE_FROM: f32 = 0.5;

/// Whether a clip has a tag, by its label of 0 to 1; `None` if the label is NaN, which means
/// unknown.
#[must_use]
pub fn truth_of(label: f32) -> Option<bool> {
    (!label.is_nan()).then_some(label >= POSITIVE_FROM)
}
