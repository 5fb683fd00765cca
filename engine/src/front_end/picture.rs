//! The rolling window as a picture, for people to look at.

/// What a stream's window shows, as levels that can be drawn. It is the features as they are computed; a
/// network's window repeats them where they do not fill it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WindowPicture {
    /// Rows: mel bands, FFT bins or coefficients.
    pub rows: usize,
    /// Columns: pairs of frames.
    pub columns: usize,
    /// `[row][column]`, low rows first, the newest column last: 0 is the quiet end, 255 the loud one. 0 where
    /// nothing has been heard yet.
    pub levels: Vec<u8>,
    /// Number of frames pushed when the picture ended.
    pub end_frame: u64,
    /// Share of the columns that have been heard, 0 to 1.
    pub filled: f32,
    /// Share of the columns that the focus covers, 0 to 1.
    pub focus: f32,
}

/// Frames of a column.
pub(super) const COLUMN_FRAMES: usize = 2;

/// Shares of all values below which a level is 0, and above which it is 255.
const ENDS: [f64; 2] = [0.05, 0.998];

/// Levels of `values`, of which those that are not a number have not been heard.
pub(super) fn levels(values: &[f32]) -> Vec<u8> {
    // Of many, a part says as much as all.
    let step = (values.len() / 8_192).max(1);
    let mut sorted: Vec<f32> = values.iter().step_by(step).copied().collect();
    sorted.retain(|value| value.is_finite());
    sorted.sort_by(f32::total_cmp);
    let end = |share: f64| {
        let last = sorted.len().saturating_sub(1);
        sorted.get((last as f64 * share) as usize).copied()
    };
    let (Some(low), Some(high)) = (end(ENDS[0]), end(ENDS[1])) else {
        return vec![0; values.len()];
    };
    let scale = 255.0 / (high - low).max(1e-6);
    // A number that is not one becomes 0.
    values
        .iter()
        .map(|value| ((value - low) * scale) as u8)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn levels_reach_from_the_quiet_to_the_loud_end_and_what_is_unheard_is_0() {
        let mut values: Vec<f32> = (0..7_000).map(|n| -80.0 + n as f32 / 100.0).collect();
        values[3] = f32::NAN;
        let levels = levels(&values);
        assert_eq!((levels[0], levels[3], levels[6_999]), (0, 0, 255));
        assert!((100..150).contains(&levels[3_500]), "{}", levels[3_500]);
        assert_eq!(super::levels(&[f32::NAN; 20]), [0; 20]);
        assert!(super::levels(&[]).is_empty());
    }
}
