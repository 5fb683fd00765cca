//! How good a tagger is: areas under the ROC and the precision-recall curve, tag by tag and averaged
//! over tags, with bootstrap confidence intervals.
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

/// A label from here on counts as "the clip has the tag".
pub const POSITIVE_FROM: f32 = 0.5;

/// Whether a clip has a tag by its label, 0 to 1; `None` where the label is NaN, which is not known.
#[must_use]
pub fn truth_of(label: f32) -> Option<bool> {
    (!label.is_nan()).then_some(label >= POSITIVE_FROM)
}
