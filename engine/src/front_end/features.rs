//! From a frame's power spectrum to its features.

use std::f64::consts::PI;

use super::level::Level;
use super::mel::MelBands;
use super::spec::{Feature, FrontEndSpec};

/// Turns power spectra into frames of [`FrontEndSpec::frame_values`] values.
pub(crate) struct Features {
    /// `None` where the features are the FFT bins themselves.
    bands: Option<MelBands>,
    level: Level,
    silence: f64,
    /// The logarithm of each band or bin.
    levels: Vec<f64>,
    /// `[coefficient, band]`, for MFCC.
    cosines: Option<Vec<f64>>,
    frame: Vec<f32>,
}

impl Features {
    /// `spec` must be one that [`FrontEndSpec::validate`] accepts.
    pub(crate) fn new(spec: &FrontEndSpec) -> Self {
        let bins = spec.n_fft / 2 + 1;
        let mel = spec.feature.mel();
        let levels = mel.map_or(bins, |mel| mel.bands);
        Self {
            bands: mel.map(|mel| MelBands::new(mel, spec.sample_rate, spec.n_fft)),
            level: Level::new(spec),
            silence: spec.silence(),
            levels: vec![0.0; levels],
            cosines: match spec.feature {
                Feature::Mfcc { coefficients, .. } => Some(cosines(coefficients, levels)),
                _ => None,
            },
            frame: vec![0.0; spec.frame_values()],
        }
    }

    /// The frame of `power: [bin]`. Never allocates.
    pub(crate) fn apply(&mut self, power: &[f64]) -> &[f32] {
        let (levels, level) = (&mut self.levels, &self.level);
        let mut take = |band: usize, sum: f64| levels[band] = level.of(sum);
        match &self.bands {
            Some(bands) => bands.apply(power, take),
            None => (0..).zip(power).for_each(|(bin, &power)| take(bin, power)),
        }
        self.finish()
    }

    /// The frame of silence. Never allocates.
    pub(crate) fn silence(&mut self) -> &[f32] {
        self.levels.fill(self.silence);
        self.finish()
    }

    fn finish(&mut self) -> &[f32] {
        let levels = &self.levels;
        match &self.cosines {
            Some(cosines) => {
                let rows = cosines.chunks_exact(levels.len());
                for (value, row) in self.frame.iter_mut().zip(rows) {
                    *value = row.iter().zip(levels).map(|(c, l)| c * l).sum::<f64>() as f32;
                }
            }
            None => {
                for (value, &level) in self.frame.iter_mut().zip(levels) {
                    *value = level as f32;
                }
            }
        }
        &self.frame
    }
}

/// The orthonormal DCT-II, `[coefficient, band]`.
fn cosines(coefficients: usize, bands: usize) -> Vec<f64> {
    let cosine = |k: usize, band: usize| {
        let norm = if k == 0 { 1.0 } else { 2.0 } / bands as f64;
        let turns = (k * (2 * band + 1)) as f64 / (2 * bands) as f64;
        norm.sqrt() * (PI * turns).cos()
    };
    (0..coefficients)
        .flat_map(|k| (0..bands).map(move |band| cosine(k, band)))
        .collect()
}
