//! Uncompressed samples, in all the ways that files write them.

use std::io::Read;

use super::input::read_up_to;
use super::source::{Piece, Source};

/// Samples of each channel that are read at once.
const FRAMES: usize = 4_096;
/// A file may lack this many samples of what it promises before it counts as cut.
const TOLERANCE_SECONDS: f64 = 0.01;

/// How a sample is written down.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Encoding {
    /// One byte; 128 is silence.
    Unsigned8,
    /// A signed whole number of this many bytes, 1 to 8.
    Signed { bytes: usize, big_endian: bool },
    /// IEEE 754, of 4 or 8 bytes.
    Float { bytes: usize, big_endian: bool },
    /// ITU-T G.711.
    ALaw,
    /// ITU-T G.711.
    MuLaw,
}

impl Encoding {
    /// Bytes of a sample.
    pub fn bytes(self) -> usize {
        match self {
            Self::Unsigned8 | Self::ALaw | Self::MuLaw => 1,
            Self::Signed { bytes, .. } | Self::Float { bytes, .. } => bytes,
        }
    }

    /// Whole numbers of this many bytes, if such numbers are read.
    pub fn signed(bytes: usize, big_endian: bool) -> Option<Self> {
        (1..=8)
            .contains(&bytes)
            .then_some(Self::Signed { bytes, big_endian })
    }

    /// Floating-point numbers of this many bytes, if such numbers exist.
    pub fn float(bytes: usize, big_endian: bool) -> Option<Self> {
        matches!(bytes, 4 | 8).then_some(Self::Float { bytes, big_endian })
    }

    /// The sample that is written in `bytes`, whose length is right.
    fn sample(self, bytes: &[u8]) -> f32 {
        match self {
            Self::Unsigned8 => (f32::from(bytes[0]) - 128.0) / 128.0,
            Self::Signed { big_endian, .. } => {
                // Left-justified, so that the sign is where it belongs.
                let number = i64::from_be_bytes(left_justified(bytes, big_endian));
                (number as f64 / 2f64.powi(63)) as f32
            }
            Self::Float {
                bytes: 4,
                big_endian,
            } => {
                let [a, b, c, d, ..] = left_justified(bytes, big_endian);
                f32::from_be_bytes([a, b, c, d])
            }
            Self::Float { big_endian, .. } => {
                f64::from_be_bytes(left_justified(bytes, big_endian)) as f32
            }
            Self::ALaw => a_law(bytes[0]),
            Self::MuLaw => mu_law(bytes[0]),
        }
    }
}

/// The bytes from the most significant on, followed by zeros.
fn left_justified(bytes: &[u8], big_endian: bool) -> [u8; 8] {
    let mut number = [0; 8];
    for (place, byte) in number.iter_mut().enumerate().take(bytes.len()) {
        *byte = match big_endian {
            true => bytes[place],
            false => bytes[bytes.len() - 1 - place],
        };
    }
    number
}

fn a_law(byte: u8) -> f32 {
    let bits = byte ^ 0x55;
    let (exponent, mantissa) = (bits >> 4 & 7, i32::from(bits & 15));
    let size = match exponent {
        0 => mantissa << 4 | 8,
        _ => (mantissa << 4 | 0x108) << (exponent - 1),
    };
    let sign = if bits & 0x80 != 0 { 1.0 } else { -1.0 };
    sign * size as f32 / 32_768.0
}

fn mu_law(byte: u8) -> f32 {
    let bits = !byte;
    let size = ((i32::from(bits & 15) << 3 | 0x84) << (bits >> 4 & 7)) - 0x84;
    let sign = if bits & 0x80 != 0 { -1.0 } else { 1.0 };
    sign * size as f32 / 32_768.0
}

/// What a file says of its samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Layout {
    pub encoding: Encoding,
    pub channels: usize,
    pub rate_hz: u32,
}

/// A stretch of samples.
pub(crate) struct Pcm<R> {
    source: R,
    layout: Layout,
    /// Samples of each channel that the file says are left, if it says so.
    left: Option<u64>,
    promised: Option<u64>,
    remark: Option<String>,
    bytes: Vec<u8>,
}

impl<R: Read> Pcm<R> {
    /// `source` holds the samples and nothing after them; `promised` of them in each channel, if the
    /// file says how many.
    pub fn new(source: R, layout: Layout, promised: Option<u64>, remark: Option<String>) -> Self {
        Self {
            source,
            layout,
            left: promised,
            promised,
            remark,
            bytes: Vec::new(),
        }
    }
}

impl<R: Read> Source for Pcm<R> {
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece {
        let Layout {
            encoding,
            channels,
            rate_hz,
        } = self.layout;
        let wanted = self
            .left
            .map_or(FRAMES, |left| left.min(FRAMES as u64) as usize);
        if wanted == 0 {
            return Piece::End;
        }
        let frame_bytes = encoding.bytes() * channels;
        self.bytes.resize(wanted * frame_bytes, 0);
        let read = match read_up_to(&mut self.source, &mut self.bytes) {
            Ok(read) => read,
            Err(error) => return Piece::Cut(error.to_string()),
        };
        let frames = read / frame_bytes;
        if let Some(left) = &mut self.left {
            *left -= frames as u64;
            let missing_seconds = *left as f64 / f64::from(rate_hz);
            if frames == 0 {
                return match missing_seconds > TOLERANCE_SECONDS {
                    true => Piece::Cut(format!("it promises {missing_seconds:.2} s more")),
                    false => Piece::End,
                };
            }
        } else if frames == 0 {
            return Piece::End;
        }
        planes.resize(channels, Vec::new());
        for (channel, plane) in planes.iter_mut().enumerate() {
            plane.clear();
            let samples = self.bytes[..frames * frame_bytes].chunks_exact(frame_bytes);
            let at = channel * encoding.bytes();
            plane.extend(samples.map(|frame| encoding.sample(&frame[at..at + encoding.bytes()])));
        }
        Piece::Audio(rate_hz)
    }

    fn promised_seconds(&self) -> Option<f64> {
        Some(self.promised? as f64 / f64::from(self.layout.rate_hz))
    }

    fn remarks(&self) -> Vec<String> {
        self.remark.iter().cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(encoding: Encoding, bytes: &[u8]) -> f32 {
        assert_eq!(encoding.bytes(), bytes.len());
        encoding.sample(bytes)
    }

    #[test]
    fn the_loudest_and_the_middle_of_every_encoding_are_where_they_should_be() {
        for bytes in 1..=8 {
            for big_endian in [false, true] {
                let encoding = Encoding::signed(bytes, big_endian).unwrap();
                let mut lowest = vec![0; bytes];
                let sign = if big_endian { 0 } else { bytes - 1 };
                lowest[sign] = 0x80;
                assert_eq!(sample(encoding, &lowest), -1.0);
                lowest[sign] = 0x40;
                assert_eq!(sample(encoding, &lowest), 0.5);
            }
        }
        assert_eq!(sample(Encoding::Unsigned8, &[0]), -1.0);
        assert_eq!(sample(Encoding::Unsigned8, &[128]), 0.0);
        for (bytes, value) in [
            (&1.5f32.to_be_bytes()[..], 1.5),
            (&(-0.25f64).to_be_bytes(), -0.25),
        ] {
            let encoding = Encoding::float(bytes.len(), true).unwrap();
            assert_eq!(sample(encoding, bytes), value);
            let reversed: Vec<u8> = bytes.iter().rev().copied().collect();
            let encoding = Encoding::float(bytes.len(), false).unwrap();
            assert_eq!(sample(encoding, &reversed), value);
        }
    }

    /// Values of G.711's tables, on a scale of 16 bits.
    #[test]
    fn companded_samples_have_the_values_of_the_standard() {
        for (byte, value) in [
            (0x00, -5_504),
            (0x2a, -32_256),
            (0xaa, 32_256),
            (0xd5, 8),
            (0x55, -8),
        ] {
            assert_eq!(sample(Encoding::ALaw, &[byte]) * 32_768.0, value as f32);
        }
        for (byte, value) in [
            (0x00, -32_124),
            (0x80, 32_124),
            (0xff, 0),
            (0xfe, 8),
            (0x7e, -8),
        ] {
            assert_eq!(sample(Encoding::MuLaw, &[byte]) * 32_768.0, value as f32);
        }
    }

    #[test]
    fn a_promise_that_is_not_kept_is_said() {
        let layout = Layout {
            encoding: Encoding::Unsigned8,
            channels: 2,
            rate_hz: 1_000,
        };
        let mut planes = Vec::new();
        let mut pcm = Pcm::new(&[128; 9][..], layout, Some(500), None);
        assert_eq!(pcm.next(&mut planes), Piece::Audio(1_000));
        assert_eq!(planes, [[0.0; 4], [0.0; 4]]);
        let cut = Piece::Cut("it promises 0.50 s more".to_owned());
        assert_eq!(pcm.next(&mut planes), cut);
        let mut pcm = Pcm::new(&[128; 9][..], layout, Some(3), None);
        assert_eq!(pcm.next(&mut planes), Piece::Audio(1_000));
        assert_eq!(planes[1].len(), 3);
        assert_eq!(pcm.next(&mut planes), Piece::End);
    }
}
