//! Prints a calibration.

use std::io::Write;

use serde_json::{Value, json};

use super::{Quality, TagFit};
use crate::data::Split;

/// The quality of a calibration on clips that it was not fitted on.
#[derive(Clone, Debug, PartialEq)]
pub struct Checked {
    /// The split of the clips.
    pub split: Split,
    /// One for each fitted tag, in their order.
    pub qualities: Vec<Quality>,
}

/// Writes a row for each tag and the means, also for the check if there is one.
///
/// # Errors
/// Those of `out`.
pub fn write_table(
    out: &mut impl Write,
    fits: &[TagFit],
    checked: Option<&Checked>,
) -> std::io::Result<()> {
    let longest = fits.iter().map(|fit| fit.tag.chars().count()).max();
    let width = longest.unwrap_or(0).max("mean".len());
    let on_check = checked.map_or_else(String::new, |checked| {
        format!(
            "  {:>9}  {:>5}  {:>10}  {:>9}",
            format!("on {}", checked.split),
            "F1",
            "ECE before",
            "ECE after"
        )
    });
    writeln!(
        out,
        "{:width$}  {:>6}  {:>7}  {:>9}  {:>9}  {:>5}  {:>10}  {:>9}{on_check}",
        "tag", "slope", "offset", "threshold", "positives", "F1", "ECE before", "ECE after"
    )?;
    for (number, fit) in fits.iter().enumerate() {
        write!(
            out,
            "{:width$}  {:>6.3}  {:>7.3}  {:>9.3}",
            fit.tag, fit.calibration.slope, fit.calibration.offset, fit.calibration.threshold,
        )?;
        let checked = checked.map(|checked| checked.qualities[number]);
        for quality in [Some(fit.quality), checked].into_iter().flatten() {
            write_row(out, quality.positives, quality.f1, quality.errors)?;
        }
        writeln!(out)?;
    }
    write!(out, "{:width$}  {:>6}  {:>7}  {:>9}", "mean", "", "", "")?;
    for means in [Some(fitted(fits)), checked.map(of_check)]
        .into_iter()
        .flatten()
    {
        write_row(out, "", means.f1, means.errors)?;
    }
    writeln!(out)
}

fn write_row(
    out: &mut impl Write,
    positives: impl std::fmt::Display,
    f1: Option<f64>,
    [before, after]: [f64; 2],
) -> std::io::Result<()> {
    let f1 = f1.map_or("–".to_owned(), |f1| format!("{f1:.3}"));
    write!(
        out,
        "  {positives:>9}  {f1:>5}  {before:>10.3}  {after:>9.3}"
    )
}

/// The same as one line of JSON.
#[must_use]
pub fn json_line(fits: &[TagFit], checked: Option<&Checked>) -> String {
    let tag = |(number, fit): (usize, &TagFit)| {
        let mut tag = json!({
            "tag": fit.tag,
            "slope": fit.calibration.slope,
            "offset": fit.calibration.offset,
            "threshold": fit.calibration.threshold,
        });
        add(&mut tag, of_quality(&fit.quality));
        if let Some(checked) = checked {
            tag["check"] = of_quality(&checked.qualities[number]);
        }
        tag
    };
    let mut line = of_means(&fitted(fits));
    if let Some(checked) = checked {
        line["check"] = of_means(&of_check(checked));
        line["check"]["split"] = checked.split.to_string().into();
    }
    line["tags"] = fits.iter().enumerate().map(tag).collect();
    line.to_string()
}

fn of_quality(quality: &Quality) -> Value {
    json!({
        "clips": quality.clips,
        "positives": quality.positives,
        "f1": quality.f1,
        "ece_before": quality.errors[0],
        "ece_after": quality.errors[1],
    })
}

fn of_means(means: &Means) -> Value {
    json!({
        "macro_f1": means.f1,
        "mean_ece_before": means.errors[0],
        "mean_ece_after": means.errors[1],
    })
}

fn add(to: &mut Value, more: Value) {
    if let (Some(to), Value::Object(more)) = (to.as_object_mut(), more) {
        to.extend(more);
    }
}

/// The mean over the tags that some clip has.
struct Means {
    f1: Option<f64>,
    errors: [f64; 2],
}

impl Means {
    fn of(qualities: impl Iterator<Item = Quality>) -> Self {
        let some: Vec<Quality> = qualities.filter(|quality| quality.positives > 0).collect();
        let count = some.len().max(1) as f64;
        let mean = |value: fn(&Quality) -> f64| some.iter().map(value).sum::<f64>() / count;
        Self {
            f1: (!some.is_empty()).then(|| mean(|quality| quality.f1.unwrap_or(0.0))),
            errors: [
                mean(|quality| quality.errors[0]),
                mean(|quality| quality.errors[1]),
            ],
        }
    }
}

fn fitted(fits: &[TagFit]) -> Means {
    Means::of(fits.iter().map(|fit| fit.quality))
}

fn of_check(checked: &Checked) -> Means {
    Means::of(checked.qualities.iter().copied())
}
