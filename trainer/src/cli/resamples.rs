//! How often clips are drawn anew for confidence intervals.

/// Most draws: each tag's scores of every one are kept.
const MOST: usize = 100_000;

/// Reads a number of draws.
pub(super) fn resamples(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(resamples) if resamples <= MOST => Ok(resamples),
        _ => Err(format!("a number from 0 to {MOST} is expected")),
    }
}
