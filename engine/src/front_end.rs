//! Streaming log-mel: host samples in, log-mel frames out.

use crate::FrontEndSpec;
use crate::mel::MelBands;
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

/// Turns a mono stream at the host's rate into log-mel frames `L = 10·log10(max(p^e, floor))`,
/// bit for bit the same whatever the block sizes it is fed in. Frame `k` is centred on second
/// `k · hop / sample_rate` of the stream.
///
/// The whole-window steps of [`FrontEndSpec`] (top_db, affine) are left to
/// [`RollingWindow::read`](crate::RollingWindow::read).
///
/// Samples that are not numbers count as 0, and samples beyond ±10⁶ as that.
pub struct FrontEnd {
    resampler: Resampler,
    stft: Stft,
    log_mel: LogMel,
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
            log_mel: LogMel::new(spec),
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

    /// Feeds `mono` and calls `on_frame` with each finished frame (one dB value a mel band).
    /// Never allocates.
    pub fn push(&mut self, mono: &[f32], mut on_frame: impl FnMut(&[f32])) {
        let (stft, log_mel) = (&mut self.stft, &mut self.log_mel);
        self.resampler.push(mono, &mut |samples| {
            stft.push(samples, &mut |power| on_frame(log_mel.apply(power)));
        });
    }

    /// Ends the stream: flushes the resampler and pads the end by reflection, so that a clip of
    /// `n` samples at the model's rate gives `1 + n / hop` frames (none if it was empty). The
    /// next sample starts a new stream. Never allocates.
    pub fn finish(&mut self, mut on_frame: impl FnMut(&[f32])) {
        let (stft, log_mel) = (&mut self.stft, &mut self.log_mel);
        self.resampler.finish(&mut |samples| {
            stft.push(samples, &mut |power| on_frame(log_mel.apply(power)));
        });
        stft.finish(&mut |power| on_frame(log_mel.apply(power)));
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

/// From a power spectrum to a frame of log-mel values.
struct LogMel {
    bands: MelBands,
    /// 10 · exponent: the exponent is applied after the logarithm, where nothing overflows.
    db_per_decade: f64,
    floor_db: f64,
    frame: Vec<f32>,
}

impl LogMel {
    fn new(spec: &FrontEndSpec) -> Self {
        Self {
            bands: MelBands::new(spec),
            db_per_decade: 10.0 * f64::from(spec.exponent),
            floor_db: spec.floor_db(),
            frame: vec![0.0; spec.mel_bands],
        }
    }

    fn apply(&mut self, power: &[f64]) -> &[f32] {
        self.bands.apply(power, |band, sum| {
            let db = self.db_per_decade * sum.log10();
            self.frame[band] = db.max(self.floor_db) as f32;
        });
        &self.frame
    }
}
