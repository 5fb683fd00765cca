//! The front-end's parameters, which belong to the model and travel in its metadata.

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

/// Everything that turns audio into a network's input window `[mel band, frame]`.
///
/// The steps, in order, for a mono signal at `sample_rate`:
/// 1. STFT: `n_fft` points, periodic Hann window, every `hop` samples, frame `k` centred on
///    sample `k · hop`, the stream's start padded by reflection; power `|X|²`.
/// 2. `mel_bands` triangles from `f_min_hz` to `f_max_hz`.
/// 3. `L = 10 · log10(max(power^exponent, floor))`.
/// 4. If `top_db` is given, `L = max(L, max over the window of L − top_db)`.
/// 5. `L · scale + offset`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FrontEndSpec {
    /// Sample rate of the signal that is analysed, in Hz.
    pub sample_rate: u32,
    /// Points of the FFT, and length of the periodic Hann window, in samples.
    pub n_fft: usize,
    /// Distance between frames, in samples.
    pub hop: usize,
    /// Number of mel bands.
    pub mel_bands: usize,
    /// Scale of the mel bands.
    pub mel_scale: MelScale,
    /// Normalisation of the mel bands.
    pub mel_norm: MelNorm,
    /// Lower edge of the first band, in Hz.
    pub f_min_hz: f32,
    /// Upper edge of the last band, in Hz.
    pub f_max_hz: f32,
    /// Exponent of the mel power before the logarithm: 1, or 2 for "squared power".
    pub exponent: f32,
    /// Smallest value of which the logarithm is taken.
    pub floor: f32,
    /// Range kept below the window's maximum, in dB, if it is limited.
    pub top_db: Option<f32>,
    /// Factor of the final affine map.
    pub scale: f32,
    /// Offset of the final affine map.
    pub offset: f32,
    /// Length of the network's window, in frames.
    pub frames: usize,
}

impl FrontEndSpec {
    /// The paper's front-end with its author's released FFT size: 12 kHz, 512 points, hop 256,
    /// 96 Slaney mel bands from 0 to 6 kHz, 1,366 frames (29.12 s), in dB.
    #[must_use]
    pub fn choi2016() -> Self {
        Self {
            sample_rate: 12_000,
            n_fft: 512,
            hop: 256,
            mel_bands: 96,
            mel_scale: MelScale::Slaney,
            mel_norm: MelNorm::Slaney,
            f_min_hz: 0.0,
            f_max_hz: 6_000.0,
            exponent: 1.0,
            floor: 1e-10,
            top_db: None,
            scale: 1.0,
            offset: 0.0,
            frames: 1366,
        }
    }

    /// The front-end of Won et al. (SMC 2020): 16 kHz, 512 points, hop 256, 96 HTK mel bands
    /// without normalisation from 0 to 8 kHz, 1,813 frames (29.008 s), in dB.
    #[must_use]
    pub fn won2020() -> Self {
        Self {
            sample_rate: 16_000,
            mel_scale: MelScale::Htk,
            mel_norm: MelNorm::None,
            f_max_hz: 8_000.0,
            frames: 1813,
            ..Self::choi2016()
        }
    }

    /// Length of the network's window, in seconds.
    #[must_use]
    pub fn window_seconds(&self) -> f64 {
        self.frames as f64 * self.frame_seconds()
    }

    /// Distance between frames, in seconds.
    #[must_use]
    pub fn frame_seconds(&self) -> f64 {
        self.hop as f64 / f64::from(self.sample_rate)
    }
}
