//! What is printed of a calibration.

use std::io::Write;

use serde_json::json;

use super::TagFit;

/// Writes a row for each tag, and the means.
///
/// # Errors
/// Of `out`.
pub fn write_table(out: &mut impl Write, fits: &[TagFit]) -> std::io::Result<()> {
    let longest = fits.iter().map(|fit| fit.tag.chars().count()).max();
    let width = longest.unwrap_or(0).max("mean".len());
    writeln!(
        out,
        "{:width$}  {:>9}  {:>6}  {:>7}  {:>9}  {:>5}  {:>10}  {:>9}",
        "tag", "positives", "slope", "offset", "threshold", "F1", "ECE before", "ECE after"
    )?;
    for fit in fits {
        let f1 = fit.f1.map_or("–".to_owned(), |f1| format!("{f1:.3}"));
        let [before, after] = fit.errors;
        writeln!(
            out,
            "{:width$}  {:>9}  {:>6.3}  {:>7.3}  {:>9.3}  {f1:>5}  {before:>10.3}  {after:>9.3}",
            fit.tag,
            fit.positives,
            fit.calibration.slope,
            fit.calibration.offset,
            fit.calibration.threshold,
        )?;
    }
    let means = Means::of(fits);
    let f1 = means.f1.map_or("–".to_owned(), |f1| format!("{f1:.3}"));
    let [before, after] = means.errors;
    writeln!(
        out,
        "{:width$}  {:>9}  {:>6}  {:>7}  {:>9}  {f1:>5}  {before:>10.3}  {after:>9.3}",
        "mean", "", "", "", ""
    )
}

/// One line of JSON with the same.
#[must_use]
pub fn json_line(fits: &[TagFit]) -> String {
    let means = Means::of(fits);
    let tags: Vec<_> = fits
        .iter()
        .map(|fit| {
            json!({
                "tag": fit.tag,
                "clips": fit.clips,
                "positives": fit.positives,
                "slope": fit.calibration.slope,
                "offset": fit.calibration.offset,
                "threshold": fit.calibration.threshold,
                "f1": fit.f1,
                "ece_before": fit.errors[0],
                "ece_after": fit.errors[1],
            })
        })
        .collect();
    json!({
        "macro_f1": means.f1,
        "mean_ece_before": means.errors[0],
        "mean_ece_after": means.errors[1],
        "tags": tags,
    })
    .to_string()
}

/// Over the tags that some clip has.
struct Means {
    f1: Option<f64>,
    errors: [f64; 2],
}

impl Means {
    fn of(fits: &[TagFit]) -> Self {
        let fitted: Vec<&TagFit> = fits.iter().filter(|fit| fit.positives > 0).collect();
        let count = fitted.len().max(1) as f64;
        let mean =
            |value: fn(&TagFit) -> f64| fitted.iter().map(|fit| value(fit)).sum::<f64>() / count;
        Self {
            f1: (!fitted.is_empty()).then(|| mean(|fit| fit.f1.unwrap_or(0.0))),
            errors: [mean(|fit| fit.errors[0]), mean(|fit| fit.errors[1])],
        }
    }
}
