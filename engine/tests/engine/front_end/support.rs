//! Signals, and clips turned into log-mel.

use tagline_engine::{FrontEnd, FrontEndSpec};
use tagline_tests::Random;

/// A front-end. The test ends if there is none.
pub fn front_end(spec: &FrontEndSpec, host_rate_hz: f64) -> FrontEnd {
    FrontEnd::new(spec, host_rate_hz).unwrap_or_else(|error| panic!("{host_rate_hz} Hz: {error}"))
}

/// All frames of a whole clip, `[frame, mel band]`.
pub fn log_mel(spec: &FrontEndSpec, host_rate_hz: f64, clip: &[f32]) -> Vec<f32> {
    log_mel_in_blocks(
        &mut front_end(spec, host_rate_hz),
        clip,
        &[clip.len().max(1)],
    )
}

/// The same, fed in blocks whose lengths repeat these.
pub fn log_mel_in_blocks(front_end: &mut FrontEnd, clip: &[f32], blocks: &[usize]) -> Vec<f32> {
    let mut frames = Vec::new();
    for block in in_blocks(clip, blocks) {
        front_end.push(block, |frame| frames.extend_from_slice(frame));
    }
    front_end.finish(|frame| frames.extend_from_slice(frame));
    frames
}

/// Cuts `clip` into blocks whose lengths repeat these.
pub fn in_blocks<'a>(clip: &'a [f32], blocks: &[usize]) -> impl Iterator<Item = &'a [f32]> {
    let mut rest = clip;
    blocks.iter().cycle().map_while(move |&block| {
        let (now, later) = rest.split_at(block.min(rest.len()));
        rest = later;
        (!now.is_empty()).then_some(now)
    })
}

/// Noise between ±`peak`, the same on every run.
pub fn noise(samples: usize, peak: f32) -> Vec<f32> {
    let mut random = Random::new(1);
    (0..samples).map(|_| random.sample() * peak).collect()
}
