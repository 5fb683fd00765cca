//! The front-end's parameters, which belong to the model and travel in its metadata.

use serde::{Deserialize, Serialize};

use crate::FrontEndError;

/// Most mel values a window may hold: 16 MiB of f32.
const MAX_WINDOW_VALUES: usize = 1 << 22;
/// Most mel values a second, which bounds the memory and work of a second of audio.
const MAX_VALUES_PER_SECOND: f64 = 262_144.0;
/// Most FFT points a second: a tenth of a core or so.
const MAX_FFT_POINTS_PER_SECOND: f64 = 16_777_216.0;

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

    /// The log-mel value of silence, before top_db and the affine map.
    pub(crate) fn floor_db(&self) -> f64 {
        10.0 * f64::from(self.floor).log10()
    }

    /// Checks that the parameters are possible, and that they ask for no more memory and work
    /// than a front-end can sensibly need: they may come from a file that nobody checked.
    ///
    /// # Errors
    /// [`FrontEndError::Parameter`] names the first field that is wrong.
    pub fn validate(&self) -> Result<(), FrontEndError> {
        self.validate_sizes()?;
        self.validate_cost()?;
        let nyquist_hz = self.sample_rate as f32 / 2.0;
        let low = self.f_min_hz;
        number("f_min_hz", low, low >= 0.0, "must not be negative")?;
        let high = self.f_max_hz;
        number("f_max_hz", high, high > low, "must be above f_min_hz")?;
        let reason = "must not be above half the sample rate";
        number("f_max_hz", high, high <= nyquist_hz, reason)?;
        let exponent = self.exponent;
        let reason = "must be between 0.01 and 10";
        number(
            "exponent",
            exponent,
            (0.01..=10.0).contains(&exponent),
            reason,
        )?;
        let floor = self.floor;
        let reason = "must be positive and not denormal";
        number("floor", floor, floor > 0.0 && floor.is_normal(), reason)?;
        if let Some(top_db) = self.top_db {
            number("top_db", top_db, top_db > 0.0, "must be positive")?;
        }
        number("scale", self.scale, self.scale != 0.0, "must not be 0")?;
        number("offset", self.offset, true, "")
    }

    fn validate_sizes(&self) -> Result<(), FrontEndError> {
        whole("sample_rate", self.sample_rate as usize, 1_000, 768_000)?;
        whole("n_fft", self.n_fft, 2, 65_536)?;
        if !self.n_fft.is_multiple_of(2) {
            return Err(parameter("n_fft", format!("{} is not even", self.n_fft)));
        }
        whole("hop", self.hop, 1, 65_536)?;
        whole("mel_bands", self.mel_bands, 1, 1_024)?;
        whole("frames", self.frames, 1, MAX_WINDOW_VALUES)?;
        whole("frames", self.frames, 1, MAX_WINDOW_VALUES / self.mel_bands)
    }

    fn validate_cost(&self) -> Result<(), FrontEndError> {
        let frames_per_second = 1.0 / self.frame_seconds();
        let excess = |what: &str, amount: f64, limit: f64| {
            let reason = format!("{} gives {amount} {what} a second, above {limit}", self.hop);
            (amount > limit).then(|| parameter("hop", reason))
        };
        let values = frames_per_second * self.mel_bands as f64;
        let points = frames_per_second * self.n_fft as f64;
        excess("mel values", values, MAX_VALUES_PER_SECOND)
            .or_else(|| excess("FFT points", points, MAX_FFT_POINTS_PER_SECOND))
            .map_or(Ok(()), Err)
    }
}

fn parameter(field: &'static str, reason: String) -> FrontEndError {
    FrontEndError::Parameter { field, reason }
}

fn whole(
    field: &'static str,
    value: usize,
    least: usize,
    most: usize,
) -> Result<(), FrontEndError> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let reason = format!("{value} is not between {least} and {most}");
    Err(parameter(field, reason))
}

fn number(
    field: &'static str,
    value: f32,
    possible: bool,
    reason: &str,
) -> Result<(), FrontEndError> {
    if !value.is_finite() {
        return Err(parameter(field, format!("{value} is not a finite number")));
    }
    if !possible {
        return Err(parameter(field, format!("{value} {reason}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut FrontEndSpec)) -> String {
        let mut spec = FrontEndSpec::choi2016();
        change(&mut spec);
        match spec.validate() {
            Err(FrontEndError::Parameter { field, .. }) => field.to_owned(),
            other => panic!("{spec:?} gave {other:?}"),
        }
    }

    #[test]
    fn the_published_front_ends_are_possible() {
        assert!(FrontEndSpec::choi2016().validate().is_ok());
        assert!(FrontEndSpec::won2020().validate().is_ok());
    }

    #[test]
    fn an_impossible_parameter_is_named() {
        for rate in [0, 999, 768_001, u32::MAX] {
            assert_eq!(refused(|s| s.sample_rate = rate), "sample_rate");
        }
        for n_fft in [0, 1, 511, 65_538, usize::MAX] {
            assert_eq!(refused(|s| s.n_fft = n_fft), "n_fft");
        }
        for hop in [0, 65_537, usize::MAX] {
            assert_eq!(refused(|s| s.hop = hop), "hop");
        }
        for bands in [0, 1_025, usize::MAX] {
            assert_eq!(refused(|s| s.mel_bands = bands), "mel_bands");
        }
        for frames in [0, 43_691, usize::MAX] {
            assert_eq!(refused(|s| s.frames = frames), "frames");
        }
        for low in [-1.0, 6_000.0, f32::NAN, f32::INFINITY] {
            let field = refused(|s| s.f_min_hz = low);
            assert_eq!(
                field,
                if low == 6_000.0 {
                    "f_max_hz"
                } else {
                    "f_min_hz"
                }
            );
        }
        for high in [0.0, -1.0, 6_000.5, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(|s| s.f_max_hz = high), "f_max_hz");
        }
        for exponent in [0.0, -1.0, 11.0, f32::NAN] {
            assert_eq!(refused(|s| s.exponent = exponent), "exponent");
        }
        for floor in [0.0, -1.0, 1e-40, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(|s| s.floor = floor), "floor");
        }
        for top_db in [0.0, -80.0, f32::NAN] {
            assert_eq!(refused(|s| s.top_db = Some(top_db)), "top_db");
        }
        for scale in [0.0, f32::NAN] {
            assert_eq!(refused(|s| s.scale = scale), "scale");
        }
        assert_eq!(refused(|s| s.offset = f32::NEG_INFINITY), "offset");
    }

    #[test]
    fn a_file_cannot_ask_for_endless_work() {
        assert_eq!(refused(|s| s.hop = 1), "hop");
        let heavy = |s: &mut FrontEndSpec| {
            (s.sample_rate, s.n_fft, s.hop, s.mel_bands) = (768_000, 65_536, 2_000, 1);
        };
        assert_eq!(refused(heavy), "hop");
    }
}
