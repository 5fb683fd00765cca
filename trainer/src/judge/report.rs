//! What is printed of judgements.

use std::io::Write;

use serde_json::{Value, json as value};

use super::{Judgement, SetFigures, TagWeights};
use crate::metrics::Interval;

/// Writes a table of each set, a column pair for each of `judgements`, and what is shown on all files.
///
/// # Errors
/// Of `out`.
pub fn write_table(out: &mut impl Write, judgement: &Judgement) -> std::io::Result<()> {
    writeln!(out, "{}", judgement.name)?;
    for set in &judgement.sets {
        write_set(out, set)?;
    }
    let shown = &judgement.shown;
    writeln!(
        out,
        "at 50 % or more: nothing on {:.0} % of {} files; never: {}",
        100.0 * shown.nothing,
        shown.clips,
        match shown.never.as_slice() {
            [] => "no tag".to_owned(),
            never => format!("{} tags ({})", never.len(), never.join(", ")),
        }
    )
}

fn write_set(out: &mut impl Write, set: &SetFigures) -> std::io::Result<()> {
    let name = if set.set.is_empty() {
        "all files"
    } else {
        &set.set
    };
    let figure = |figure: Option<f64>, interval: Option<Interval>| match figure {
        Some(figure) => format!("{figure:.3}{}", ends(interval)),
        None => "–".to_owned(),
    };
    writeln!(
        out,
        "  {name}, {} files: genres' macro ROC-AUC {}, top-1 {}",
        set.clips,
        figure(set.genres_roc_auc, set.genres_interval),
        figure(set.top_1, set.top_1_interval),
    )?;
    for tag in &set.tags {
        let [with, without] = tag.clips;
        let [on, off] = tag.shown.map(|share| 100.0 * share);
        writeln!(
            out,
            "    {:<16} {:.3}{}  shown on {on:.0} % of {with} that have it, {off:.0} % of {without} that lack it",
            tag.tag,
            tag.roc_auc,
            ends(tag.interval),
        )?;
    }
    let bins = set.bins.iter().filter(|bin| bin.answers > 0).map(|bin| {
        format!(
            "{:.0}–{:.0} %: {:.0} % of {}",
            100.0 * bin.from,
            100.0 * bin.to,
            100.0 * bin.right,
            bin.answers
        )
    });
    let bins: Vec<String> = bins.collect();
    writeln!(out, "    right where shown at {}", bins.join("; "))
}

fn ends(interval: Option<Interval>) -> String {
    interval.map_or_else(String::new, |it| {
        format!(" [{:.3}, {:.3}]", it.low, it.high)
    })
}

/// Judgements and weights as JSON.
#[must_use]
pub fn json(judgements: &[Judgement], weights: &[TagWeights]) -> Value {
    let ends = |interval: Option<Interval>| interval.map(<[f64; 2]>::from);
    let set = |set: &SetFigures| {
        let tags: Vec<Value> = set
            .tags
            .iter()
            .map(|tag| {
                value!({
                    "tag": tag.tag, "with": tag.clips[0], "without": tag.clips[1],
                    "roc_auc": tag.roc_auc, "interval": ends(tag.interval),
                    "shown_with": tag.shown[0], "shown_without": tag.shown[1],
                })
            })
            .collect();
        let bins: Vec<Value> = set
            .bins
            .iter()
            .map(|bin| {
                value!({
                    "from": bin.from, "to": bin.to, "answers": bin.answers, "mean": bin.mean,
                    "right": bin.right,
                })
            })
            .collect();
        value!({
            "set": set.set, "files": set.clips, "genres_roc_auc": set.genres_roc_auc,
            "genres_interval": ends(set.genres_interval), "top_1": set.top_1,
            "top_1_interval": ends(set.top_1_interval), "tags": tags, "bins": bins,
        })
    };
    let judgements = judgements.iter().map(|judgement| {
        value!({
            "model": judgement.name,
            "sets": judgement.sets.iter().map(set).collect::<Vec<_>>(),
            "shown": {
                "files": judgement.shown.clips, "nothing": judgement.shown.nothing,
                "never": judgement.shown.never,
            },
        })
    });
    let weights = weights.iter().map(|weights| {
        let teachers = weights.teachers.iter().map(|teacher| {
            teacher.map(|it| {
                value!({
                    "roc_auc": it.roc_auc, "interval": ends(it.interval),
                    "trusted": it.is_trusted,
                })
            })
        });
        value!({ "tag": weights.tag, "teachers": teachers.collect::<Vec<_>>() })
    });
    value!({
        "judgements": judgements.collect::<Vec<_>>(),
        "weights": weights.collect::<Vec<_>>(),
    })
}
