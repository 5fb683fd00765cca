//! The number of resamples for confidence intervals.

/// Most resamples, since the scores of every tag are kept for each.
const MOST: usize = 100_000;

/// Reads a number of resamples.
pub(super) fn resamples(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(resamples) if resamples <= MOST => Ok(resamples),
        _ => Err(format!("a number from 0 to {MOST} is expected")),
    }
}
