//! Sounds as files.

use std::path::Path;

/// A sample of 16 bits. `value` lies between −1 and 1.
#[must_use]
pub fn pcm(value: f32) -> i16 {
    (value * 32_767.0) as i16
}

/// Writes `samples` as a mono wav file, and makes its folder if there is none.
///
/// # Panics
/// If the file cannot be written.
pub fn write_wav(path: &Path, rate_hz: u32, samples: impl Iterator<Item = i16>) {
    let samples: Vec<u8> = samples.flat_map(i16::to_le_bytes).collect();
    let mut file = b"RIFF".to_vec();
    file.extend((36 + samples.len() as u32).to_le_bytes());
    file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x01\0");
    file.extend(rate_hz.to_le_bytes());
    file.extend((rate_hz * 2).to_le_bytes());
    file.extend(b"\x02\0\x10\0data");
    file.extend((samples.len() as u32).to_le_bytes());
    file.extend(samples);
    let folder = path.parent().expect("a file lies in a folder");
    std::fs::create_dir_all(folder).expect("the folder can be made");
    std::fs::write(path, file).expect("the file can be written");
}
