//! AIFF and AIFF-C.

use std::io::Result;

use super::chunks::{Chunks, Style};
use super::input::Input;
use super::pcm::{Encoding, Layout};

/// Bytes of a `COMM` chunk that are looked at.
const MOST_COMMON: usize = 1_024;

/// Chunks that a file cannot do without.
const NEEDED: [[u8; 4]; 2] = [*b"COMM", *b"SSND"];

/// What a file holds.
pub(super) struct Aiff {
    pub layout: Layout,
    /// Where the samples begin.
    pub start: u64,
    /// Samples of each channel, if the file says so.
    pub promised: Option<u64>,
    pub remark: Option<String>,
}

/// Why no samples were found.
pub(super) enum Refused {
    /// The file breaks the rules of its format.
    Damaged(String),
    /// Its samples are in a codec of this name.
    Codec(String),
}

/// Whether a file begins like this.
pub(super) fn is_aiff(head: &[u8]) -> bool {
    head.starts_with(b"FORM") && matches!(head.get(8..12), Some(b"AIFF" | b"AIFC"))
}

/// What the `COMM` chunk says.
struct Common {
    channels: u16,
    frames: u32,
    bits: u16,
    rate_hz: u32,
    compression: [u8; 4],
}

impl Common {
    fn parse(bytes: &[u8]) -> Option<Self> {
        let short = |at: usize| Some(u16::from_be_bytes(*bytes.get(at..)?.first_chunk()?));
        Some(Self {
            channels: short(0)?,
            frames: u32::from_be_bytes(*bytes.get(2..)?.first_chunk()?),
            bits: short(6)?,
            rate_hz: extended(bytes.get(8..)?.first_chunk()?),
            compression: bytes
                .get(18..)
                .and_then(<[u8]>::first_chunk)
                .copied()
                .unwrap_or(*b"NONE"),
        })
    }

    fn layout(&self) -> Option<Layout> {
        let bytes = usize::from(self.bits).div_ceil(8);
        let encoding = match &self.compression {
            b"NONE" | b"twos" | b"\0\0\0\0" => Encoding::signed(bytes, true),
            b"sowt" => Encoding::signed(bytes, false),
            b"raw " => Some(Encoding::Unsigned8),
            b"in24" => Encoding::signed(3, true),
            b"42ni" => Encoding::signed(3, false),
            b"in32" => Encoding::signed(4, true),
            b"23ni" => Encoding::signed(4, false),
            b"fl32" | b"FL32" => Encoding::float(4, true),
            b"fl64" | b"FL64" => Encoding::float(8, true),
            b"alaw" | b"ALAW" => Some(Encoding::ALaw),
            b"ulaw" | b"ULAW" => Some(Encoding::MuLaw),
            _ => None,
        };
        Some(Layout {
            encoding: encoding?,
            channels: self.channels.into(),
            rate_hz: self.rate_hz,
        })
    }
}

/// A number of 80 bits (IEEE 754, extended precision), rounded. 0 if it cannot be a sample rate.
fn extended(bytes: &[u8; 10]) -> u32 {
    let [a, b, mantissa @ ..] = bytes;
    let exponent = i32::from(u16::from_be_bytes([*a, *b])) - 16_383 - 63;
    let value = u64::from_be_bytes(*mantissa) as f64 * 2f64.powi(exponent);
    if value < f64::from(u32::MAX) {
        value.round() as u32
    } else {
        0
    }
}

/// Finds the format and the samples.
pub(super) fn find(input: &mut Input) -> Result<std::result::Result<Aiff, Refused>> {
    let len = input.len();
    let style = Style::Iff { big_endian: true };
    let mut chunks = Chunks {
        input,
        style,
        at: style.first(),
        needed: &NEEDED,
    };
    let (mut common, mut samples) = (None, None);
    while let Some(chunk) = chunks.next()? {
        match &chunk.name {
            b"COMM" => {
                let content = chunks.content(&chunk, MOST_COMMON)?;
                common = Common::parse(&content);
            }
            b"SSND" => {
                let content = chunks.content(&chunk, 4)?;
                let offset = content.first_chunk().map_or(0, |o| u32::from_be_bytes(*o));
                samples = Some((chunk.start + 8 + u64::from(offset), chunk.bytes));
            }
            _ => {}
        }
    }
    let damaged = |reason: &str| Ok(Err(Refused::Damaged(reason.to_owned())));
    let Some(common) = common else {
        return damaged("it says nothing of its format");
    };
    let Some((start, bytes)) = samples else {
        return damaged("it holds no samples");
    };
    let Some(layout) = common.layout() else {
        let name = String::from_utf8_lossy(&common.compression).into_owned();
        return Ok(Err(Refused::Codec(format!("`{}`", name.trim_end()))));
    };
    let left = len.saturating_sub(start);
    // Recorders that crash leave both sizes at 0.
    let unknown = common.frames == 0 && bytes <= 8 && left > 0;
    let remark = "its header was never filled in, as after a crash of what recorded it; read to the \
                  end of the file";
    Ok(Ok(Aiff {
        layout,
        start,
        promised: (!unknown).then_some(common.frames.into()),
        remark: unknown.then(|| remark.to_owned()),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rates_are_numbers_of_80_bits() {
        let rate = |bytes: [u8; 4]| {
            let mut all = [0; 10];
            all[..4].copy_from_slice(&bytes);
            extended(&all)
        };
        assert_eq!(rate([0x40, 0x0e, 0xac, 0x44]), 44_100);
        assert_eq!(rate([0x40, 0x0b, 0xfa, 0x00]), 8_000);
        assert_eq!(rate([0x7f, 0xff, 0xff, 0xff]), 0);
        assert_eq!(rate([0; 4]), 0);
    }
}
