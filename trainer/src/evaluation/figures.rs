//! Figures of scores.

use crate::charts::{ChartError, RankedBar, RankedBars};
use crate::metrics::Scores;

/// ROC-AUC of chance, where bars begin.
const CHANCE: f64 = 0.5;

/// ROC-AUC of each tag with its interval, best first, as SVG. Tags that are not averaged are not
/// drawn.
///
/// # Errors
/// [`ChartError`] if the drawing library fails.
pub fn per_tag_figure(title: &str, scores: &Scores) -> Result<String, ChartError> {
    let bar = |tag: &crate::metrics::TagScores| {
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
