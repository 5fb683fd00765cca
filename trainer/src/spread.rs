//! Takes a sample of clips.

use crate::data::{Clips, DataError};

/// The windows of at most `most` clips, spread evenly over `clips`, each `[band, frame]`.
pub(crate) fn spread(
    clips: &Clips,
    most: usize,
) -> impl Iterator<Item = Result<Vec<f32>, DataError>> {
    let step = clips.len().div_ceil(most).max(1);
    (0..clips.len()).step_by(step).map(|clip| {
        let mut window = vec![0.0; clips.bands() * clips.frames()];
        clips.read(clip, &mut window)?;
        Ok(window)
    })
}
