//! Where decoded audio goes.

use crate::Audio;
use crate::decode::MAX_SAMPLES;

/// Takes a file's audio, packet by packet.
pub trait Sink {
    /// The file is read again from its start. Forget what has been taken so far.
    fn restart(&mut self);

    /// Takes the next samples, `[channel][sample]`, all channels of one length above 0. The rate
    /// and the number of channels are the same for all packets. `false` if they are too many.
    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool;

    /// Told before each packet how much of the file has been read, 0 to 1.
    fn progress(&mut self, _done: f64) {}
}

impl Sink for Audio {
    fn restart(&mut self) {
        self.channels.clear();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.sample_rate_hz = sample_rate_hz;
        self.channels.resize(channels.len(), Vec::new());
        let samples = self.channels[0].len() + channels[0].len();
        if samples.saturating_mul(channels.len()) > MAX_SAMPLES {
            return false;
        }
        for (all, packet) in self.channels.iter_mut().zip(channels) {
            all.extend_from_slice(packet);
        }
        true
    }
}
