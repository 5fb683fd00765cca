//! Checks that the parameters are possible and affordable.

use super::{Feature, FrontEndSpec, Logarithm, MelSpec, RowNorm};
use crate::front_end::derivative::WIDTH_FRAMES as DERIVATIVE_FRAMES;
use crate::front_end::error::FrontEndError;

/// Most values a window may hold: 16 MiB of f32.
const MAX_WINDOW_VALUES: usize = 1 << 22;
/// Most values a second. This bounds the memory and work of a second of audio.
const MAX_VALUES_PER_SECOND: f64 = 262_144.0;
/// Most FFT points a second, which take about a tenth of a core.
const MAX_FFT_POINTS_PER_SECOND: f64 = 16_777_216.0;
/// Most products of a cosine transform a second, which take about a tenth of a core.
const MAX_PRODUCTS_PER_SECOND: f64 = 67_108_864.0;

/// Longest window, in seconds.
const MAX_WINDOW_SECONDS: f64 = 600.0;
/// Longest window, in frames.
const MAX_FRAMES: usize = 65_536;

/// The first field that is wrong, and why.
type Problem = (&'static str, String);

impl FrontEndSpec {
    /// Checks that the parameters are possible, and that they ask for no more memory and work than a
    /// front-end can sensibly need, as they may come from any file. `docs/model-format.md` has the
    /// limits.
    ///
    /// # Errors
    /// [`FrontEndError::Parameter`] names the first field that is wrong.
    pub fn validate(&self) -> Result<(), FrontEndError> {
        self.check()
            .map_err(|(field, reason)| FrontEndError::Parameter { field, reason })
    }

    /// Checks the same. The error is the field, and what is wrong with it.
    pub(crate) fn check(&self) -> Result<(), Problem> {
        self.validate_sizes()?;
        self.validate_cost()?;
        if let Some(mel) = self.feature.mel() {
            self.validate_edges(mel)?;
        }
        between("exponent", self.exponent, 0.01, 8.0)?;
        let least = match self.logarithm.gain() {
            Some(gain) => {
                between("gain", gain, 1e-6, 1e12)?;
                0.0
            }
            None => f32::MIN_POSITIVE,
        };
        between("floor", self.floor, least, 1e6)?;
        if let Some(top_db) = self.top_db {
            between("top_db", top_db, 1e-3, 1_000.0)?;
        }
        self.validate_rows()?;
        between("scale", self.scale, -1e6, 1e6)?;
        if self.scale == 0.0 {
            let reason = "it is 0, which would make all windows the same".to_owned();
            return Err(("scale", reason));
        }
        between("offset", self.offset, -1e6, 1e6)?;
        self.combination().map_or(Ok(()), Err)
    }

    fn validate_rows(&self) -> Result<(), Problem> {
        let Some(RowNorm { mean, deviation }) = &self.rows else {
            return Ok(());
        };
        let rows = self.input_bands();
        for (field, values, least) in [("row_mean", mean, -1e6), ("row_deviation", deviation, 1e-6)]
        {
            if values.len() != rows {
                let reason = format!("it has {} values, but the input {rows} rows", values.len());
                return Err((field, reason));
            }
            values
                .iter()
                .try_for_each(|&value| between(field, value, least, 1e6))?;
        }
        Ok(())
    }

    /// A field whose value does not fit another, and why.
    fn combination(&self) -> Option<Problem> {
        if self.top_db.is_some() && self.logarithm != Logarithm::Decibel {
            let reason = "only the logarithm `db` has such a range; it must be null".to_owned();
            return Some(("top_db", reason));
        }
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
            let reason = "the feature `mfcc` has no such range; it must be null".to_owned();
            return Some(("top_db", reason));
        }
        if self.frames < DERIVATIVE_FRAMES {
            let frames = self.frames;
            let reason =
                format!("{frames} is fewer than the {DERIVATIVE_FRAMES} that a derivative needs");
            return Some(("frames", reason));
        }
        None
    }

    fn validate_edges(&self, mel: &MelSpec) -> Result<(), Problem> {
        let nyquist_hz = self.sample_rate as f32 / 2.0;
        between("f_min_hz", mel.f_min_hz, 0.0, nyquist_hz)?;
        between("f_max_hz", mel.f_max_hz, 0.0, nyquist_hz)?;
        if mel.f_max_hz <= mel.f_min_hz {
            let reason = format!("{} is not above f_min_hz, {}", mel.f_max_hz, mel.f_min_hz);
            return Err(("f_max_hz", reason));
        }
        Ok(())
    }

    fn validate_sizes(&self) -> Result<(), Problem> {
        whole("sample_rate", self.sample_rate as usize, 1_000, 384_000)?;
        whole("n_fft", self.n_fft, 16, 65_536)?;
        if !self.n_fft.is_multiple_of(2) {
            return Err(("n_fft", format!("{} is not even", self.n_fft)));
        }
        if let Some(win_length) = self.framing.win_length {
            whole("win_length", win_length, 1, self.n_fft)?;
        }
        whole("hop", self.hop, 1, 65_536)?;
        if let Some(mel) = self.feature.mel() {
            whole("mel_bands", mel.bands, 1, 1_024)?;
        }
        if let Feature::Mfcc { coefficients, .. } = self.feature {
            whole("coefficients", coefficients, 1, 1_024)?;
        }
        let most = MAX_WINDOW_VALUES / self.input_bands();
        whole("frames", self.frames, 1, most.min(MAX_FRAMES))?;
        let seconds = self.window_seconds();
        if seconds > MAX_WINDOW_SECONDS {
            let reason =
                format!("the window of {seconds:.0} s is longer than {MAX_WINDOW_SECONDS} s");
            return Err(("frames", reason));
        }
        Ok(())
    }

    fn validate_cost(&self) -> Result<(), Problem> {
        let frames_per_second = 1.0 / self.frame_seconds();
        let excess = |what: &str, amount: f64, limit: f64| {
            let reason = format!("{} gives {amount} {what} a second, above {limit}", self.hop);
            (amount > limit).then_some(("hop", reason))
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

fn whole(field: &'static str, value: usize, least: usize, most: usize) -> Result<(), Problem> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    let reason = format!("{value} is not between {least} and {most}");
    Err((field, reason))
}

/// Checks that `value` is a number between the two.
fn between(field: &'static str, value: f32, lowest: f32, highest: f32) -> Result<(), Problem> {
    if (lowest..=highest).contains(&value) {
        return Ok(());
    }
    let reason = format!("{value} is not between {lowest} and {highest}");
    Err((field, reason))
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
        assert!(FrontEndSpec::musicnn().validate().is_ok());
    }

    #[test]
    fn a_parameter_that_does_not_fit_another_is_named() {
        for length in [0, 513, usize::MAX] {
            assert_eq!(
                refused(|s| s.framing.win_length = Some(length)),
                "win_length"
            );
        }
        for gain in [0.0, -1.0, 1e13, f32::NAN] {
            let logarithm = Logarithm::Log10OnePlus { gain };
            assert_eq!(refused(|s| s.logarithm = logarithm), "gain");
        }
        let without_floor =
            |s: &mut FrontEndSpec, logarithm| (s.floor, s.logarithm) = (0.0, logarithm);
        assert_eq!(refused(|s| without_floor(s, Logarithm::Natural)), "floor");
        let mut spec = FrontEndSpec::choi2016();
        without_floor(&mut spec, Logarithm::NaturalOnePlus { gain: 1.0 });
        assert!(spec.validate().is_ok());
        let limited =
            |s: &mut FrontEndSpec| (s.top_db, s.logarithm) = (Some(80.0), Logarithm::Natural);
        assert_eq!(refused(limited), "top_db");
        let norm = |mean: Vec<f32>, deviation: Vec<f32>| Some(RowNorm { mean, deviation });
        let few = || norm(vec![0.0; 95], vec![1.0; 96]);
        assert_eq!(refused(|s| s.rows = few()), "row_mean");
        let many = || norm(vec![0.0; 96], vec![1.0; 97]);
        assert_eq!(refused(|s| s.rows = many()), "row_deviation");
        for deviation in [0.0, -1.0, f32::NAN, f32::INFINITY] {
            let rows = norm(vec![0.0; 96], vec![deviation; 96]);
            assert_eq!(refused(|s| s.rows = rows), "row_deviation");
        }
    }

    #[test]
    fn an_impossible_parameter_is_named() {
        for rate in [0, 999, 384_001, u32::MAX] {
            assert_eq!(refused(|s| s.sample_rate = rate), "sample_rate");
        }
        for n_fft in [0, 1, 14, 511, 65_538, usize::MAX] {
            assert_eq!(refused(|s| s.n_fft = n_fft), "n_fft");
        }
        for hop in [0, 65_537, usize::MAX] {
            assert_eq!(refused(|s| s.hop = hop), "hop");
        }
        for bands in [0, 1_025, usize::MAX] {
            assert_eq!(refused(|s| mel(s).bands = bands), "mel_bands");
        }
        // 28,126 frames of 21.3 ms are more than 600 s.
        for frames in [0, 28_126, 43_691, usize::MAX] {
            assert_eq!(refused(|s| s.frames = frames), "frames");
        }
        for low in [-1.0, 6_000.5, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(|s| mel(s).f_min_hz = low), "f_min_hz");
        }
        assert_eq!(refused(|s| mel(s).f_min_hz = 6_000.0), "f_max_hz");
        for high in [0.0, -1.0, 6_000.5, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(|s| mel(s).f_max_hz = high), "f_max_hz");
        }
        for exponent in [0.0, -1.0, 8.5, f32::NAN] {
            assert_eq!(refused(|s| s.exponent = exponent), "exponent");
        }
        for floor in [0.0, -1.0, 1e-40, 1e7, f32::NAN, f32::INFINITY] {
            assert_eq!(refused(|s| s.floor = floor), "floor");
        }
        for top_db in [0.0, -80.0, 2_000.0, f32::NAN] {
            assert_eq!(refused(|s| s.top_db = Some(top_db)), "top_db");
        }
        for scale in [0.0, 1e7, f32::NAN] {
            assert_eq!(refused(|s| s.scale = scale), "scale");
        }
        assert_eq!(refused(|s| s.offset = f32::NEG_INFINITY), "offset");
    }

    #[test]
    fn a_file_cannot_ask_for_endless_work() {
        assert_eq!(refused(|s| s.hop = 1), "hop");
        let heavy = |s: &mut FrontEndSpec| {
            (s.sample_rate, s.n_fft, s.hop) = (384_000, 65_536, 1_000);
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
    fn a_parameter_that_does_not_fit_mfcc_is_named() {
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
