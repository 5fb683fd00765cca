//! The front-end's parameters. They belong to the model and travel in its metadata.

mod feature;
mod framing;
mod json;
mod logarithm;
mod published;
mod rows;
mod validate;

use serde::{Deserialize, Serialize};

pub use feature::{Feature, MelNorm, MelScale, MelSpec};
pub use framing::{Framing, Padding, Spectrum, Window};
pub use logarithm::Logarithm;
pub use rows::RowNorm;

/// Everything that turns audio into a network's input window `[row, frame]`.
///
/// The steps, in order, for a mono signal at `sample_rate`:
/// 1. STFT: `n_fft` points every `hop` samples, by the [`Framing`]; by default a periodic Hann window,
///    frame `k` centred on sample `k · hop`, the stream's start padded by reflection; power `|X|²`.
/// 2. The power in mel bands, for the features that have them.
/// 3. `L` is the [`Logarithm`] of `max(power^exponent, floor)`, by default `10 · log10`.
/// 4. If `top_db` is given, `L = max(L, max over the window of L − top_db)`. For MFCC instead:
///    the cosine transform of each frame, and the derivatives along the window.
/// 5. If `rows` is given, `L = (L − mean) / deviation` of each row.
/// 6. `L · scale + offset`.
///
/// ```
/// use tagline_engine::FrontEndSpec;
///
/// let spec = FrontEndSpec::choi2016();
/// assert_eq!((spec.input_bands(), spec.frames), (96, 1366));
/// assert!((spec.window_seconds() - 29.14).abs() < 0.01);
/// assert!(FrontEndSpec { hop: 0, ..spec }.validate().is_err());
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "json::Fields", into = "json::Fields")]
pub struct FrontEndSpec {
    /// Sample rate of the signal that is analysed, in Hz.
    pub sample_rate: u32,
    /// Points of the FFT, in samples.
    pub n_fft: usize,
    /// Distance between frames, in samples.
    pub hop: usize,
    /// How the signal is cut into frames, and what their spectrum is.
    pub framing: Framing,
    /// What the rows of the window are.
    pub feature: Feature,
    /// Exponent of the power before the logarithm: 1, or 2 for "squared power".
    pub exponent: f32,
    /// Smaller values are raised to this before the logarithm.
    pub floor: f32,
    /// The logarithm.
    pub logarithm: Logarithm,
    /// Range kept below the window's maximum, in dB, if it is limited. MFCC have no such limit.
    pub top_db: Option<f32>,
    /// Mean and deviation of each row of the window, if rows are normalised.
    pub rows: Option<RowNorm>,
    /// Factor of the final affine map.
    pub scale: f32,
    /// Offset of the final affine map.
    pub offset: f32,
    /// Length of the network's window, in frames.
    pub frames: usize,
}

impl FrontEndSpec {
    /// The same with the affine map that Tagline's own networks are trained with.
    ///
    /// The map depends on the feature alone, never on the window, and brings music to about ±2. The
    /// dB of mel bands become `0.05 · L + 2`, and those of FFT bins `0.05 · L + 1`, as a bin is about
    /// 20 dB above a mel band of unit area. MFCC become `0.01 · L`: this suits the 0th coefficient
    /// (√bands times the mean level), and leaves the others, and above all the derivatives, much
    /// smaller. No single map suits all of them, so a network on MFCC must normalise each row at its
    /// input.
    #[must_use]
    pub fn with_training_affine(self) -> Self {
        let (scale, offset) = match self.feature {
            Feature::LogMel(_) => (0.05, 2.0),
            Feature::LogStft => (0.05, 1.0),
            Feature::Mfcc { .. } => (0.01, 0.0),
        };
        Self {
            scale,
            offset,
            ..self
        }
    }

    /// Rows of the network's input: mel bands, FFT bins, or three for each MFCC.
    #[must_use]
    pub fn input_bands(&self) -> usize {
        match self.feature {
            Feature::Mfcc { coefficients, .. } => coefficients.saturating_mul(3),
            _ => self.frame_values(),
        }
    }

    /// Values of one frame of [`FrontEnd`](crate::FrontEnd): mel bands, FFT bins, or MFCC without
    /// their derivatives, which are taken when a window is read.
    #[must_use]
    pub fn frame_values(&self) -> usize {
        match &self.feature {
            Feature::LogMel(mel) => mel.bands,
            Feature::LogStft => self.n_fft / 2 + 1,
            Feature::Mfcc { coefficients, .. } => *coefficients,
        }
    }

    /// Whether each column of a window depends on its own frame alone. A window one frame later then
    /// holds the same columns, one place further to the left. `top_db` breaks this, as it looks at the
    /// whole window, and so do derivatives, as they look at four frames on each side but never beyond
    /// the window's ends.
    #[must_use]
    pub fn columns_are_independent(&self) -> bool {
        self.top_db.is_none() && !matches!(self.feature, Feature::Mfcc { .. })
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

    /// Samples at the model's rate that frame `k` sees from sample `k · hop` on.
    #[must_use]
    pub fn samples_from_place(&self) -> usize {
        if self.framing.uncentred {
            self.n_fft
        } else {
            self.n_fft / 2
        }
    }

    /// The value of `level` in row `row` of a network's input, as [`Self::rows`] and the affine map make
    /// it.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn scaled(&self, row: usize, level: f32) -> f32 {
        let level = match &self.rows {
            Some(norm) => (level - norm.mean[row]) / norm.deviation[row],
            None => level,
        };
        level * self.scale + self.offset
    }

    /// The level that [`Self::scaled`] makes `value` of, but for rounding.
    ///
    /// # Panics
    /// If there is no such row.
    #[must_use]
    pub fn unscaled(&self, row: usize, value: f32) -> f32 {
        let level = (value - self.offset) / self.scale;
        match &self.rows {
            Some(norm) => level * norm.deviation[row] + norm.mean[row],
            None => level,
        }
    }

    /// The level of silence.
    pub(super) fn silence(&self) -> f64 {
        self.logarithm.of(f64::from(self.floor))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A front-end in which every field differs from the defaults.
    fn unusual() -> FrontEndSpec {
        FrontEndSpec {
            framing: Framing {
                window: Window::Blackman,
                symmetric: true,
                win_length: Some(400),
                uncentred: true,
                padding: Padding::Zeros,
                spectrum: Spectrum::Magnitude,
            },
            logarithm: Logarithm::NaturalOnePlus { gain: 0.5 },
            rows: Some(RowNorm {
                mean: vec![0.25; 96],
                deviation: vec![1.5; 96],
            }),
            ..FrontEndSpec::choi2016()
        }
    }

    #[test]
    fn a_row_is_scaled_by_its_own_mean_and_deviation_and_back() {
        let mut spec = FrontEndSpec {
            scale: 2.0,
            offset: 1.0,
            ..unusual()
        };
        assert_eq!(spec.scaled(3, 1.75), 3.0);
        assert_eq!(spec.unscaled(3, 3.0), 1.75);
        spec.rows = None;
        assert_eq!(spec.scaled(3, 1.75), 4.5);
        assert_eq!(spec.unscaled(3, 4.5), 1.75);
    }

    #[test]
    fn the_kind_of_feature_decides_the_rows_of_the_input() {
        let rows = |spec: FrontEndSpec| (spec.frame_values(), spec.input_bands());
        assert_eq!(rows(FrontEndSpec::choi2016()), (96, 96));
        assert_eq!(rows(FrontEndSpec::choi2016_stft()), (129, 129));
        assert_eq!(rows(FrontEndSpec::choi2016_mfcc()), (30, 90));
    }

    #[test]
    fn a_log_mel_front_end_is_written_without_the_field_of_the_newer_kinds() {
        let json = serde_json::to_string(&FrontEndSpec::choi2016()).unwrap();
        let before = concat!(
            r#"{"sample_rate":12000,"n_fft":512,"hop":256,"mel_bands":96,"#,
            r#""mel_scale":"slaney","mel_norm":"slaney","f_min_hz":0.0,"f_max_hz":6000.0,"#,
            r#""exponent":1.0,"floor":1e-10,"top_db":null,"scale":1.0,"offset":0.0,"#,
            r#""frames":1366}"#
        );
        assert_eq!(json, before);
    }

    #[test]
    fn every_kind_survives_writing_and_reading() {
        for spec in [
            FrontEndSpec::choi2016(),
            FrontEndSpec::won2020(),
            FrontEndSpec::choi2016_stft().with_training_affine(),
            FrontEndSpec::choi2016_mfcc().with_training_affine(),
            FrontEndSpec::musicnn(),
            unusual(),
        ] {
            let json = serde_json::to_string(&spec).unwrap();
            let back: FrontEndSpec = serde_json::from_str(&json).unwrap();
            assert_eq!(back, spec, "{json}");
        }
    }

    #[test]
    fn a_field_that_is_missing_or_foreign_to_the_kind_is_named() {
        let kinds = [
            ("log_mel", FrontEndSpec::choi2016()),
            ("log_stft", FrontEndSpec::choi2016_stft()),
            ("mfcc", FrontEndSpec::choi2016_mfcc()),
        ];
        let mel = [
            ("mel_bands", serde_json::json!(96)),
            ("mel_scale", serde_json::json!("slaney")),
            ("mel_norm", serde_json::json!("none")),
            ("f_min_hz", serde_json::json!(0.0)),
            ("f_max_hz", serde_json::json!(6000.0)),
            ("coefficients", serde_json::json!(30)),
        ];
        let refused = |json: &serde_json::Value| {
            let text = json.to_string();
            let error = serde_json::from_str::<FrontEndSpec>(&text).expect_err(&text);
            error.to_string()
        };
        for (kind, spec) in kinds {
            for (field, value) in &mel {
                let mut json = serde_json::to_value(&spec).unwrap();
                let fields = json.as_object_mut().unwrap();
                if fields.remove(*field).is_none() {
                    fields.insert((*field).to_owned(), value.clone());
                }
                let message = refused(&json);
                assert!(message.contains(field), "{kind}: {message}");
                assert!(message.contains(kind), "{kind}: {message}");
            }
            for (field, value) in [
                ("feature", serde_json::json!("cqt")),
                ("coeficients", serde_json::json!(20)),
            ] {
                let mut json = serde_json::to_value(&spec).unwrap();
                json[field] = value;
                refused(&json);
            }
        }
    }
}
