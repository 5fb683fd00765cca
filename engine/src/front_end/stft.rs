//! Short-time Fourier transform: power spectra of centred, overlapping frames.

use std::f64::consts::TAU;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Room for samples beyond what a frame and its reflections need.
const SLACK_SAMPLES: usize = 1024;

/// A streaming STFT. Frame `k` is centred on sample `k · hop`, and both ends of the stream are padded
/// by reflection. It computes in f64: at some fifty frames a second that costs nothing, and it leaves
/// the resampler as the only source of error.
pub(super) struct Stft {
    n_fft: usize,
    hop: usize,
    fft: Arc<dyn RealToComplex<f64>>,
    window: Vec<f64>,
    frame: Vec<f64>,
    spectrum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    power: Vec<f64>,
    /// A contiguous stretch of the padded stream. Its first `len` samples are in use.
    buffer: Vec<f32>,
    len: usize,
    /// Sample index of `buffer[0]` in the stream; negative in the padding before it.
    first: i64,
    /// Index of the next frame.
    next_frame: i64,
    /// Whether the padding before the stream has been filled in.
    padded: bool,
}

impl Stft {
    /// `n_fft` must be even, `hop` positive.
    pub(super) fn new(n_fft: usize, hop: usize) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(n_fft);
        let mut stft = Self {
            n_fft,
            hop,
            window: periodic_hann(n_fft),
            frame: vec![0.0; n_fft],
            spectrum: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            power: vec![0.0; n_fft / 2 + 1],
            buffer: vec![0.0; 2 * n_fft + SLACK_SAMPLES],
            len: 0,
            first: 0,
            next_frame: 0,
            padded: false,
            fft,
        };
        stft.reset();
        stft
    }

    pub(super) fn reset(&mut self) {
        self.buffer.fill(0.0);
        self.len = self.pad();
        self.first = -(self.pad() as i64);
        self.next_frame = 0;
        self.padded = false;
    }

    /// Feeds samples, and calls `on_power` with each finished frame's power spectrum,
    /// `[n_fft / 2 + 1]`.
    pub(super) fn push(&mut self, mut samples: &[f32], on_power: &mut impl FnMut(&[f64])) {
        while !samples.is_empty() {
            self.make_room();
            let taken = samples.len().min(self.buffer.len() - self.len);
            let (now, later) = samples.split_at(taken);
            self.buffer[self.len..self.len + taken].copy_from_slice(now);
            self.len += taken;
            samples = later;
            // The first frames mirror samples that must be here first.
            if self.end() > self.pad() as i64 {
                self.pad_start();
                self.emit(on_power);
            }
        }
    }

    /// Pads the end, and calls `on_power` with the frames that this finishes. A stream of `n` samples
    /// has `1 + n / hop` frames, an empty one has none. The next sample starts a new stream.
    pub(super) fn finish(&mut self, on_power: &mut impl FnMut(&[f64])) {
        let samples = self.end();
        if samples > 0 {
            self.pad_start();
            self.make_room();
            for i in 0..self.pad() as i64 {
                let mirrored = reflect(samples + i, samples) - self.first;
                self.buffer[self.len] = self.buffer[mirrored as usize];
                self.len += 1;
            }
            self.emit(on_power);
        }
        self.reset();
    }

    /// Samples before a frame's centre.
    fn pad(&self) -> usize {
        self.n_fft / 2
    }

    /// Index after the newest sample.
    fn end(&self) -> i64 {
        self.first + self.len as i64
    }

    fn pad_start(&mut self) {
        if !self.padded {
            let (pad, samples) = (self.pad() as i64, self.end());
            for i in 1..=pad {
                let mirrored = reflect(-i, samples) + pad;
                self.buffer[(pad - i) as usize] = self.buffer[mirrored as usize];
            }
            self.padded = true;
        }
    }

    /// Drops samples that neither the next frame nor the reflection at the end can need.
    fn make_room(&mut self) {
        if !self.padded {
            return;
        }
        let frame_start = self.next_frame * self.hop as i64 - self.pad() as i64;
        let mirror_start = self.end() - 1 - self.pad() as i64;
        let dropped = (frame_start.min(mirror_start) - self.first).max(0);
        self.buffer.copy_within(dropped as usize..self.len, 0);
        self.first += dropped;
        self.len -= dropped as usize;
    }

    fn emit(&mut self, on_power: &mut impl FnMut(&[f64])) {
        loop {
            let start = self.next_frame * self.hop as i64 - self.pad() as i64;
            if start + self.n_fft as i64 > self.end() {
                return;
            }
            let at = (start - self.first) as usize;
            self.transform(at);
            on_power(&self.power);
            self.next_frame += 1;
        }
    }

    fn transform(&mut self, at: usize) {
        let samples = &self.buffer[at..at + self.n_fft];
        for ((out, &sample), window) in self.frame.iter_mut().zip(samples).zip(&self.window) {
            *out = f64::from(sample) * window;
        }
        // This fails only on wrong lengths, and these lengths come from the plan itself.
        let done =
            self.fft
                .process_with_scratch(&mut self.frame, &mut self.spectrum, &mut self.scratch);
        debug_assert!(done.is_ok());
        for (power, bin) in self.power.iter_mut().zip(&self.spectrum) {
            *power = bin.norm_sqr();
        }
    }
}

/// The index within `0..len` that reflection puts at `index`, however far outside that lies. The edge
/// itself is not repeated.
fn reflect(index: i64, len: i64) -> i64 {
    if len < 2 {
        return 0;
    }
    let period = 2 * (len - 1);
    let folded = index.rem_euclid(period);
    folded.min(period - folded)
}

fn periodic_hann(len: usize) -> Vec<f64> {
    (0..len)
        .map(|i| 0.5 - 0.5 * (TAU * i as f64 / len as f64).cos())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frames(n_fft: usize, hop: usize, samples: &[f32], block: usize) -> Vec<Vec<f64>> {
        let mut stft = Stft::new(n_fft, hop);
        let mut out = Vec::new();
        for block in samples.chunks(block) {
            stft.push(block, &mut |power| out.push(power.to_vec()));
        }
        stft.finish(&mut |power| out.push(power.to_vec()));
        out
    }

    /// The same by the definition: pad the whole signal, then sum each frame's DFT.
    fn by_definition(n_fft: usize, hop: usize, samples: &[f32]) -> Vec<Vec<f64>> {
        let len = samples.len() as i64;
        let window = periodic_hann(n_fft);
        (0..=samples.len() / hop)
            .map(|k| {
                let start = (k * hop) as i64 - n_fft as i64 / 2;
                let frame: Vec<f64> = (0..n_fft)
                    .map(|i| {
                        f64::from(samples[reflect(start + i as i64, len) as usize]) * window[i]
                    })
                    .collect();
                (0..=n_fft / 2)
                    .map(|bin| {
                        let sum: Complex<f64> = frame
                            .iter()
                            .enumerate()
                            .map(|(i, x)| {
                                Complex::from_polar(*x, -TAU * (bin * i) as f64 / n_fft as f64)
                            })
                            .sum();
                        sum.norm_sqr()
                    })
                    .collect()
            })
            .collect()
    }

    #[test]
    fn any_length_hop_and_block_equals_the_definition() {
        for (n_fft, hop) in [
            (16, 4),
            (16, 8),
            (16, 16),
            (16, 40),
            (6, 5),
            (2, 1),
            (32, 7),
        ] {
            for len in [1, 2, 3, 7, 8, 9, 16, 17, 31, 64, 80, 200] {
                let samples: Vec<f32> = (0..len).map(|i| (i * i % 23) as f32 - 11.0).collect();
                let expected = by_definition(n_fft, hop, &samples);
                for block in [1, 3, 1000] {
                    let found = frames(n_fft, hop, &samples, block);
                    assert_eq!(found.len(), expected.len(), "{n_fft} {hop} {len} {block}");
                    for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
                        assert!((a - b).abs() < 1e-8, "{n_fft} {hop} {len} {block}: {a} {b}");
                    }
                }
            }
        }
    }

    #[test]
    fn an_empty_stream_has_no_frame() {
        assert!(frames(512, 256, &[], 1).is_empty());
    }
}
