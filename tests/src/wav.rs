//! Sounds as WAV files.

use std::path::Path;

use hound::{Sample, SampleFormat, WavSpec, WavWriter};

/// A sample of 16 bits. `value` lies between −1 and 1.
#[must_use]
pub fn pcm(value: f32) -> i16 {
    (value * 32_767.0) as i16
}

/// Writes mono samples of 16 bits. The file's folder is made if it is missing.
///
/// # Panics
/// If the file cannot be written.
pub fn write_wav(path: &Path, rate_hz: u32, samples: impl Iterator<Item = i16>) {
    write(path, spec(1, rate_hz, 16, SampleFormat::Int), samples);
}

/// Writes pairs of samples of 16 bits, left and right. The file's folder is made if it is missing.
///
/// # Panics
/// If the file cannot be written.
pub fn write_stereo_wav(path: &Path, rate_hz: u32, frames: impl Iterator<Item = [i16; 2]>) {
    let spec = spec(2, rate_hz, 16, SampleFormat::Int);
    write(path, spec, frames.flatten());
}

/// Writes `channels`, each of the same length, as 32-bit floats. The file's folder is made if it is
/// missing.
///
/// # Panics
/// If the file cannot be written.
pub fn write_float_wav(path: &Path, rate_hz: u32, channels: &[Vec<f32>]) {
    let spec = spec(channels.len() as u16, rate_hz, 32, SampleFormat::Float);
    let frames = 0..channels.first().map_or(0, Vec::len);
    let samples = frames.flat_map(|frame| channels.iter().map(move |channel| channel[frame]));
    write(path, spec, samples);
}

fn spec(channels: u16, sample_rate: u32, bits_per_sample: u16, format: SampleFormat) -> WavSpec {
    WavSpec {
        channels,
        sample_rate,
        bits_per_sample,
        sample_format: format,
    }
}

fn write<S: Sample>(path: &Path, spec: WavSpec, samples: impl Iterator<Item = S>) {
    let folder = path.parent().expect("a file lies in a folder");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    let mut writer = WavWriter::create(path, spec).expect("the file can be made");
    for sample in samples {
        writer
            .write_sample(sample)
            .expect("the file can be written");
    }
    writer.finalize().expect("the file can be written");
}
