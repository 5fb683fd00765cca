//! Compares the front-end with published filterbanks and float64 references, within their tolerances.

use std::path::Path;

use tagline_engine::{FrontEndSpec, mel_filterbank};
use tagline_tests::npy;

use super::support::log_mel;

const BANDS: usize = 96;
const FRAMES: usize = 1366;
const SAMPLES: usize = 349_440;

/// The signals whose log-mel is kept as an f32 file, and the files from which they are computed.
const SIGNALS: [(&str, &str); 6] = [
    ("bensound-cute", "12k_i16"),
    ("bensound-actionable", "12k_i16"),
    ("bensound-dubstep", "12k_i16"),
    ("bensound-thejazzpiano", "12k_i16"),
    ("syn_sweep", "12k_f32"),
    ("syn_noise", "12k_f32"),
];

/// A reference signal at 12 kHz.
pub fn signal(folder: &Path, name: &str, kind: &str) -> Vec<f32> {
    let array = npy::read(folder.join(format!("{name}_{kind}.npy")));
    let scale = if kind.ends_with("i16") { 32768.0 } else { 1.0 };
    array.data.iter().map(|x| (x / scale) as f32).collect()
}

/// Largest difference of `found: [frame, band]` from `expected: [band, frame]` where the
/// reference lies within 60 dB of its maximum, within 80 dB, and below.
fn errors_db(found: &[f32], expected: &[f64]) -> [f64; 3] {
    let frames = expected.len() / BANDS;
    assert_eq!(found.len(), expected.len());
    let loudest = expected.iter().copied().fold(f64::MIN, f64::max);
    let mut worst = [0.0f64; 3];
    for (i, &reference) in expected.iter().enumerate() {
        let found = f64::from(found[i % frames * BANDS + i / frames]);
        assert!(found.is_finite());
        let range = match loudest - reference {
            ..60.0 => 0,
            60.0..80.0 => 1,
            _ => 2,
        };
        worst[range] = worst[range].max((found - reference).abs());
    }
    worst
}

#[test]
fn all_reference_signals_are_exact() {
    let Some(reference) = tagline_tests::reference("all_reference_signals_are_exact") else {
        return;
    };
    let folder = reference.join("choi2016/frontend");
    for (name, kind) in SIGNALS {
        let clip = signal(&folder, name, kind);
        assert_eq!(clip.len(), SAMPLES);
        let expected = npy::read(folder.join(format!("{name}_logmel_f32.npy")));
        assert_eq!(expected.shape, [BANDS, FRAMES]);
        let found = log_mel(&FrontEndSpec::choi2016(), 12_000.0, &clip);
        let [near, far, below] = errors_db(&found, &expected.data);
        println!("{name}: {near:.1e} dB within 60 dB, {far:.1e} within 80, {below:.1e} below");
        assert!(near <= 2e-4 && far <= 2e-3 && below <= 0.3, "{name}");
    }
}

#[test]
fn impulses_are_exact_and_silent_elsewhere() {
    let Some(reference) = tagline_tests::reference("impulses_are_exact_and_silent_elsewhere")
    else {
        return;
    };
    let file = "choi2016/frontend/syn_impulse_logmel_nonsilent_frames_f64.npy";
    let expected = npy::read(reference.join(file));
    let mut clip = vec![0.0f32; SAMPLES];
    for at in [0, 100, 1000, 174_720, 349_439] {
        clip[at] = 1.0;
    }
    let found = log_mel(&FrontEndSpec::choi2016(), 12_000.0, &clip);
    assert_eq!(found.len(), BANDS * FRAMES);
    let sounding = [0, 1, 3, 4, 682, 683, 1365];
    let mut heard = Vec::new();
    for (k, frame) in found.chunks_exact(BANDS).enumerate() {
        if sounding.contains(&k) {
            heard.extend_from_slice(frame);
        } else {
            assert!(frame.iter().all(|&db| db == -100.0), "frame {k}");
        }
    }
    let [near, far, below] = errors_db(&heard, &expected.data);
    println!("impulses: {near:.1e} dB within 60 dB, {far:.1e} within 80, {below:.1e} below");
    assert!(near <= 2e-4 && far <= 2e-3 && below <= 0.3);
}

#[test]
fn silence_is_exactly_the_floor() {
    let found = log_mel(&FrontEndSpec::choi2016(), 12_000.0, &[0.0; SAMPLES]);
    assert_eq!(found.len(), BANDS * FRAMES);
    assert!(found.iter().all(|&db| db == -100.0));
}

#[test]
fn filterbanks_equal_the_published_ones() {
    let Some(reference) = tagline_tests::reference("filterbanks_equal_the_published_ones") else {
        return;
    };
    for (file, spec) in [
        (
            "choi2016/frontend/mel_basis_slaney_96x257_f32.npy",
            FrontEndSpec::choi2016(),
        ),
        ("won2020/mel_filterbank.npy", FrontEndSpec::won2020()),
    ] {
        let expected = npy::read(reference.join(file));
        assert_eq!(expected.shape, [BANDS, 257]);
        let mel = spec.feature.mel().expect("mel bands");
        let found = mel_filterbank(mel, spec.sample_rate, spec.n_fft);
        let loudest = expected.data.iter().copied().fold(0.0, f64::max);
        let worst = found
            .iter()
            .zip(&expected.data)
            .map(|(a, b)| (a - b).abs() / loudest)
            .fold(0.0, f64::max);
        println!("{file}: {worst:.1e} of the largest weight");
        // The second file was computed in f32, so its band edges are rounded.
        assert!(worst < 2e-5, "{file}: {worst:e}");
    }
}
