//! The kinds of feature that a network can take.

use serde::{Deserialize, Serialize};

/// Frequency scale of the mel bands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelScale {
    /// Linear below 1 kHz, logarithmic above (Slaney's Auditory Toolbox; librosa's default).
    Slaney,
    /// `2595 · log10(1 + f / 700)` (HTK; torchaudio's default).
    Htk,
}

/// Normalisation of each mel band's triangle.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MelNorm {
    /// Triangles peak at 1.
    None,
    /// Triangles have unit area: each is divided by half its width in Hz.
    Slaney,
}

/// A bank of mel bands.
#[derive(Clone, Debug, PartialEq)]
pub struct MelSpec {
    /// Number of mel bands.
    pub bands: usize,
    /// Scale of the mel bands.
    pub scale: MelScale,
    /// Normalisation of the mel bands.
    pub norm: MelNorm,
    /// Lower edge of the first band, in Hz.
    pub f_min_hz: f32,
    /// Upper edge of the last band, in Hz.
    pub f_max_hz: f32,
}

impl MelSpec {
    /// 96 Slaney bands from 0 to 6 kHz, each of unit area.
    #[must_use]
    pub fn choi2016() -> Self {
        Self {
            bands: 96,
            scale: MelScale::Slaney,
            norm: MelNorm::Slaney,
            f_min_hz: 0.0,
            f_max_hz: 6_000.0,
        }
    }
}

/// The features taken from each frame's power spectrum. They are the rows of the input; low bands,
/// bins and coefficients come first.
#[derive(Clone, Debug, PartialEq)]
pub enum Feature {
    /// The power in each mel band, in dB: `[mel band, frame]`.
    LogMel(MelSpec),
    /// The power of each FFT bin, in dB, which is `20 · log10` of its magnitude:
    /// `[bin, frame]`, `n_fft / 2 + 1` bins.
    LogStft,
    /// Mel-frequency cepstral coefficients: the orthonormal DCT-II along the bands of the log-mel
    /// (librosa's `feature.mfcc`), with first and second derivatives along time (librosa's
    /// `feature.delta` of width 9). The rows are `[coefficient, frame]`, then
    /// `[first derivative, frame]`, then `[second derivative, frame]`.
    Mfcc {
        /// The mel bands whose logarithm is transformed.
        mel: MelSpec,
        /// Number of coefficients kept, from the 0th on. There are no more than bands.
        coefficients: usize,
    },
}

impl Feature {
    /// The mel bands, if the feature has them.
    #[must_use]
    pub fn mel(&self) -> Option<&MelSpec> {
        match self {
            Self::LogMel(mel) | Self::Mfcc { mel, .. } => Some(mel),
            Self::LogStft => None,
        }
    }
}
