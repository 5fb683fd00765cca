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
        let Some((first, rest)) = self.channels.split_first() else {
            return Vec::new();
        };
        let mut mono = first.clone();
        for channel in rest {
            for (sum, sample) in mono.iter_mut().zip(channel) {
                *sum += sample;
            }
        }
        if !rest.is_empty() {
            let scale = 1.0 / self.channels.len() as f32;
            for sample in &mut mono {
                *sample *= scale;
            }
        }
        mono
    }
}
