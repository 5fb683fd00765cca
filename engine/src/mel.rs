//! Mel filterbanks.

use crate::FrontEndSpec;

/// The filterbank of `spec`: `[mel band, bin]`, row-major, `n_fft / 2 + 1` bins, computed in f64.
#[must_use]
pub fn mel_filterbank(_spec: &FrontEndSpec) -> Vec<f64> {
    unimplemented!()
}
