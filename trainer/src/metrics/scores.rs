//! Scores of a system, for each tag and averaged.

use rayon::prelude::*;

use super::Answers;
use super::bootstrap::{self, Bootstrap, Interval, Units};
use super::ranking::{Areas, BestF1, Ranking};

/// Scores of one tag.
#[derive(Clone, Debug, PartialEq)]
pub struct TagScores {
    /// The tag.
    pub tag: String,
    /// Clips that have it.
    pub positives: usize,
    /// Area under the ROC curve; `None` if no clip or every clip has the tag.
    pub roc_auc: Option<f64>,
    /// Its confidence interval, if one was asked for.
    pub roc_auc_interval: Option<Interval>,
    /// Average precision (area under the precision-recall curve); `None` if no clip has the tag.
    pub pr_auc: Option<f64>,
    /// Its confidence interval, if one was asked for.
    pub pr_auc_interval: Option<Interval>,
    /// The threshold with the best F1 score; `None` if no clip has the tag.
    pub best_f1: Option<BestF1>,
}

impl TagScores {
    /// Whether the averages include this tag: some clips have it and some do not.
    #[must_use]
    pub fn is_averaged(&self) -> bool {
        self.roc_auc.is_some()
    }
}

/// Scores of a system.
#[derive(Clone, Debug, PartialEq)]
pub struct Scores {
    /// Number of clips.
    pub clips: usize,
    /// Scores of each tag, in the order of the answers.
    pub tags: Vec<TagScores>,
    /// Mean ROC-AUC of the tags that some clips have and some do not; `None` if there is no such tag.
    pub macro_roc_auc: Option<f64>,
    /// Its confidence interval, if one was asked for.
    pub macro_roc_auc_interval: Option<Interval>,
    /// Mean average precision of the same tags.
    pub macro_pr_auc: Option<f64>,
    /// Its confidence interval, if one was asked for.
    pub macro_pr_auc_interval: Option<Interval>,
}

impl Scores {
    /// Tags that no clip or every clip has. They are in no average.
    pub fn left_out(&self) -> impl Iterator<Item = &TagScores> {
        self.tags.iter().filter(|tag| !tag.is_averaged())
    }
}

impl Answers {
    /// Scores of these answers, with intervals over clips.
    #[must_use]
    pub fn score(&self, bootstrap: Bootstrap) -> Scores {
        self.score_over(&Units::clips(self.clips()), bootstrap)
    }

    /// Scores of these answers, with intervals over `units` of their clips. Tags with a single
    /// class are in no average. A resample that leaves a tag with a single class averages the
    /// others.
    #[must_use]
    pub fn score_over(&self, units: &Units, bootstrap: Bootstrap) -> Scores {
        let ranking = |tag| Ranking::new(self.scores_of(tag), self.truth_of(tag));
        let tags = 0..self.tags().len();
        let rankings: Vec<Ranking> = tags.clone().into_par_iter().map(ranking).collect();
        let areas: Vec<Areas> = rankings.iter().map(Ranking::areas).collect();
        let resamples = bootstrap::resample(&rankings, units, bootstrap);
        let tags = tags.map(|tag| TagScores {
            tag: self.tags()[tag].clone(),
            positives: self
                .truth_of(tag)
                .iter()
                .filter(|truth| **truth == Some(true))
                .count(),
            roc_auc: areas[tag].roc_auc,
            roc_auc_interval: interval(&resamples, |all| all[tag].roc_auc),
            pr_auc: areas[tag].average_precision,
            pr_auc_interval: interval_around(areas[tag].average_precision, &resamples, |all| {
                all[tag].average_precision
            }),
            best_f1: rankings[tag].best_f1(self.scores_of(tag)),
        });
        Scores {
            clips: self.clips(),
            tags: tags.collect(),
            macro_roc_auc: mean_roc_auc(&areas),
            macro_roc_auc_interval: interval(&resamples, mean_roc_auc),
            macro_pr_auc: mean_pr_auc(&areas),
            macro_pr_auc_interval: interval_around(mean_pr_auc(&areas), &resamples, mean_pr_auc),
        }
    }
}

fn interval(resamples: &[Vec<Areas>], value: impl Fn(&[Areas]) -> Option<f64>) -> Option<Interval> {
    Interval::middle(resamples.iter().filter_map(|areas| value(areas)).collect())
}

/// The interval of an average precision.
fn interval_around(
    estimate: Option<f64>,
    resamples: &[Vec<Areas>],
    value: impl Fn(&[Areas]) -> Option<f64>,
) -> Option<Interval> {
    let values = resamples.iter().filter_map(|areas| value(areas)).collect();
    Interval::around(estimate?, values)
}

fn mean_roc_auc(areas: &[Areas]) -> Option<f64> {
    mean(areas.iter().filter_map(|tag| tag.roc_auc))
}

/// The average is over the same tags as the mean ROC-AUC.
fn mean_pr_auc(areas: &[Areas]) -> Option<f64> {
    let both_classes = areas.iter().filter(|tag| tag.roc_auc.is_some());
    mean(both_classes.filter_map(|tag| tag.average_precision))
}

fn mean(values: impl Iterator<Item = f64>) -> Option<f64> {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    (count > 0).then(|| sum / f64::from(count))
}
