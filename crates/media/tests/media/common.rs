//! Making and decoding files.

use std::path::{Path, PathBuf};

use tagline_media::{DecodeError, Sink, decode_to};

/// A decoded file, and the remark on it.
#[derive(Debug, Default)]
pub struct Decoded {
    pub rate_hz: u32,
    pub channels: Vec<Vec<f32>>,
    pub remark: String,
}

impl Decoded {
    pub fn seconds(&self) -> f64 {
        self.channels[0].len() as f64 / f64::from(self.rate_hz)
    }
}

impl Sink for Decoded {
    fn restart(&mut self) {
        self.channels.clear();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.rate_hz = sample_rate_hz;
        self.channels.resize(channels.len(), Vec::new());
        for (all, packet) in self.channels.iter_mut().zip(channels) {
            all.extend_from_slice(packet);
        }
        true
    }
}

pub fn read(path: &Path) -> Result<Decoded, DecodeError> {
    let mut decoded = Decoded::default();
    decoded.remark = decode_to(path, &mut decoded)?.unwrap_or_default();
    Ok(decoded)
}

/// Decodes a file of these bytes, whose name says nothing.
pub fn read_bytes(bytes: &[u8]) -> Result<Decoded, DecodeError> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.bin");
    std::fs::write(&path, bytes).unwrap();
    read(&path)
}

pub fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/fixtures")
        .join(name)
}

pub fn fixture_bytes(name: &str) -> Vec<u8> {
    std::fs::read(fixture(name)).unwrap()
}

/// A tone of −6 dBFS.
pub fn tone(frequency_hz: f64, rate_hz: u32, samples: usize) -> Vec<f32> {
    (0..samples)
        .map(|k| {
            let phase = k as f64 / f64::from(rate_hz) * frequency_hz;
            (0.5 * (phase * std::f64::consts::TAU).sin()) as f32
        })
        .collect()
}
