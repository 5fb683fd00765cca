//! Short-time Fourier transform: power spectra of overlapping frames.

use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

use super::spec::{Framing, Padding, Spectrum};

/// Room for samples beyond what a frame and its reflections need.
const SLACK_SAMPLES: usize = 1024;

/// A streaming STFT. Frame `k` is centred on sample `k · hop`, and both ends of the stream are padded,
/// by default by reflection; or frame `k` begins there, and nothing is padded. It computes in f64: at some fifty frames a second that costs nothing, and it leaves
/// the resampler as the only source of error.
pub(super) struct Stft {
    n_fft: usize,
    hop: usize,
    framing: Framing,
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
    pub(super) fn new(n_fft: usize, hop: usize, framing: Framing) -> Self {
        let fft = RealFftPlanner::new().plan_fft_forward(n_fft);
        let mut stft = Self {
            n_fft,
            hop,
            framing,
            window: framing.weights(n_fft),
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

    /// Feeds samples, and calls `on_power` with each finished frame's spectrum, the power or what the
    /// framing has in its place: `[n_fft / 2 + 1]`.
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
    /// has `1 + n / hop` frames, and an empty one has none. If frames are not centred, nothing is padded,
    /// and there are the frames that lie wholly within the stream. The next sample starts a new stream.
    pub(super) fn finish(&mut self, on_power: &mut impl FnMut(&[f64])) {
        let samples = self.end();
        if samples > 0 {
            self.pad_start();
            self.make_room();
            for i in 0..self.pad() as i64 {
                self.buffer[self.len] = match self.framing.padding {
                    Padding::Reflect => {
                        let mirrored = reflect(samples + i, samples) - self.first;
                        self.buffer[mirrored as usize]
                    }
                    Padding::Zeros => 0.0,
                };
                self.len += 1;
            }
            self.emit(on_power);
        }
        self.reset();
    }

    /// Samples before a frame's place: half of the frame, or none if it begins there.
    fn pad(&self) -> usize {
        if self.framing.uncentred {
            0
        } else {
            self.n_fft / 2
        }
    }

    /// Index after the newest sample.
    fn end(&self) -> i64 {
        self.first + self.len as i64
    }

    fn pad_start(&mut self) {
        if !self.padded {
            let (pad, samples) = (self.pad() as i64, self.end());
            // The zeros are there already.
            let mirrored = match self.framing.padding {
                Padding::Reflect => pad,
                Padding::Zeros => 0,
            };
            for i in 1..=mirrored {
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
            *power = match self.framing.spectrum {
                Spectrum::Power => bin.norm_sqr(),
                Spectrum::Magnitude => bin.norm_sqr().sqrt(),
            };
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

#[cfg(test)]
mod tests {
    use std::f64::consts::TAU;

    use super::*;
    use crate::front_end::Window;

    /// The framings that differ in which samples a frame sees.
    const FRAMINGS: [Framing; 3] = {
        const DEFAULT: Framing = Framing {
            window: Window::Hann,
            symmetric: false,
            win_length: None,
            uncentred: false,
            padding: Padding::Reflect,
            spectrum: Spectrum::Power,
        };
        [
            DEFAULT,
            Framing {
                padding: Padding::Zeros,
                ..DEFAULT
            },
            Framing {
                uncentred: true,
                ..DEFAULT
            },
        ]
    };

    fn frames(
        (n_fft, hop, framing): (usize, usize, Framing),
        samples: &[f32],
        block: usize,
    ) -> Vec<Vec<f64>> {
        let mut stft = Stft::new(n_fft, hop, framing);
        let mut out = Vec::new();
        for block in samples.chunks(block) {
            stft.push(block, &mut |power| out.push(power.to_vec()));
        }
        stft.finish(&mut |power| out.push(power.to_vec()));
        out
    }

    /// The same by the definition: pad the whole signal, then sum each frame's DFT.
    fn by_definition(
        (n_fft, hop, framing): (usize, usize, Framing),
        samples: &[f32],
    ) -> Vec<Vec<f64>> {
        let len = samples.len() as i64;
        let window: Vec<f64> = (0..n_fft)
            .map(|i| 0.5 - 0.5 * (TAU * i as f64 / n_fft as f64).cos())
            .collect();
        let (frames, before) = if framing.uncentred {
            let within = samples.len().checked_sub(n_fft);
            (within.map_or(0, |rest| 1 + rest / hop), 0)
        } else {
            (1 + samples.len() / hop, n_fft as i64 / 2)
        };
        let sample = |index: i64| match framing.padding {
            Padding::Zeros if !(0..len).contains(&index) => 0.0,
            _ => f64::from(samples[reflect(index, len) as usize]),
        };
        (0..frames)
            .map(|k| {
                let start = (k * hop) as i64 - before;
                let frame: Vec<f64> = (0..n_fft)
                    .map(|i| sample(start + i as i64) * window[i])
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
    fn any_length_hop_block_and_framing_equals_the_definition() {
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
                for framing in FRAMINGS {
                    let expected = by_definition((n_fft, hop, framing), &samples);
                    for block in [1, 3, 1000] {
                        let found = frames((n_fft, hop, framing), &samples, block);
                        let at = format!("{n_fft} {hop} {len} {block} {framing:?}");
                        assert_eq!(found.len(), expected.len(), "{at}");
                        for (a, b) in found.iter().flatten().zip(expected.iter().flatten()) {
                            assert!((a - b).abs() < 1e-8, "{at}: {a} {b}");
                        }
                    }
                }
            }
        }
    }

    #[test]
    fn a_magnitude_is_the_root_of_the_power() {
        let samples: Vec<f32> = (0..100).map(|i| (i * i % 23) as f32 - 11.0).collect();
        let magnitude = Framing {
            spectrum: Spectrum::Magnitude,
            ..FRAMINGS[0]
        };
        let power = frames((16, 8, FRAMINGS[0]), &samples, 7);
        let root = frames((16, 8, magnitude), &samples, 7);
        assert_eq!(power.len(), root.len());
        for (power, root) in power.iter().flatten().zip(root.iter().flatten()) {
            assert_eq!(power.sqrt(), *root);
        }
    }

    #[test]
    fn an_empty_stream_has_no_frame() {
        for framing in FRAMINGS {
            assert!(frames((512, 256, framing), &[], 1).is_empty());
        }
    }
}
