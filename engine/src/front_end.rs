//! Streaming log-mel: host samples in, log-mel frames out.

use crate::FrontEndSpec;

/// Why a front-end cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FrontEndError {
    /// The host's sample rate is outside 1,000 Hz to 768 kHz, or not a number.
    #[error("sample rate {0} Hz is outside 1,000 Hz to 768 kHz")]
    HostRate(f64),
    /// A parameter of the model's front-end is impossible.
    #[error("front-end parameter {field}: {reason}")]
    Parameter {
        /// Name of the field in [`FrontEndSpec`].
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Turns a mono stream at the host's rate into log-mel frames `L = 10·log10(max(p^e, floor))`,
/// bit for bit the same whatever the block sizes it is fed in.
///
/// The whole-window steps of [`FrontEndSpec`] (top_db, affine) are left to
/// [`RollingWindow::read`](crate::RollingWindow::read).
pub struct FrontEnd {}

impl FrontEnd {
    /// Makes a front-end for a stream at `host_rate_hz`; all memory is allocated here.
    ///
    /// # Errors
    /// [`FrontEndError`] if the rate or a parameter is impossible.
    pub fn new(_spec: &FrontEndSpec, _host_rate_hz: f64) -> Result<Self, FrontEndError> {
        unimplemented!()
    }

    /// Says whether a stream at `host_rate_hz` can be analysed: 1,000 Hz to 768 kHz can.
    ///
    /// # Errors
    /// [`FrontEndError::HostRate`] if not.
    pub fn check_host_rate(host_rate_hz: f64) -> Result<(), FrontEndError> {
        if (1_000.0..=768_000.0).contains(&host_rate_hz) {
            Ok(())
        } else {
            Err(FrontEndError::HostRate(host_rate_hz))
        }
    }

    /// Feeds `mono` and calls `on_frame` with each finished frame (one dB value a mel band).
    pub fn push(&mut self, _mono: &[f32], _on_frame: impl FnMut(&[f32])) {
        unimplemented!()
    }

    /// Ends the stream: flushes the resampler and pads the end by reflection, so that a clip of
    /// `n` samples at the model's rate gives `1 + n / hop` frames.
    pub fn finish(&mut self, _on_frame: impl FnMut(&[f32])) {
        unimplemented!()
    }

    /// Forgets the stream, as if just made.
    pub fn reset(&mut self) {
        unimplemented!()
    }
}
