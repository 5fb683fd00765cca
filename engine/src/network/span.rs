//! What a window shows of its stream.

use crate::front_end::Due;

/// The stretch of a stream that a window shows: `frames` frames, which end with frame `end_frame`
/// and are repeated from their start until they fill the window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Span {
    /// Number of frames pushed when the window ended.
    pub end_frame: u64,
    /// Frames that the window shows.
    pub frames: u64,
}

impl Span {
    /// The last `most_frames` frames up to `end_frame`, or as many as there are.
    #[must_use]
    pub fn ending(end_frame: u64, most_frames: u64) -> Self {
        Self {
            end_frame,
            frames: most_frames.min(end_frame),
        }
    }
}

impl From<&Due> for Span {
    fn from(due: &Due) -> Self {
        Self {
            end_frame: due.end_frame,
            frames: due.heard_frames,
        }
    }
}
