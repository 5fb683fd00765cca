//! From host samples to the input of a network.
//!
//! host block → `resampler` → `stft` → `features` (with `mel` and `level`) → `window` (with `derivative`).
//! `frames` puts the first three together, and `analyzer` says which windows are due. `picture` shows a window to people. `spec` holds
//! the parameters, which belong to a model.
//!
//! This wing knows nothing of models, networks and threads.

mod analyzer;
mod derivative;
mod error;
mod features;
mod frames;
mod level;
mod mel;
mod picture;
mod resampler;
mod spec;
mod stft;
mod window;

pub use analyzer::{Analyzer, Due};
pub use error::FrontEndError;
pub use frames::FrontEnd;
pub use mel::mel_filterbank;
pub use picture::WindowPicture;
pub use spec::{
    Feature, Framing, FrontEndSpec, Logarithm, MelNorm, MelScale, MelSpec, Padding, RowNorm,
    Spectrum, Window,
};
pub use window::{RollingWindow, tile};
