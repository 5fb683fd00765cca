//! Samples, channel by channel.

use symphonia::core::audio::{GenericAudioBufferRef, sample::Sample};

/// Copies `decoded` to `planes: [channel][sample]` as f32.
pub(super) fn copy(decoded: &GenericAudioBufferRef<'_>, planes: &mut Vec<Vec<f32>>) {
    planes.resize(decoded.num_planes(), Vec::new());
    for plane in planes.iter_mut() {
        plane.resize(decoded.frames(), f32::MID);
    }
    decoded.copy_to_slice_planar(planes);
}

/// Cuts samples from the start and the end of each channel, as far as there are any.
pub(super) fn cut(planes: &mut [Vec<f32>], start: usize, end: usize) {
    for plane in planes {
        plane.truncate(plane.len().saturating_sub(end));
        plane.drain(..start.min(plane.len()));
    }
}
