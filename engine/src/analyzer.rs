//! Which windows of a stream are due: the front-end, the rolling window and the update grid.

use crate::{FrontEndError, FrontEndSpec};

/// A window that is due for the network.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Due {
    /// Frames pushed when the window ended; name of the window in [`Analyzer::read`].
    pub end_frame: u64,
    /// Position in the stream, in host samples since its start or last reset, from which the
    /// window is known. It depends on the stream alone, not on block sizes.
    pub position_samples: u64,
    /// Seconds of the stream the window rests on: up to `window_seconds`, then that.
    pub seconds_heard: f32,
    /// No sample since the previous due window reached −80 dBFS: the tags hold.
    pub silent: bool,
}

/// Turns a mono stream at the host's rate into windows on a fixed grid: the first after 3 s, then
/// one every `update_seconds` rounded to 16 frames (the grid that pooled networks share).
pub struct Analyzer {}

impl Analyzer {
    /// Seconds of audio on which the first window rests.
    pub const FIRST_WINDOW_SECONDS: f64 = 3.0;

    /// Makes an analyzer; all memory is allocated here.
    ///
    /// # Errors
    /// [`FrontEndError`] if the rate or a parameter is impossible.
    pub fn new(
        _spec: &FrontEndSpec,
        _host_rate_hz: f64,
        _update_seconds: f64,
    ) -> Result<Self, FrontEndError> {
        unimplemented!()
    }

    /// Feeds samples until a window becomes due or all are used. Returns how many were used,
    /// and the window, if one is due now. Never allocates.
    pub fn push(&mut self, _mono: &[f32]) -> (usize, Option<Due>) {
        unimplemented!()
    }

    /// Writes a due window to `out: [mel band, frame]`. A window can be read until the next one
    /// is due.
    pub fn read(&self, _due: &Due, _out: &mut [f32]) {
        unimplemented!()
    }

    /// Host samples between two windows once the grid is under way, approximately.
    #[must_use]
    pub fn update_samples(&self) -> u64 {
        unimplemented!()
    }

    /// Changes the update interval from the next window on.
    pub fn set_update_seconds(&mut self, _update_seconds: f64) {
        unimplemented!()
    }

    /// Forgets the stream, as if just made.
    pub fn reset(&mut self) {
        unimplemented!()
    }
}
