//! Small data sets for the tests, and readers of their content.

use std::num::NonZeroUsize;
use std::path::Path;

use tagline_engine::{FrontEnd, RollingWindow};
use tagline_tests::write_wav;
use trainer::data::{Dataset, Input, Split};
use trainer::prepare::{Collection, Options, PrepareError, Prepared, prepare};

/// Samples of clip `seed`: two tones, so that no two clips sound the same.
pub fn samples(seed: u32, rate_hz: u32, seconds: f64) -> Vec<i16> {
    let tone =
        |k: usize, hz: f64| (std::f64::consts::TAU * hz * k as f64 / f64::from(rate_hz)).sin();
    let (low, high) = (
        110.0 + 17.0 * f64::from(seed),
        1_000.0 + 90.0 * f64::from(seed),
    );
    (0..(seconds * f64::from(rate_hz)) as usize)
        .map(|k| (8_000.0 * tone(k, low) + 3_000.0 * tone(k, high)) as i16)
        .collect()
}

/// Writes a mono wav file; its folders are made.
pub fn wav(path: &Path, rate_hz: u32, samples: &[i16]) {
    write_wav(path, rate_hz, samples.iter().copied());
}

/// A clip of 4 s.
pub fn clip(path: &Path, seed: u32) {
    wav(path, 16_000, &samples(seed, 16_000, 4.0));
}

/// Options for a small data set in `out`.
pub fn options(out: &Path) -> Options {
    Options {
        jobs: NonZeroUsize::new(2).unwrap(),
        shard_items: 3,
        ..Options::new(out.to_owned())
    }
}

/// Prepares all of it.
pub fn run(collection: &Collection, options: &Options) -> Result<Prepared, PrepareError> {
    prepare(collection, options, &())
}

/// Ids and labels of a split of a prepared data set, which may be empty.
pub fn clips(out: &Path, split: Split) -> Vec<(String, Vec<f32>)> {
    let data = Dataset::open(out, Input::Mel).unwrap();
    let Ok(clips) = data.split(split) else {
        return Vec::new();
    };
    (0..clips.len())
        .map(|clip| (clips.id(clip).to_owned(), clips.labels(clip).to_vec()))
        .collect()
}

/// The report without its header, sorted.
pub fn report(out: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(out.join("report.csv")).unwrap();
    let mut lines: Vec<String> = text.lines().skip(1).map(str::to_owned).collect();
    lines.sort();
    lines
}

/// The engine's own window of a stream of these samples.
pub fn window(input: Input, rate_hz: u32, samples: &[i16]) -> Vec<f32> {
    let mono: Vec<f32> = samples.iter().map(|s| f32::from(*s) / 32_768.0).collect();
    window_of(input, rate_hz, &mono)
}

/// The same for samples from −1 to 1.
pub fn window_of(input: Input, rate_hz: u32, mono: &[f32]) -> Vec<f32> {
    let spec = input.front_end();
    let mut front_end = FrontEnd::new(&spec, f64::from(rate_hz)).unwrap();
    let mut window = RollingWindow::new(&spec, 10_000);
    front_end.push(mono, |frame| window.push(frame));
    front_end.finish(|frame| window.push(frame));
    let mut out = vec![0.0; spec.input_bands() * spec.frames];
    window.read(spec.frames as u64, &mut out);
    out
}

/// Asserts that a prepared window is the engine's, within the precision of f16.
pub fn assert_window(what: &str, found: &[f32], expected: &[f32]) {
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let tolerance = expected.abs().max(1e-4) / 2048.0 + 1e-7;
        assert!(
            (found - expected).abs() <= tolerance,
            "{what}, value {at}: {found}, where the engine has {expected}"
        );
    }
}

/// The bytes of a `.npy` file of texts.
pub fn npy_texts(texts: &[&str]) -> Vec<u8> {
    let width = texts.iter().map(|text| text.chars().count()).max().unwrap();
    let cells = texts.iter().flat_map(|text| {
        let padded = text.chars().chain(std::iter::repeat('\0'));
        padded.take(width).collect::<Vec<_>>()
    });
    let data: Vec<u8> = cells.flat_map(|c| (c as u32).to_le_bytes()).collect();
    npy(&format!("<U{width}"), &format!("({},)", texts.len()), &data)
}

/// The bytes of a `.npy` file.
pub fn npy(descr: &str, shape: &str, data: &[u8]) -> Vec<u8> {
    let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    bytes.extend((header.len() as u16).to_le_bytes());
    bytes.extend(header.as_bytes());
    bytes.extend(data);
    bytes
}
