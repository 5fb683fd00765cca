//! The streaming front-end: host samples in, frames of features out.

use crate::FrontEndSpec;
use crate::features::Features;
use crate::resampler::{HOST_RATES_HZ, Resampler};
use crate::stft::Stft;

/// Why a front-end cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum FrontEndError {
    /// The host's sample rate is outside 1,000 Hz to 768 kHz, or not a number.
    #[error("sample rate {0} Hz is outside 1,000 Hz to 768 kHz")]
    HostRate(f64),
    /// A parameter of the model's front-end is impossible.
    #[error("front-end parameter {field}: {reason}")]
    Parameter {
        /// Name of the field in [`FrontEndSpec`].
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
}

/// Turns a mono stream at the host's rate into frames of features (`L = 10·log10(max(p^e, floor))`
/// of mel bands or FFT bins, or the MFCC of such), bit for bit the same whatever the block sizes
/// it is fed in. Frame `k` is centred on second `k · hop / sample_rate` of the stream.
///
/// The whole-window steps of [`FrontEndSpec`] (top_db, derivatives, affine) are left to
/// [`RollingWindow::read`](crate::RollingWindow::read).
///
/// Samples that are not numbers count as 0, and samples beyond ±10⁶ as that.
pub struct FrontEnd {
    resampler: Resampler,
    stft: Stft,
    features: Features,
    frames_per_chunk_max: usize,
}

impl FrontEnd {
    /// Makes a front-end for a stream at `host_rate_hz`; all memory is allocated here.
    ///
    /// # Errors
    /// [`FrontEndError`] if the rate or a parameter is impossible.
    pub fn new(spec: &FrontEndSpec, host_rate_hz: f64) -> Result<Self, FrontEndError> {
        spec.validate()?;
        Self::check_host_rate(host_rate_hz)?;
        let resampler = Resampler::new(host_rate_hz, spec.sample_rate).map_err(|error| {
            FrontEndError::Parameter {
                field: "sample_rate",
                reason: format!("no way from {host_rate_hz} Hz: {error}"),
            }
        })?;
        Ok(Self {
            stft: Stft::new(spec.n_fft, spec.hop),
            features: Features::new(spec),
            // The very first chunks may finish a frame more than their length holds.
            frames_per_chunk_max: resampler.chunk_out_max() / spec.hop + 2,
            resampler,
        })
    }

    /// Says whether a stream at `host_rate_hz` can be analysed: 1,000 Hz to 768 kHz can.
    ///
    /// # Errors
    /// [`FrontEndError::HostRate`] if not.
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

    /// Ends the stream: flushes the resampler and pads the end by reflection, so that a clip of
    /// `n` samples at the model's rate gives `1 + n / hop` frames (none if it was empty). The
    /// next sample starts a new stream. Never allocates.
    pub fn finish(&mut self, mut on_frame: impl FnMut(&[f32])) {
        let (stft, features) = (&mut self.stft, &mut self.features);
        self.resampler.finish(&mut |samples| {
            stft.push(samples, &mut |power| on_frame(features.apply(power)));
        });
        stft.finish(&mut |power| on_frame(features.apply(power)));
    }

    /// Forgets the stream, as if just made. Never allocates.
    pub fn reset(&mut self) {
        self.resampler.reset();
        self.stft.reset();
    }

    /// Samples until frames may come: with fewer, none does. Never 0, and the same for every
    /// stream at its position, whatever its blocks were.
    pub(crate) fn samples_to_chunk(&self) -> usize {
        self.resampler.samples_to_chunk()
    }

    /// Most frames that come at once after [`Self::samples_to_chunk`] samples.
    pub(crate) fn frames_per_chunk_max(&self) -> usize {
        self.frames_per_chunk_max
    }
}
