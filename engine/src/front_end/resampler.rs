//! Converts any host rate to the model's rate.
//!
//! Rates in a simple ratio go through a synchronous FFT resampler. All others go through a windowed
//! sinc at arbitrary positions, after a decimation by a power of two where the host's rate is far
//! above the model's. The delay is compensated: output sample `j` lies at host time `j / model rate`.
//! The host's blocks are first gathered into chunks of fixed length, so neither the output nor the
//! moment at which it becomes known depends on the block size.

use rubato::audioadapter_buffers::direct::SequentialSlice;
use rubato::{
    Async, Fft, FixedAsync, FixedSync, Resampler as _, ResamplerConstructionError,
    SincInterpolationParameters, WindowFunction, calculate_cutoff,
};

/// Lowest and highest host rate.
pub(super) const HOST_RATES_HZ: std::ops::RangeInclusive<f64> = 1_000.0..=768_000.0;

/// Samples are limited to this (+120 dBFS). Beyond it they are no sound, and could overflow later.
const LOUDEST: f32 = 1e6;
/// Samples below this (−300 dBFS) become 0, so that no FFT meets denormal numbers.
const SOFTEST: f32 = 1e-15;

/// Side lobes below −100 dB for the shortest transition band.
const WINDOW: WindowFunction = WindowFunction::BlackmanHarris;
/// Length of the filters at the lower of the two rates. With 32 ms, a rate of 12 kHz keeps its
/// spectrum up to 5.75 kHz.
const FILTER_SECONDS: f64 = 0.032;
/// Intermediate points of the sinc. Between them, a cubic errs by −130 dB at most.
const SINC_OVERSAMPLING: usize = 64;
/// Samples of a chunk when there is nothing to resample.
const IDENTITY_CHUNK_SAMPLES: usize = 128;
/// Output samples of a decimator's chunk. The transition band lies above what the sinc keeps.
const DECIMATOR_CHUNK_SAMPLES: usize = 128;

/// Takes a mono stream at the host's rate and gives it at the model's rate.
pub(super) struct Resampler {
    stages: Stages,
    /// Output samples for each input sample.
    ratio: f64,
    /// The chunk being gathered. Its first `filled` samples are in use.
    input: Vec<f32>,
    filled: usize,
    middle: Vec<f32>,
    output: Vec<f32>,
    /// Zeros fed before the stream, and output samples that come before its time 0. Together they
    /// compensate the delay.
    lead_in: usize,
    lead_out: usize,
    /// Output samples still to be dropped.
    to_drop: usize,
    /// Samples of the stream received and emitted.
    received: u64,
    emitted: u64,
}

enum Stages {
    Identity,
    Fft(Box<Fft<f32>>),
    Sinc {
        decimator: Option<Box<Fft<f32>>>,
        sinc: Box<Async<f32>>,
    },
}

impl Resampler {
    /// `host_rate_hz` must lie in [`HOST_RATES_HZ`], `model_rate` in the same range.
    pub(super) fn new(
        host_rate_hz: f64,
        model_rate: u32,
    ) -> Result<Self, ResamplerConstructionError> {
        let model_rate_hz = f64::from(model_rate);
        let mut resampler = if host_rate_hz == model_rate_hz {
            Self::with(Stages::Identity, IDENTITY_CHUNK_SAMPLES)
        } else if let Some((chunk_in, chunk_out)) = fft_chunk(host_rate_hz, model_rate) {
            Self::by_fft(chunk_in, chunk_out)?
        } else {
            Self::by_sinc(host_rate_hz, model_rate_hz)?
        };
        resampler.ratio = model_rate_hz / host_rate_hz;
        resampler.reset();
        Ok(resampler)
    }

    fn with(stages: Stages, chunk_in: usize) -> Self {
        let output = match &stages {
            Stages::Identity => chunk_in,
            Stages::Fft(fft) => fft.output_frames_max(),
            Stages::Sinc { sinc, .. } => sinc.output_frames_max(),
        };
        let middle = match &stages {
            Stages::Sinc { sinc, .. } => sinc.input_frames_max(),
            _ => 0,
        };
        Self {
            stages,
            ratio: 1.0,
            input: vec![0.0; chunk_in],
            filled: 0,
            middle: vec![0.0; middle],
            output: vec![0.0; output],
            lead_in: 0,
            lead_out: 0,
            to_drop: 0,
            received: 0,
            emitted: 0,
        }
    }

    /// `chunk_in` and `chunk_out` are even, so that half a chunk, the delay, is whole samples.
    fn by_fft(chunk_in: usize, chunk_out: usize) -> Result<Self, ResamplerConstructionError> {
        let fft = fft(chunk_in, chunk_out, chunk_in)?;
        let mut resampler = Self::with(Stages::Fft(Box::new(fft)), chunk_in);
        resampler.lead_out = chunk_out / 2;
        Ok(resampler)
    }

    fn by_sinc(host_rate_hz: f64, model_rate_hz: f64) -> Result<Self, ResamplerConstructionError> {
        let mut factor = 1;
        while host_rate_hz / f64::from(2 * factor) >= 1.5 * model_rate_hz {
            factor *= 2;
        }
        let middle_rate_hz = host_rate_hz / f64::from(factor);
        let factor = factor as usize;
        let (decimator, chunk) = if factor > 1 {
            let chunk = DECIMATOR_CHUNK_SAMPLES;
            (Some(Box::new(fft(factor, 1, factor * chunk)?)), chunk)
        } else {
            (None, (0.01 * middle_rate_hz).max(64.0) as usize)
        };
        let ratio = model_rate_hz / middle_rate_hz;
        let taps = filter_taps(model_rate_hz.min(middle_rate_hz));
        let sinc_len = ((taps as f64 / ratio.min(1.0)) as usize).next_multiple_of(8);
        let parameters = SincInterpolationParameters::new(sinc_len, WINDOW)
            .f_cutoff(calculate_cutoff(taps, WINDOW))
            .oversampling_factor(SINC_OVERSAMPLING);
        let sinc = Async::new_sinc(ratio, 1.0, &parameters, chunk, 1, FixedAsync::Input)?;

        // Where rubato's first output sample lies, in host samples after the chunk's first.
        let step = host_rate_hz / model_rate_hz;
        let decimator_delay = if factor > 1 { chunk as f64 / 2.0 } else { 0.0 };
        let sinc_delay = sinc_len as f64 / 2.0 - 1.0 / SINC_OVERSAMPLING as f64;
        let first = step - (sinc_delay + decimator_delay) * factor as f64;

        let sinc = Box::new(sinc);
        let mut resampler = Self::with(Stages::Sinc { decimator, sinc }, factor * chunk);
        (resampler.lead_in, resampler.lead_out) = align(first, step, factor * chunk);
        Ok(resampler)
    }

    pub(super) fn reset(&mut self) {
        match &mut self.stages {
            Stages::Identity => {}
            Stages::Fft(fft) => fft.reset(),
            Stages::Sinc { decimator, sinc } => {
                if let Some(decimator) = decimator {
                    decimator.reset();
                }
                sinc.reset();
            }
        }
        self.input.fill(0.0);
        self.filled = self.lead_in;
        self.to_drop = self.lead_out;
        self.received = 0;
        self.emitted = 0;
    }

    /// Samples that complete the chunk. Fewer samples give no output. The number is never 0.
    pub(super) fn samples_to_chunk(&self) -> usize {
        self.input.len() - self.filled
    }

    /// The most samples that come out at once.
    pub(super) fn chunk_out_max(&self) -> usize {
        self.output.len()
    }

    /// Feeds samples, and calls `on_output` with what comes out. A sample that is not a number counts
    /// as 0.
    pub(super) fn push(&mut self, mut mono: &[f32], on_output: &mut impl FnMut(&[f32])) {
        while !mono.is_empty() {
            let (now, later) = mono.split_at(mono.len().min(self.samples_to_chunk()));
            let chunk = &mut self.input[self.filled..self.filled + now.len()];
            for (out, &sample) in chunk.iter_mut().zip(now) {
                *out = sanitised(sample);
            }
            self.filled += now.len();
            self.received += now.len() as u64;
            mono = later;
            if self.filled == self.input.len() {
                self.process(u64::MAX, on_output);
            }
        }
    }

    /// Calls `on_output` with the rest. After `n` samples in, every output sample whose time lies
    /// before that of sample `n` has come out. The next sample starts a new stream.
    pub(super) fn finish(&mut self, on_output: &mut impl FnMut(&[f32])) {
        // Rounding of the ratio must not add a sample at the end.
        let wanted = (self.received as f64 * self.ratio - 1e-6).ceil() as u64;
        while self.emitted < wanted {
            self.input[self.filled..].fill(0.0);
            self.process(wanted, on_output);
        }
        self.reset();
    }

    /// Resamples the gathered chunk. `limit` bounds the samples emitted since the start.
    fn process(&mut self, limit: u64, on_output: &mut impl FnMut(&[f32])) {
        let produced = match &mut self.stages {
            Stages::Identity => {
                self.output.copy_from_slice(&self.input);
                self.output.len()
            }
            Stages::Fft(fft) => run(&mut **fft, &self.input, &mut self.output),
            Stages::Sinc { decimator, sinc } => match decimator {
                None => run(&mut **sinc, &self.input, &mut self.output),
                Some(decimator) => {
                    run(&mut **decimator, &self.input, &mut self.middle);
                    run(&mut **sinc, &self.middle, &mut self.output)
                }
            },
        };
        self.filled = 0;
        let dropped = self.to_drop.min(produced);
        self.to_drop -= dropped;
        let left = usize::try_from(limit - self.emitted).unwrap_or(usize::MAX);
        let kept = (produced - dropped).min(left);
        self.emitted += kept as u64;
        if kept > 0 {
            on_output(&self.output[dropped..dropped + kept]);
        }
    }
}

/// Input and output samples of an FFT chunk, if the ratio of the rates is simple enough.
fn fft_chunk(host_rate_hz: f64, model_rate: u32) -> Option<(usize, usize)> {
    if host_rate_hz.fract() != 0.0 {
        return None;
    }
    let (host, model) = (host_rate_hz as usize, model_rate as usize);
    let divisor = greatest_common_divisor(host, model);
    let (unit_in, unit_out) = (host / divisor, model / divisor);
    let unit = unit_in.min(unit_out);
    let taps = filter_taps(host.min(model) as f64);
    // Chunks are even, so that half a chunk, the delay, is whole samples.
    let units = taps.div_ceil(unit).next_multiple_of(2);
    (units * unit <= 4 * taps).then_some((units * unit_in, units * unit_out))
}

/// Length of a filter for signals of `rate_hz`, in samples at that rate.
fn filter_taps(rate_hz: f64) -> usize {
    ((FILTER_SECONDS * rate_hz) as usize).clamp(128, 1024)
}

fn greatest_common_divisor(a: usize, b: usize) -> usize {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

fn fft(
    rate_in: usize,
    rate_out: usize,
    chunk_in: usize,
) -> Result<Fft<f32>, ResamplerConstructionError> {
    Fft::new_custom(rate_in, rate_out, chunk_in, 1, 1, WINDOW, FixedSync::Both)
}

/// How many zeros to feed before the stream (fewer than a chunk), and how many output samples to drop,
/// so that the next one lies as near as possible to time 0. Output sample `i` lies at
/// `first + i · step` host samples after the first zero.
fn align(first: f64, step: f64, chunk: usize) -> (usize, usize) {
    let earliest = (-first / step).ceil().max(0.0) as usize;
    (earliest..)
        .map(|dropped| (dropped, first + dropped as f64 * step))
        .take_while(|(_, position)| *position < chunk as f64 - 1.0)
        .min_by(|(_, a), (_, b)| (a - a.round()).abs().total_cmp(&(b - b.round()).abs()))
        .map_or((0, earliest), |(dropped, position)| {
            (position.round() as usize, dropped)
        })
}

/// Sends one chunk through a rubato resampler. Returns how many samples came out.
fn run(resampler: &mut dyn rubato::Resampler<f32>, input: &[f32], output: &mut [f32]) -> usize {
    let (frames_in, frames_out) = (input.len(), output.len());
    let produced = SequentialSlice::new(input, 1, frames_in)
        .ok()
        .zip(SequentialSlice::new_mut(output, 1, frames_out).ok())
        .and_then(|(input, mut output)| {
            resampler
                .process_into_buffer(&input, &mut output, None)
                .ok()
        });
    // This fails only on buffers of the wrong length, and these were made to fit.
    debug_assert!(produced.is_some());
    produced.map_or(0, |(_, produced)| produced)
}

fn sanitised(sample: f32) -> f32 {
    if sample.abs() >= SOFTEST {
        sample.clamp(-LOUDEST, LOUDEST)
    } else {
        // It is inaudible, or not a number.
        0.0
    }
}

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;

    /// A tone burst around half a second, far below the end of the spectrum: the value at `seconds` of
    /// a stream at any rate.
    fn burst(hz: f64, seconds: f64) -> f64 {
        let off = (seconds - 0.5) / 0.08;
        (-off * off).exp() * (TAU * hz * seconds).cos()
    }

    #[test]
    fn every_output_sample_is_the_signal_at_its_own_time() {
        let rates_hz: [f64; 23] = [
            1_000.0,
            1_234.567_8,
            8_000.0,
            11_025.0,
            12_000.0,
            17_999.0,
            18_001.0,
            22_050.0,
            35_999.5,
            36_000.5,
            44_056.0,
            44_100.0,
            44_101.0,
            47_952.0,
            47_952.048,
            48_000.0,
            88_200.0,
            96_000.0,
            176_400.0,
            192_000.0,
            384_000.0,
            767_999.5,
            768_000.0,
        ];
        for model_rate in [1_000_u32, 12_000, 16_000, 22_050, 48_000] {
            for host_rate_hz in rates_hz {
                let hz = 0.2 * host_rate_hz.min(f64::from(model_rate));
                let host: Vec<f32> = (0..host_rate_hz as usize)
                    .map(|i| burst(hz, i as f64 / host_rate_hz) as f32)
                    .collect();
                let mut resampler = Resampler::new(host_rate_hz, model_rate).expect("possible");
                let mut found = Vec::new();
                resampler.push(&host, &mut |samples| found.extend_from_slice(samples));
                resampler.finish(&mut |samples| found.extend_from_slice(samples));
                let worst = found
                    .iter()
                    .enumerate()
                    .map(|(j, &x)| {
                        (f64::from(x) - burst(hz, j as f64 / f64::from(model_rate))).abs()
                    })
                    .fold(0.0, f64::max);
                println!("{host_rate_hz} Hz → {model_rate} Hz: {worst:.1e}");
                let ideal = host.len() as f64 * f64::from(model_rate) / host_rate_hz;
                assert_eq!(found.len(), (ideal - 1e-6).ceil() as usize);
                // A sinc can start at whole host samples only. A start that is a twentieth of a sample
                // late, at the lower rate, gives an error of 0.063.
                let bound = if fft_chunk(host_rate_hz, model_rate).is_some() {
                    1e-4
                } else {
                    0.06
                };
                assert!(
                    worst < bound,
                    "{host_rate_hz} Hz → {model_rate} Hz: {worst:e}"
                );
            }
        }
    }

    #[test]
    fn only_a_whole_chunk_brings_samples_out() {
        for host_rate_hz in [1_000.0, 12_000.0, 44_100.0, 44_101.0, 767_999.5] {
            let mut resampler = Resampler::new(host_rate_hz, 12_000).expect("possible");
            for _ in 0..20 {
                let chunk = vec![0.5; resampler.samples_to_chunk()];
                assert!(!chunk.is_empty());
                let (last, rest) = chunk.split_last().expect("not empty");
                resampler.push(rest, &mut |_| panic!("{host_rate_hz}: too early"));
                let mut most = 0;
                resampler.push(&[*last], &mut |samples| most = most.max(samples.len()));
                assert!(most <= resampler.chunk_out_max());
            }
        }
    }

    #[test]
    fn the_lead_in_puts_the_first_sample_at_time_0() {
        let (lead_in, dropped) = align(-100.3, 1.7, 128);
        assert!(lead_in < 128);
        let missed = -100.3 + 1.7 * dropped as f64 - lead_in as f64;
        assert!(missed.abs() < 1e-9, "{missed}");
    }
}
