//! Prints scores: as a table for people, as JSON or CSV for programs.

use std::io::Write;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};

use crate::metrics::{Agreement, Interval, Scores, TagScores};

#[derive(Serialize)]
struct Line<'a> {
    macro_roc_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    macro_roc_auc_interval: Option<Interval>,
    macro_pr_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    macro_pr_auc_interval: Option<Interval>,
    #[serde(flatten)]
    agreement: Correlation,
    per_tag: PerTag<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    by_seconds_heard: Option<Vec<Moment>>,
}

/// Left out if labels are yes or no.
#[derive(Serialize)]
struct Correlation {
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_spearman: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mean_spearman_interval: Option<Interval>,
}

impl From<Option<Agreement>> for Correlation {
    fn from(agreement: Option<Agreement>) -> Self {
        Self {
            mean_spearman: agreement.map(|agreement| agreement.spearman),
            mean_spearman_interval: agreement.and_then(|agreement| agreement.interval),
        }
    }
}

/// Averages after some seconds of audio.
#[derive(Serialize)]
struct Moment {
    seconds_heard: f64,
    macro_roc_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    macro_roc_auc_interval: Option<Interval>,
    macro_pr_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    macro_pr_auc_interval: Option<Interval>,
    #[serde(flatten)]
    agreement: Correlation,
}

/// Scores of a model that has heard part of each clip.
#[derive(Clone, Debug, PartialEq)]
pub struct AfterSeconds {
    /// Seconds of each clip that the model has heard.
    pub seconds: f64,
    /// Its scores.
    pub scores: Scores,
    /// How far its order of each clip's tags agrees with that of the labels, if those are graded.
    pub agreement: Option<Agreement>,
}

/// The tags, best first.
struct PerTag<'a>(&'a [TagScores]);

#[derive(Serialize)]
struct Tag {
    roc_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    roc_auc_interval: Option<Interval>,
    pr_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pr_auc_interval: Option<Interval>,
    positives: usize,
}

impl Serialize for PerTag<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for tag in self.0 {
            let scores = Tag {
                roc_auc: tag.roc_auc,
                roc_auc_interval: tag.roc_auc_interval,
                pr_auc: tag.pr_auc,
                pr_auc_interval: tag.pr_auc_interval,
                positives: tag.positives,
            };
            map.serialize_entry(&tag.tag, &scores)?;
        }
        map.end()
    }
}

/// One line of JSON without a line end: `macro_roc_auc`, `macro_pr_auc`, and `per_tag` with
/// `roc_auc`, `pr_auc` and `positives` of each tag; `mean_spearman` if labels are graded; intervals
/// as `[low, high]` beside them, if there are any. Missing values are `null`. `by_seconds_heard`
/// lists `by_seconds`, if it is not empty.
#[must_use]
pub fn json_line(
    scores: &Scores,
    agreement: Option<Agreement>,
    by_seconds: &[AfterSeconds],
) -> String {
    let moment = |after: &AfterSeconds| Moment {
        seconds_heard: after.seconds,
        macro_roc_auc: after.scores.macro_roc_auc,
        macro_roc_auc_interval: after.scores.macro_roc_auc_interval,
        macro_pr_auc: after.scores.macro_pr_auc,
        macro_pr_auc_interval: after.scores.macro_pr_auc_interval,
        agreement: after.agreement.into(),
    };
    let moments: Vec<Moment> = by_seconds.iter().map(moment).collect();
    let line = Line {
        macro_roc_auc: scores.macro_roc_auc,
        macro_roc_auc_interval: scores.macro_roc_auc_interval,
        macro_pr_auc: scores.macro_pr_auc,
        macro_pr_auc_interval: scores.macro_pr_auc_interval,
        agreement: agreement.into(),
        per_tag: PerTag(&scores.tags),
        by_seconds_heard: (!moments.is_empty()).then_some(moments),
    };
    serde_json::to_string(&line).expect("numbers and text are always JSON")
}

/// Name of the row with the averages.
const AVERAGE: &str = "macro average";

/// Writes a header, the averages, then a row for each tag.
///
/// # Errors
/// The writer's reason.
pub fn write_csv(out: impl Write, scores: &Scores) -> std::io::Result<()> {
    let mut csv = csv::Writer::from_writer(out);
    let columns = "tag,positives,roc_auc,roc_auc_low,roc_auc_high,pr_auc,pr_auc_low,pr_auc_high,\
                   best_f1,best_f1_threshold";
    csv.write_record(columns.split(','))?;
    let number = |value: Option<f64>| value.map_or_else(String::new, |value| value.to_string());
    let area = |value, interval: Option<Interval>| {
        let low = interval.map(|interval| interval.low);
        let high = interval.map(|interval| interval.high);
        [number(value), number(low), number(high)]
    };
    let [roc, low, high] = area(scores.macro_roc_auc, scores.macro_roc_auc_interval);
    let [pr, pr_low, pr_high] = area(scores.macro_pr_auc, scores.macro_pr_auc_interval);
    let none = String::new();
    csv.write_record([
        AVERAGE, &none, &roc, &low, &high, &pr, &pr_low, &pr_high, &none, &none,
    ])?;
    for tag in &scores.tags {
        let [roc, low, high] = area(tag.roc_auc, tag.roc_auc_interval);
        let [pr, pr_low, pr_high] = area(tag.pr_auc, tag.pr_auc_interval);
        let f1 = number(tag.best_f1.map(|best| best.f1));
        let threshold = number(tag.best_f1.map(|best| best.threshold));
        let positives = tag.positives.to_string();
        csv.write_record([
            &tag.tag, &positives, &roc, &low, &high, &pr, &pr_low, &pr_high, &f1, &threshold,
        ])?;
    }
    csv.flush()
}

/// Writes a table for people: the averages, then the tags, best ROC-AUC first, then the tags that
/// are not averaged.
///
/// # Errors
/// The writer's reason.
pub fn write_table(out: &mut impl Write, scores: &Scores) -> std::io::Result<()> {
    let widths = scores.tags.iter().map(|tag| tag.tag.chars().count());
    let width = widths.chain([AVERAGE.len()]).max().unwrap_or(0);
    let row = |name: &str, roc_auc: &str, pr_auc: &str, positives: &str| {
        let row = format!("{name:width$}  {roc_auc:24}  {pr_auc:24}  {positives:>9}");
        format!("{}\n", row.trim_end())
    };
    let mut text = row("", "ROC-AUC", "PR-AUC", "positives");
    text += &row(
        AVERAGE,
        &area(scores.macro_roc_auc, scores.macro_roc_auc_interval),
        &area(scores.macro_pr_auc, scores.macro_pr_auc_interval),
        &format!("of {}", scores.clips),
    );
    let mut tags: Vec<&TagScores> = scores.tags.iter().filter(|tag| tag.is_averaged()).collect();
    tags.sort_by(|a, b| f64::total_cmp(&b.roc_auc.unwrap_or(0.0), &a.roc_auc.unwrap_or(0.0)));
    for tag in tags {
        text += &row(
            &tag.tag,
            &area(tag.roc_auc, tag.roc_auc_interval),
            &area(tag.pr_auc, tag.pr_auc_interval),
            &tag.positives.to_string(),
        );
    }
    for tag in scores.left_out() {
        let clips = if tag.positives == 0 {
            "no clip"
        } else {
            "every clip"
        };
        text += &format!("not averaged: {} ({clips} has it)\n", tag.tag);
    }
    out.write_all(text.as_bytes())
}

/// Writes a table for people: the averages after each number of seconds heard.
///
/// # Errors
/// The writer's reason.
pub fn write_seconds_table(
    out: &mut impl Write,
    by_seconds: &[AfterSeconds],
) -> std::io::Result<()> {
    let row = |seconds: &str, roc_auc: &str, pr_auc: &str, spearman: &str| {
        let row = format!("{seconds:>13}  {roc_auc:24}  {pr_auc:24}  {spearman}");
        format!("{}\n", row.trim_end())
    };
    let graded = by_seconds.iter().any(|after| after.agreement.is_some());
    let spearman = if graded { "mean Spearman" } else { "" };
    let mut text = row("seconds heard", "macro ROC-AUC", "macro PR-AUC", spearman);
    for AfterSeconds {
        seconds,
        scores,
        agreement,
    } in by_seconds
    {
        text += &row(
            &format!("{seconds:.1}"),
            &area(scores.macro_roc_auc, scores.macro_roc_auc_interval),
            &area(scores.macro_pr_auc, scores.macro_pr_auc_interval),
            &agreement.map_or_else(String::new, |a| area(Some(a.spearman), a.interval)),
        );
    }
    out.write_all(text.as_bytes())
}

/// Writes a line for people: how far the orders of each clip's tags agree.
///
/// # Errors
/// The writer's reason.
pub fn write_agreement(out: &mut impl Write, agreement: Agreement) -> std::io::Result<()> {
    writeln!(
        out,
        "mean Spearman correlation with the graded labels: {} over {} clips",
        area(Some(agreement.spearman), agreement.interval),
        agreement.clips
    )
}

fn area(value: Option<f64>, interval: Option<Interval>) -> String {
    match (value, interval) {
        (None, _) => "–".into(),
        (Some(value), None) => format!("{value:.4}"),
        (Some(value), Some(Interval { low, high })) => {
            format!("{value:.4} [{low:.4}, {high:.4}]")
        }
    }
}
