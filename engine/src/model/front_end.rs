//! Is a model's front-end possible, and affordable?

use super::ModelError;
use crate::FrontEndSpec;

/// Most values of a window, rows · frames.
const MAX_WINDOW_VALUES: usize = 1 << 24;
/// Longest window, in seconds.
const MAX_WINDOW_SECONDS: f64 = 600.0;

impl FrontEndSpec {
    /// Refuses what no front-end can do, and what no machine could afford.
    pub(super) fn check(&self) -> Result<(), ModelError> {
        let nyquist_hz = self.sample_rate as f32 / 2.0;
        whole("sample_rate", self.sample_rate as usize, 1_000, 384_000)?;
        whole("n_fft", self.n_fft, 16, 65_536)?;
        whole("hop", self.hop, 1, 65_536)?;
        whole("frames", self.frames, 1, 65_536)?;
        if let Some(mel) = self.feature.mel() {
            whole("mel_bands", mel.bands, 1, 1_024)?;
            between("f_min_hz", mel.f_min_hz, 0.0, nyquist_hz)?;
            between("f_max_hz", mel.f_max_hz, 0.0, nyquist_hz)?;
            if mel.f_min_hz >= mel.f_max_hz {
                let reason = format!("{} is not above f_min_hz, {}", mel.f_max_hz, mel.f_min_hz);
                return wrong("f_max_hz", reason);
            }
        }
        between("exponent", self.exponent, 0.01, 8.0)?;
        between("floor", self.floor, f32::MIN_POSITIVE, 1e6)?;
        if let Some(top_db) = self.top_db {
            between("top_db", top_db, 1e-3, 1_000.0)?;
        }
        between("scale", self.scale, -1e6, 1e6)?;
        between("offset", self.offset, -1e6, 1e6)?;
        if self.scale == 0.0 {
            return wrong(
                "scale",
                "it is 0, so that every window would be alike".to_owned(),
            );
        }
        if let Some((field, reason)) = self.combination() {
            return wrong(field, reason);
        }
        if self.input_bands().saturating_mul(self.frames) > MAX_WINDOW_VALUES {
            let reason =
                format!("with the rows of the input it gives more than {MAX_WINDOW_VALUES} values");
            return wrong("frames", reason);
        }
        let seconds = self.window_seconds();
        if seconds > MAX_WINDOW_SECONDS {
            let reason = format!("the window of {seconds:.0} s is longer than 600 s");
            return wrong("frames", reason);
        }
        Ok(())
    }
}

fn whole(
    field: &'static str,
    value: usize,
    lowest: usize,
    highest: usize,
) -> Result<(), ModelError> {
    if (lowest..=highest).contains(&value) {
        return Ok(());
    }
    wrong(
        field,
        format!("{value} is not between {lowest} and {highest}"),
    )
}

/// Also refuses what is not a number.
fn between(field: &'static str, value: f32, lowest: f32, highest: f32) -> Result<(), ModelError> {
    if (lowest..=highest).contains(&value) {
        return Ok(());
    }
    wrong(
        field,
        format!("{value} is not between {lowest} and {highest}"),
    )
}

fn wrong(field: &'static str, reason: String) -> Result<(), ModelError> {
    Err(ModelError::FrontEnd { field, reason })
}
