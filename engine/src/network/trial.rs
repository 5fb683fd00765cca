//! Windows on which a backend is tried before it runs.

use crate::{Analyzer, FrontEndSpec};

const GRID_FRAMES: u64 = Analyzer::GRID_FRAMES;

/// Windows of a stream such as music gives, the same every time, through the front-end's affine map:
/// levels of −60 ± 20 dB that fall towards the high bands, or MFCC of such size.
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

    /// The frame with which window `number` ends.
    pub fn end_frame(&self, number: usize) -> u64 {
        (self.spec.frames as u64).next_multiple_of(GRID_FRAMES) + number as u64 * self.step
    }

    /// Window `number`, `[row, frame]`.
    pub fn window(&self, number: usize) -> Vec<f32> {
        let spec = self.spec;
        let end = self.end_frame(number);
        let mut window = Vec::with_capacity(spec.input_bands() * spec.frames);
        for band in 0..spec.input_bands() {
            let (middle, spread) = spec.typical(band);
            for frame in end - spec.frames as u64..end {
                let value = middle + 2.0 * spread * (random(band as u64, frame) - 0.5);
                window.push(value * spec.scale + spec.offset);
            }
        }
        window
    }
}

/// A number from 0 to 1 for each place of a spectrogram (SplitMix64).
fn random(band: u64, frame: u64) -> f32 {
    let mut z = (frame << 16 | band).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
}
