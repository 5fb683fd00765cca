//! Figures of scores.

use super::AfterSeconds;
use crate::charts::{ChartError, Line, LineChart, RankedBar, RankedBars};
use crate::metrics::{Scores, TagScores};

/// ROC-AUC of chance, at which bars begin.
const CHANCE: f64 = 0.5;

/// ROC-AUC of each tag with its interval, best first, as SVG. Tags that are not averaged are not
/// drawn.
///
/// # Errors
/// [`ChartError`] if the drawing library fails.
pub fn per_tag_figure(title: &str, scores: &Scores) -> Result<String, ChartError> {
    let bar = |tag: &TagScores| {
        Some(RankedBar {
            name: tag.tag.clone(),
            value: tag.roc_auc?,
            interval: tag.roc_auc_interval.map(Into::into),
        })
    };
    let mut bars: Vec<RankedBar> = scores.tags.iter().filter_map(bar).collect();
    bars.sort_by(|a, b| b.value.total_cmp(&a.value));
    let figure = RankedBars {
        title,
        x_label: "ROC-AUC",
        from: CHANCE,
        bars,
    };
    figure.svg()
}

/// Macro ROC-AUC and PR-AUC against seconds heard, as SVG.
///
/// # Errors
/// [`ChartError`] if the drawing library fails.
pub fn seconds_heard_figure(
    title: &str,
    by_seconds: &[AfterSeconds],
) -> Result<String, ChartError> {
    let line = |name: &str, value: fn(&Scores) -> Option<f64>| Line {
        name: name.to_owned(),
        points: by_seconds
            .iter()
            .filter_map(|after| Some((after.seconds, value(&after.scores)?)))
            .collect(),
    };
    let figure = LineChart {
        title,
        x_label: "seconds heard",
        y_label: "macro average",
        lines: vec![
            line("ROC-AUC", |scores| scores.macro_roc_auc),
            line("PR-AUC", |scores| scores.macro_pr_auc),
        ],
    };
    figure.svg()
}
