//! Host samples in, frames of features out.

use super::error::FrontEndError;
use super::features::Features;
use super::resampler::{HOST_RATES_HZ, Resampler};
use super::spec::FrontEndSpec;
use super::stft::Stft;

/// Turns a mono stream at the host's rate into frames of features: the logarithm of mel bands or FFT
/// bins, by default `L = 10·log10(max(p^e, floor))`, or the MFCC of these. The block size has no influence on a single bit.
/// Frame `k` is centred on second `k · hop / sample_rate` of the stream, or begins there.
///
/// [`RollingWindow::read`](crate::RollingWindow::read) does the steps of [`FrontEndSpec`] that need
/// the whole window: `top_db`, derivatives, the normalisation of rows and the affine map.
///
/// A sample that is not a number counts as 0, and one beyond ±10⁶ is limited to that.
///
/// ```
/// use tagline_engine::{FrontEnd, FrontEndSpec};
///
/// let mut front_end = FrontEnd::new(&FrontEndSpec::choi2016(), 48_000.0)?;
/// let second = vec![0.1; 48_000];
/// let mut frames = 0;
/// front_end.push(&second, |frame| {
///     assert_eq!(frame.len(), 96);
///     frames += 1;
/// });
/// front_end.finish(|_| frames += 1);
/// assert_eq!(frames, 1 + 12_000 / 256);
/// # Ok::<(), tagline_engine::FrontEndError>(())
/// ```
pub struct FrontEnd {
    resampler: Resampler,
    stft: Stft,
    features: Features,
    frames_per_chunk_max: usize,
}

impl FrontEnd {
    /// Makes a front-end for a stream at `host_rate_hz`. It allocates all its memory here.
    ///
    /// # Errors
    /// [`FrontEndError`] if the rate or a parameter is impossible.
    pub fn new(spec: &FrontEndSpec, host_rate_hz: f64) -> Result<Self, FrontEndError> {
        spec.validate()?;
        Self::check_host_rate(host_rate_hz)?;
        let resampler = Resampler::new(host_rate_hz, spec.sample_rate).map_err(|error| {
            FrontEndError::Parameter {
                field: "sample_rate",
                reason: format!("the host's {host_rate_hz} Hz cannot be converted to it: {error}"),
            }
        })?;
        Ok(Self {
            stft: Stft::new(spec.n_fft, spec.hop, spec.framing),
            features: Features::new(spec),
            // The first chunks may finish one frame more than their length holds.
            frames_per_chunk_max: resampler.chunk_out_max() / spec.hop + 2,
            resampler,
        })
    }

    /// Checks that a stream at `host_rate_hz` can be analysed: any rate from 1,000 Hz to 768 kHz can.
    ///
    /// # Errors
    /// [`FrontEndError::HostRate`] for any other rate.
    pub fn check_host_rate(host_rate_hz: f64) -> Result<(), FrontEndError> {
        if HOST_RATES_HZ.contains(&host_rate_hz) {
            Ok(())
        } else {
            Err(FrontEndError::HostRate(host_rate_hz))
        }
    }

    /// Feeds `mono` and calls `on_frame` with each finished frame, of
    /// [`FrontEndSpec::frame_values`] values. Never allocates.
    pub fn push(&mut self, mono: &[f32], mut on_frame: impl FnMut(&[f32])) {
        let (stft, features) = (&mut self.stft, &mut self.features);
        self.resampler.push(mono, &mut |samples| {
            stft.push(samples, &mut |power| on_frame(features.apply(power)));
        });
    }

    /// Ends the stream: flushes the resampler and pads the end by reflection. A clip of `n` samples
    /// at the model's rate gives `1 + n / hop` frames, an empty one gives none. If frames are not
    /// centred, it gives those that lie wholly within it. The next sample
    /// starts a new stream. Never allocates.
    pub fn finish(&mut self, mut on_frame: impl FnMut(&[f32])) {
        let (stft, features) = (&mut self.stft, &mut self.features);
        self.resampler.finish(&mut |samples| {
            stft.push(samples, &mut |power| on_frame(features.apply(power)));
        });
        stft.finish(&mut |power| on_frame(features.apply(power)));
    }

    /// Forgets the stream, as if the front-end had just been made. Never allocates.
    pub fn reset(&mut self) {
        self.resampler.reset();
        self.stft.reset();
    }

    /// Samples that complete the next chunk. Fewer samples give no frame. The number is never 0, and
    /// it depends on the position in the stream alone, not on the blocks before.
    pub(crate) fn samples_to_chunk(&self) -> usize {
        self.resampler.samples_to_chunk()
    }

    /// The most frames that [`Self::samples_to_chunk`] samples give at once.
    pub(crate) fn frames_per_chunk_max(&self) -> usize {
        self.frames_per_chunk_max
    }
}
