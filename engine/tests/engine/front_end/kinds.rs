//! Compares log-STFT and MFCC with their definitions in f64, and in windows.

use std::f64::consts::{PI, TAU};

use tagline_engine::{Analyzer, Feature, FrontEndSpec, RollingWindow, mel_filterbank};

use super::support::{in_blocks, log_mel as frames_of, noise};

/// Noise whose level and colour change, so that no coefficient or derivative is small.
fn signal(samples: usize) -> Vec<f32> {
    let mut low = 0.0;
    let clip = noise(samples, 0.9).into_iter().enumerate();
    clip.map(|(n, sample)| {
        let swell = (0.5 - 0.5 * (n as f32 * 1e-3).cos()).max(1e-3);
        low += 0.1 * (sample - low);
        swell * (low + (1.0 - swell) * sample)
    })
    .collect()
}

/// The power, `[frame, bin]`: a sum for each bin of each frame of the whole clip, with both ends
/// reflected.
fn power(spec: &FrontEndSpec, clip: &[f32]) -> Vec<Vec<f64>> {
    let n_fft = spec.n_fft;
    let last = clip.len() - 1;
    let sample = |index: i64| {
        let inside = index.unsigned_abs() as usize;
        f64::from(
            clip[if inside > last {
                2 * last - inside
            } else {
                inside
            }],
        )
    };
    let mut frames = Vec::new();
    for k in 0..=clip.len() / spec.hop {
        let start = (k * spec.hop) as i64 - n_fft as i64 / 2;
        let hann = |n: usize| 0.5 - 0.5 * (TAU * n as f64 / n_fft as f64).cos();
        let frame: Vec<f64> = (0..n_fft)
            .map(|n| sample(start + n as i64) * hann(n))
            .collect();
        let bin = |bin: usize| {
            let turn = |n: usize| TAU * (bin * n % n_fft) as f64 / n_fft as f64;
            let (mut re, mut im) = (0.0, 0.0);
            for (n, x) in frame.iter().enumerate() {
                re += x * turn(n).cos();
                im -= x * turn(n).sin();
            }
            re * re + im * im
        };
        frames.push((0..=n_fft / 2).map(bin).collect());
    }
    frames
}

fn db(power: f64) -> f64 {
    10.0 * power.max(1e-10).log10()
}

/// `[frame, coefficient]`
fn mfcc(spec: &FrontEndSpec, clip: &[f32]) -> Vec<Vec<f64>> {
    let Feature::Mfcc { mel, coefficients } = &spec.feature else {
        panic!("not MFCC")
    };
    let bank = mel_filterbank(mel, spec.sample_rate, spec.n_fft);
    let bands = mel.bands as f64;
    let frames = power(spec, clip).into_iter().map(|power| {
        let rows = bank.chunks_exact(power.len());
        let levels: Vec<f64> = rows
            .map(|row| db(row.iter().zip(&power).map(|(w, p)| w * p).sum()))
            .collect();
        let coefficient = |k: usize| {
            let norm = if k == 0 { 1.0 / bands } else { 2.0 / bands };
            let terms = levels.iter().enumerate();
            let angle = |band: usize| PI * k as f64 * (band as f64 + 0.5) / bands;
            norm.sqrt() * terms.map(|(n, l)| l * angle(n).cos()).sum::<f64>()
        };
        (0..*coefficients).map(coefficient).collect()
    });
    frames.collect()
}

/// Slope and curvature of `x` at frame `t`, by the closed sums over nine frames.
fn derivatives(x: &[f64], t: usize) -> (f64, f64) {
    let centre = t.clamp(4, x.len() - 5);
    let at = |k: i32| x[(centre as i32 + k) as usize];
    let slope: f64 = (1..=4).map(|k| f64::from(k) * (at(k) - at(-k))).sum();
    let curvature: f64 = (-4..=4)
        .map(|k| (f64::from(k * k) - 20.0 / 3.0) * at(k))
        .sum();
    (slope / 60.0, curvature / 154.0)
}

/// The window after the whole clip.
fn window_of(spec: &FrontEndSpec, clip: &[f32]) -> Vec<f32> {
    let mut window = RollingWindow::new(spec, 0);
    for frame in frames_of(spec, 12_000.0, clip).chunks_exact(spec.frame_values()) {
        window.push(frame);
    }
    let mut out = vec![f32::NAN; spec.input_bands() * spec.frames];
    window.read(window.pushed(), &mut out);
    out
}

#[test]
fn log_stft_is_exact() {
    let clip = signal(12_000);
    let spec = FrontEndSpec {
        frames: 40,
        ..FrontEndSpec::choi2016_stft()
    };
    let expected = power(&spec, &clip);
    let window = window_of(&spec, &clip);
    let first = expected.len() - 40;
    let mut worst = 0.0f64;
    for (i, &found) in window.iter().enumerate() {
        let expected = db(expected[first + i % 40][i / 40]);
        worst = worst.max((f64::from(found) - expected).abs());
    }
    println!("log-STFT: {worst:.1e} dB from the definition");
    assert!(worst < 2e-5, "{worst:e}");
}

#[test]
fn mfcc_and_their_derivatives_are_exact_in_full_windows_and_in_tiled_ones() {
    // There are 47 frames. A window of 40 holds the last of them, and one of 60 repeats them.
    let clip = signal(12_000);
    for frames in [40, 60] {
        let spec = FrontEndSpec {
            frames,
            ..FrontEndSpec::choi2016_mfcc()
        };
        let all = mfcc(&spec, &clip);
        assert_eq!(all.len(), 47);
        let heard = &all[all.len().saturating_sub(frames)..];
        let window = window_of(&spec, &clip);
        let mut worst = [0.0f64; 3];
        for coefficient in 0..30 {
            let row: Vec<f64> = heard.iter().map(|frame| frame[coefficient]).collect();
            for column in 0..frames {
                let t = column % row.len();
                let (slope, curvature) = derivatives(&row, t);
                for (part, expected) in [row[t], slope, curvature].into_iter().enumerate() {
                    let found = window[(30 * part + coefficient) * frames + column];
                    worst[part] = worst[part].max((f64::from(found) - expected).abs());
                }
            }
        }
        let [value, slope, curvature] = worst;
        println!("MFCC: {value:.1e}, derivatives {slope:.1e} and {curvature:.1e}");
        assert!(
            value < 1e-4 && slope < 1e-5 && curvature < 1e-5,
            "{worst:?}"
        );
    }
}

#[test]
fn a_window_of_a_stream_equals_that_of_a_clip_of_its_frames_bit_for_bit() {
    let clip = signal(44_100 * 6);
    for spec in [
        FrontEndSpec::choi2016_stft().with_training_affine(),
        FrontEndSpec::choi2016_mfcc().with_training_affine(),
    ] {
        let spec = FrontEndSpec {
            frames: 160,
            ..spec
        };
        let values = spec.frame_values();
        let frames = frames_of(&spec, 44_100.0, &clip);
        let mut analyzer = Analyzer::new(&spec, 44_100.0, 0.5).expect("possible");
        let mut checked = 0;
        for block in in_blocks(&clip, &[64, 1, 5_000]) {
            let mut rest = block;
            while let (used, Some(due)) = analyzer.push(rest) {
                rest = &rest[used..];
                let end = due.end_frame as usize;
                let heard = &frames[end.saturating_sub(160) * values..end * values];
                let mut clip = RollingWindow::new(&spec, 0);
                heard
                    .chunks_exact(values)
                    .for_each(|frame| clip.push(frame));
                let mut expected = vec![f32::NAN; spec.input_bands() * spec.frames];
                clip.read(clip.pushed(), &mut expected);
                let mut found = expected.clone();
                found.fill(f32::NAN);
                analyzer.read(&due, &mut found);
                assert!(found == expected, "{:?} at frame {end}", spec.feature);
                checked += 1;
            }
        }
        assert!(checked > 5, "{checked}");
    }
}

#[test]
fn silence_reads_the_same_whether_it_was_heard_or_not() {
    for spec in [
        FrontEndSpec::choi2016(),
        FrontEndSpec::choi2016_stft(),
        FrontEndSpec::choi2016_mfcc(),
    ] {
        let spec = FrontEndSpec { frames: 30, ..spec };
        let heard = window_of(&spec, &[0.0; 12_000]);
        let not_heard = window_of(&spec, &[]);
        assert!(heard == not_heard, "{:?}", spec.feature);
        match spec.feature {
            Feature::Mfcc { .. } => {
                let mean = -100.0 * 96f32.sqrt();
                assert!(heard[..30].iter().all(|c0| (c0 - mean).abs() < 1e-3));
                assert!(heard[30..].iter().all(|other| other.abs() < 1e-9));
            }
            _ => assert!(heard.iter().all(|&db| db == -100.0)),
        }
    }
}

#[test]
fn too_few_frames_for_a_derivative_have_derivatives_of_zero() {
    let spec = FrontEndSpec::choi2016_mfcc();
    // Eight frames.
    let window = window_of(&spec, &signal(256 * 7 + 10));
    assert!(window.iter().all(|value| value.is_finite()));
    assert!(window[..spec.frames].iter().any(|&c0| c0 != 0.0));
    assert!(
        window[30 * spec.frames..]
            .iter()
            .all(|&derivative| derivative == 0.0)
    );
}

/// Prints what a window of music holds after the map of `with_training_affine`.
#[test]
fn music_lies_within_the_training_range() {
    let Some(reference) = tagline_tests::reference("music_lies_within_the_training_range") else {
        return;
    };
    let folder = reference.join("choi2016/frontend");
    for spec in [
        FrontEndSpec::choi2016().with_training_affine(),
        FrontEndSpec::choi2016_stft().with_training_affine(),
        FrontEndSpec::choi2016_mfcc().with_training_affine(),
    ] {
        // Mean and deviation of each part: all rows, or for MFCC the 0th, the others, and derivatives.
        let parts = match spec.feature {
            Feature::Mfcc { .. } => vec![0..1, 1..30, 30..60, 60..90],
            _ => std::iter::once(0..spec.input_bands()).collect(),
        };
        for name in ["cute", "actionable", "dubstep", "thejazzpiano"] {
            let clip = super::exact::signal(&folder, &format!("bensound-{name}"), "12k_i16");
            let window = window_of(&spec, &clip);
            let mut line = String::new();
            for (i, rows) in parts.iter().enumerate() {
                let part = &window[rows.start * spec.frames..rows.end * spec.frames];
                let n = part.len() as f32;
                let mean = part.iter().sum::<f32>() / n;
                let square = part.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / n;
                line += &format!(" {mean:+.2} ± {:.2}", square.sqrt());
                if i == 0 {
                    let bounded = mean.abs() < 6.0 && square.sqrt() < 2.0;
                    assert!(bounded, "{:?}, {name}: {line}", spec.feature);
                }
            }
            println!("{name:>14}, {:>3} rows:{line}", spec.input_bands());
        }
    }
}
