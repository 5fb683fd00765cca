//! Are the parameters possible, and affordable?

use super::{Feature, FrontEndSpec, MelSpec};
use crate::FrontEndError;
use crate::derivative::WIDTH_FRAMES as DERIVATIVE_FRAMES;

/// Most values a window may hold: 16 MiB of f32.
const MAX_WINDOW_VALUES: usize = 1 << 22;
/// Most values a second, which bounds the memory and work of a second of audio.
const MAX_VALUES_PER_SECOND: f64 = 262_144.0;
/// Most FFT points a second: a tenth of a core or so.
const MAX_FFT_POINTS_PER_SECOND: f64 = 16_777_216.0;
/// Most products of a cosine transform a second: a tenth of a core or so.
const MAX_PRODUCTS_PER_SECOND: f64 = 67_108_864.0;

impl FrontEndSpec {
    /// Checks that the parameters are possible, and that they ask for no more memory and work
    /// than a front-end can sensibly need: they may come from a file that nobody checked.
    ///
    /// # Errors
    /// [`FrontEndError::Parameter`] names the first field that is wrong.
    pub fn validate(&self) -> Result<(), FrontEndError> {
        self.validate_sizes()?;
        self.validate_cost()?;
        if let Some(mel) = self.feature.mel() {
            self.validate_edges(mel)?;
        }
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
        number("offset", self.offset, true, "")?;
        self.combination()
            .map_or(Ok(()), |(field, reason)| Err(parameter(field, reason)))
    }

    /// The field that is possible by itself, but not with the kind of feature, and why.
    pub(crate) fn combination(&self) -> Option<(&'static str, String)> {
        let Feature::Mfcc { mel, coefficients } = &self.feature else {
            return None;
        };
        if !(1..=mel.bands).contains(coefficients) {
            let reason = format!(
                "{coefficients} is not between 1 and mel_bands, {}",
                mel.bands
            );
            return Some(("coefficients", reason));
        }
        if self.top_db.is_some() {
            let reason = "the feature `mfcc` has none, it must be null".to_owned();
            return Some(("top_db", reason));
        }
        if self.frames < DERIVATIVE_FRAMES {
            let frames = self.frames;
            let reason = format!("{frames} is fewer than the {DERIVATIVE_FRAMES} of a derivative");
            return Some(("frames", reason));
        }
        None
    }

    fn validate_edges(&self, mel: &MelSpec) -> Result<(), FrontEndError> {
        let nyquist_hz = self.sample_rate as f32 / 2.0;
        let low = mel.f_min_hz;
        number("f_min_hz", low, low >= 0.0, "must not be negative")?;
        let high = mel.f_max_hz;
        number("f_max_hz", high, high > low, "must be above f_min_hz")?;
        let reason = "must not be above half the sample rate";
        number("f_max_hz", high, high <= nyquist_hz, reason)
    }

    fn validate_sizes(&self) -> Result<(), FrontEndError> {
        whole("sample_rate", self.sample_rate as usize, 1_000, 768_000)?;
        whole("n_fft", self.n_fft, 2, 65_536)?;
        if !self.n_fft.is_multiple_of(2) {
            return Err(parameter("n_fft", format!("{} is not even", self.n_fft)));
        }
        whole("hop", self.hop, 1, 65_536)?;
        if let Some(mel) = self.feature.mel() {
            whole("mel_bands", mel.bands, 1, 1_024)?;
        }
        if let Feature::Mfcc { coefficients, .. } = self.feature {
            whole("coefficients", coefficients, 1, 1_024)?;
        }
        whole("frames", self.frames, 1, MAX_WINDOW_VALUES)?;
        let most = MAX_WINDOW_VALUES / self.input_bands();
        whole("frames", self.frames, 1, most)
    }

    fn validate_cost(&self) -> Result<(), FrontEndError> {
        let frames_per_second = 1.0 / self.frame_seconds();
        let excess = |what: &str, amount: f64, limit: f64| {
            let reason = format!("{} gives {amount} {what} a second, above {limit}", self.hop);
            (amount > limit).then(|| parameter("hop", reason))
        };
        let mel_bands = self.feature.mel().map_or(0, |mel| mel.bands);
        let values = frames_per_second * self.input_bands().max(mel_bands) as f64;
        let points = frames_per_second * self.n_fft as f64;
        let products = match self.feature {
            Feature::Mfcc { coefficients, .. } => values * coefficients as f64,
            _ => 0.0,
        };
        excess("values", values, MAX_VALUES_PER_SECOND)
            .or_else(|| excess("FFT points", points, MAX_FFT_POINTS_PER_SECOND))
            .or_else(|| excess("products", products, MAX_PRODUCTS_PER_SECOND))
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

    fn mel(spec: &mut FrontEndSpec) -> &mut MelSpec {
        match &mut spec.feature {
            Feature::LogMel(mel) | Feature::Mfcc { mel, .. } => mel,
            Feature::LogStft => panic!("no mel bands"),
        }
    }

    #[test]
    fn the_published_front_ends_are_possible() {
        assert!(FrontEndSpec::choi2016().validate().is_ok());
        assert!(FrontEndSpec::won2020().validate().is_ok());
        assert!(FrontEndSpec::choi2016_stft().validate().is_ok());
        assert!(FrontEndSpec::choi2016_mfcc().validate().is_ok());
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
            assert_eq!(refused(|s| mel(s).bands = bands), "mel_bands");
        }
        for frames in [0, 43_691, usize::MAX] {
            assert_eq!(refused(|s| s.frames = frames), "frames");
        }
        for low in [-1.0, 6_000.0, f32::NAN, f32::INFINITY] {
            let field = refused(|s| mel(s).f_min_hz = low);
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
            assert_eq!(refused(|s| mel(s).f_max_hz = high), "f_max_hz");
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
            (s.sample_rate, s.n_fft, s.hop) = (768_000, 65_536, 2_000);
            mel(s).bands = 1;
        };
        assert_eq!(refused(heavy), "hop");
        let transform = |s: &mut FrontEndSpec| {
            mel(s).bands = 1_024;
            s.feature = Feature::Mfcc {
                mel: mel(s).clone(),
                coefficients: 1_024,
            };
            (s.frames, s.hop) = (1_000, 150);
        };
        assert_eq!(refused(transform), "hop");
    }

    #[test]
    fn what_does_not_go_with_mfcc_is_named() {
        let refused = |change: fn(&mut FrontEndSpec)| {
            refused(|spec| {
                *spec = FrontEndSpec::choi2016_mfcc();
                change(spec);
            })
        };
        assert_eq!(refused(|s| s.top_db = Some(80.0)), "top_db");
        assert_eq!(refused(|s| s.frames = 8), "frames");
        assert_eq!(refused(|s| mel(s).bands = 29), "coefficients");
        for coefficients in [0, 97, usize::MAX] {
            let mut spec = FrontEndSpec::choi2016_mfcc();
            spec.feature = Feature::Mfcc {
                mel: MelSpec::choi2016(),
                coefficients,
            };
            let error = spec.validate().expect_err("impossible").to_string();
            assert!(error.contains("coefficients"), "{error}");
        }
    }
}
