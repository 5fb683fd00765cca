//! Audio in memory.

/// A decoded file: planar samples, −1 to 1 (floating-point files may exceed that; none is NaN or
/// infinite).
#[derive(Clone, Debug)]
pub struct Audio {
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// `[channel][sample]`, all of one length, at least one channel of at least one sample.
    pub channels: Vec<Vec<f32>>,
}

impl Audio {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.channels.first().map_or(0, Vec::len) as f64 / f64::from(self.sample_rate_hz)
    }

    /// The mean of the channels.
    #[must_use]
    pub fn mono(&self) -> Vec<f32> {
        let mut mono = Vec::new();
        mix(&self.channels, &mut mono);
        mono
    }
}

/// Writes the mean of `channels: [channel][sample]` to `mono`.
pub fn mix(channels: &[Vec<f32>], mono: &mut Vec<f32>) {
    let Some((first, rest)) = channels.split_first() else {
        mono.clear();
        return;
    };
    mono.clone_from(first);
    for channel in rest {
        for (sum, sample) in mono.iter_mut().zip(channel) {
            *sum += sample;
        }
    }
    if !rest.is_empty() {
        let scale = 1.0 / channels.len() as f32;
        mono.iter_mut().for_each(|sample| *sample *= scale);
    }
}
