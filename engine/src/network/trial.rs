//! Windows on which a backend is tried before it runs.

use super::span::Span;
use crate::front_end::{Analyzer, Feature, FrontEndSpec};

const GRID_FRAMES: u64 = Analyzer::GRID_FRAMES;

/// Windows of a made-up stream, the same every time. Like music, they have levels of −60 ± 20 dB that
/// fall towards the high bands, or MFCC of such a size, and go through the front-end's affine map.
pub(super) struct Trial<'a> {
    spec: &'a FrontEndSpec,
    /// Frames between windows, about a second.
    step: u64,
}

impl<'a> Trial<'a> {
    pub fn new(spec: &'a FrontEndSpec) -> Self {
        let grids = 1.0 / (spec.frame_seconds() * GRID_FRAMES as f64);
        Self {
            spec,
            step: (grids.round() as u64).max(1) * GRID_FRAMES,
        }
    }

    /// The stretch of the stream that window `number` shows.
    pub fn span(&self, number: usize) -> Span {
        Span {
            end_frame: self.end_frame(number),
            frames: self.spec.frames as u64,
        }
    }

    fn end_frame(&self, number: usize) -> u64 {
        (self.spec.frames as u64).next_multiple_of(GRID_FRAMES) + number as u64 * self.step
    }

    /// Window `number`, `[row, frame]`.
    pub fn window(&self, number: usize) -> Vec<f32> {
        let spec = self.spec;
        let end = self.end_frame(number);
        let mut window = Vec::with_capacity(spec.input_bands() * spec.frames);
        for band in 0..spec.input_bands() {
            let (middle, spread) = typical(spec, band);
            for frame in end - spec.frames as u64..end {
                let db = middle + 2.0 * spread * (random(band as u64, frame) - 0.5);
                let level = match spec.feature {
                    // Coefficients are no powers; their size is of the same order in any logarithm.
                    Feature::Mfcc { .. } => db,
                    Feature::LogMel(_) | Feature::LogStft => spec.logarithm.of_db(db),
                };
                window.push(spec.scaled(band, level));
            }
        }
        window
    }
}

/// The mean and the spread of row `band` in windows of music, in dB, before the affine map.
fn typical(spec: &FrontEndSpec, band: usize) -> (f32, f32) {
    match &spec.feature {
        Feature::LogMel(_) | Feature::LogStft => {
            (-40.0 - 40.0 * band as f32 / spec.input_bands() as f32, 20.0)
        }
        Feature::Mfcc { mel, .. } if band == 0 => {
            let unit = (mel.bands as f32).sqrt();
            (-60.0 * unit, 10.0 * unit)
        }
        Feature::Mfcc { coefficients, .. } if band < *coefficients => (0.0, 30.0),
        Feature::Mfcc { .. } => (0.0, 5.0),
    }
}

/// A number from 0 to 1 for each place of a spectrogram (SplitMix64).
fn random(band: u64, frame: u64) -> f32 {
    let mut z = (frame << 16 | band).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}
