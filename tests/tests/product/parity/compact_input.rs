//! The input of Choi's compact network, which makes its own log-mels: frames that begin one
//! sample earlier than librosa's, zeros before the start, levels relative to the clip's maximum.

use std::path::Path;

use realfft::RealFftPlanner;
use tagline_tests::npy;

const N_FFT: usize = 512;
const HOP: usize = 256;
const FRAMES: usize = 1360;
const SAMPLES: usize = 348_000;

/// `[mel band, frame]` of the reference's `clip`, computed in f64.
pub fn log_mel(folder: &Path, clip: &str) -> Vec<f32> {
    let samples = npy::read(folder.join(format!("frontend/{clip}_12k_i16.npy"))).data;
    let basis = npy::read(folder.join("frontend/mel_basis_slaney_96x257_f32.npy"));
    let mut padded = vec![0.0; HOP + 1];
    padded.extend(samples[..SAMPLES].iter().map(|sample| sample / 32_768.0));
    padded.resize(HOP * FRAMES + N_FFT, 0.0);

    let fft = RealFftPlanner::<f64>::new().plan_fft_forward(N_FFT);
    let mut spectrum = fft.make_output_vec();
    let bands = basis.shape[0];
    let mut decibels = vec![0.0; bands * FRAMES];
    for frame in 0..FRAMES {
        let mut windowed: Vec<f64> = padded[HOP * frame..][..N_FFT]
            .iter()
            .enumerate()
            .map(|(n, sample)| sample * hann(n))
            .collect();
        fft.process(&mut windowed, &mut spectrum).unwrap();
        for (band, weights) in basis.data.chunks(spectrum.len()).enumerate() {
            let bins = weights.iter().zip(&spectrum);
            let power: f64 = bins.map(|(weight, bin)| weight * bin.norm_sqr()).sum();
            decibels[band * FRAMES + frame] = 10.0 * power.max(1e-10).log10();
        }
    }
    let maximum = decibels.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let relative = decibels
        .iter()
        .map(|level| (level - maximum).max(-80.0) as f32);
    relative.collect()
}

/// The periodic Hann window.
fn hann(n: usize) -> f64 {
    0.5 - 0.5 * (2.0 * std::f64::consts::PI * n as f64 / N_FFT as f64).cos()
}
