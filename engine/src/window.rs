//! The rolling window of log-mel frames, and its reading as a network's input.

use crate::FrontEndSpec;

/// The newest log-mel frames of a stream, in memory allocated once.
pub struct RollingWindow {}

impl RollingWindow {
    /// A window of `spec.frames` frames that also keeps the `margin_frames` before them, so that
    /// a window that ended up to that many frames ago can still be read.
    #[must_use]
    pub fn new(_spec: &FrontEndSpec, _margin_frames: usize) -> Self {
        unimplemented!()
    }

    /// Appends one frame (one dB value a mel band).
    pub fn push(&mut self, _frame: &[f32]) {
        unimplemented!()
    }

    /// Number of frames pushed since the start or the last reset.
    #[must_use]
    pub fn pushed(&self) -> u64 {
        unimplemented!()
    }

    /// Writes the window that ended when `end_frame` frames had been pushed to
    /// `out: [mel band, frame]` (row-major), with the spec's top_db and affine applied. Fewer
    /// frames than a window are repeated from their start until they fill it.
    pub fn read(&self, _end_frame: u64, _out: &mut [f32]) {
        unimplemented!()
    }

    /// Forgets all frames.
    pub fn reset(&mut self) {
        unimplemented!()
    }
}
