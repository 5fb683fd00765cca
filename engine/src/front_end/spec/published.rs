//! The front-ends of published networks.

use super::{Feature, Framing, FrontEndSpec, Logarithm, MelNorm, MelScale, MelSpec};

impl FrontEndSpec {
    /// The paper's log-mel front-end with its author's released FFT size: 12 kHz, 512 points,
    /// hop 256, 96 Slaney mel bands from 0 to 6 kHz, 1,366 frames (29.12 s), in dB.
    #[must_use]
    pub fn choi2016() -> Self {
        Self {
            sample_rate: 12_000,
            n_fft: 512,
            hop: 256,
            framing: Framing::default(),
            feature: Feature::LogMel(MelSpec::choi2016()),
            exponent: 1.0,
            floor: 1e-10,
            logarithm: Logarithm::Decibel,
            top_db: None,
            rows: None,
            scale: 1.0,
            offset: 0.0,
            frames: 1366,
        }
    }

    /// The paper's STFT front-end: 12 kHz, 256 points, hop 256, so 129 bins, 1,366 frames, in dB.
    #[must_use]
    pub fn choi2016_stft() -> Self {
        Self {
            n_fft: 256,
            feature: Feature::LogStft,
            ..Self::choi2016()
        }
    }

    /// The paper's MFCC front-end: 30 coefficients of the log-mel of [`Self::choi2016`], with
    /// first and second derivatives, so 90 rows, 1,366 frames.
    #[must_use]
    pub fn choi2016_mfcc() -> Self {
        Self {
            feature: Feature::Mfcc {
                mel: MelSpec::choi2016(),
                coefficients: 30,
            },
            ..Self::choi2016()
        }
    }

    /// The front-end of Won et al. (SMC 2020): 16 kHz, 512 points, hop 256, 96 HTK mel bands
    /// without normalisation from 0 to 8 kHz, 1,813 frames (29.008 s), in dB.
    #[must_use]
    pub fn won2020() -> Self {
        Self {
            sample_rate: 16_000,
            feature: Feature::LogMel(MelSpec {
                scale: MelScale::Htk,
                norm: MelNorm::None,
                f_max_hz: 8_000.0,
                ..MelSpec::choi2016()
            }),
            frames: 1813,
            ..Self::choi2016()
        }
    }

    /// The front-end of musicnn (Pons and Serra, 2019): 16 kHz, 512 points, hop 256, 96 Slaney mel
    /// bands of unit area from 0 to 8 kHz, `log10(1 + 10,000 · power)`, 187 frames (2.99 s).
    #[must_use]
    pub fn musicnn() -> Self {
        Self {
            sample_rate: 16_000,
            feature: Feature::LogMel(MelSpec {
                f_max_hz: 8_000.0,
                ..MelSpec::choi2016()
            }),
            logarithm: Logarithm::Log10OnePlus { gain: 10_000.0 },
            floor: 0.0,
            frames: 187,
            ..Self::choi2016()
        }
    }
}
