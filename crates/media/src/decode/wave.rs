//! WAVE files: RIFF, RIFX, RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088), and Sony's Wave64.
//!
//! Recorders that crash, programs that write into pipes and programs that count wrongly leave sizes
//! that are not those of the file. What is in the file counts.

use std::io::{Read, Result, Seek, SeekFrom, Take};

use super::chunks::{Chunks, Style};
use super::input::Input;
use super::pcm::{Encoding, Layout};

/// Chunks that a file cannot do without.
const NEEDED: [[u8; 4]; 2] = [*b"fmt ", *b"data"];
/// Bytes of a `fmt ` chunk that are looked at.
const MOST_FORMAT: usize = 4_096;
/// Sizes that say "unknown": they stand where a program wrote into a pipe.
const UNKNOWN: [u64; 7] = [
    0xffff_ffff,
    0xffff_f000,
    0x7fff_ffff,
    0x7fff_f000,
    0x7fff_ff00,
    0x8000_0000,
    u64::MAX,
];

/// What a file holds.
pub(super) struct Wave {
    pub format: Format,
    /// Where the samples begin.
    pub start: u64,
    /// Their bytes, if the file says so.
    pub promised: Option<u64>,
    /// Bytes that may be samples: all of the file that follows, where it does not say.
    pub bytes: u64,
    pub remark: Option<String>,
}

/// What the `fmt ` chunk says.
pub(super) struct Format {
    /// WAVE's number of the codec.
    pub tag: u16,
    pub channels: u16,
    pub rate_hz: u32,
    /// Bytes of a sample of all channels, or of a packet.
    pub block_bytes: u16,
    pub bits: u16,
    pub big_endian: bool,
    /// The whole chunk.
    pub bytes: Vec<u8>,
}

impl Format {
    fn parse(bytes: Vec<u8>, big_endian: bool) -> Option<Self> {
        let short = |at: usize| {
            let bytes = *bytes.get(at..)?.first_chunk()?;
            Some(match big_endian {
                true => u16::from_be_bytes(bytes),
                false => u16::from_le_bytes(bytes),
            })
        };
        let rate = *bytes.get(4..)?.first_chunk()?;
        let mut tag = short(0)?;
        // The extended form has the codec's number at the start of a GUID.
        if tag == 0xfffe
            && let Some(inner) = short(24)
        {
            tag = inner;
        }
        Some(Self {
            tag,
            channels: short(2)?,
            rate_hz: match big_endian {
                true => u32::from_be_bytes(rate),
                false => u32::from_le_bytes(rate),
            },
            block_bytes: short(12)?,
            bits: short(14).unwrap_or(8),
            big_endian,
            bytes,
        })
    }

    /// How the samples are written, if they are not compressed.
    pub fn layout(&self) -> Option<Layout> {
        let channels = usize::from(self.channels);
        // Samples of 20 bits take 24, whatever the header says.
        let bytes = match usize::from(self.block_bytes).checked_div(channels) {
            Some(bytes) if bytes * channels == usize::from(self.block_bytes) && bytes > 0 => bytes,
            _ => usize::from(self.bits).div_ceil(8),
        };
        let encoding = match self.tag {
            1 if bytes == 1 => Encoding::Unsigned8,
            1 => Encoding::signed(bytes, self.big_endian)?,
            3 => Encoding::float(bytes, self.big_endian)?,
            6 => Encoding::ALaw,
            7 => Encoding::MuLaw,
            _ => return None,
        };
        Some(Layout {
            encoding,
            channels,
            rate_hz: self.rate_hz,
        })
    }

    /// Name of the codec.
    pub fn codec(&self) -> String {
        let name = match self.tag {
            0x31 => "GSM 6.10",
            0x42 => "G.723",
            0x45 | 0x64 => "G.726",
            0x50 => "MPEG layer 2",
            0x55 => "MP3",
            0x92 | 0x2000 => "Dolby Digital (AC-3)",
            0xff | 0x1600 | 0x1610 => "AAC",
            0x160..=0x163 => "Windows Media Audio",
            0x2001 => "DTS",
            0x566f | 0x674f..=0x6771 => "Vorbis",
            0x5756 => "WavPack",
            0xf1ac => "FLAC",
            tag => return format!("an unknown codec ({tag:#06x})"),
        };
        name.to_owned()
    }
}

/// Which kind of WAVE file begins like this, if any.
pub(super) fn style(head: &[u8]) -> Option<Style> {
    let is_wave = head.get(8..12) == Some(b"WAVE");
    match head.first_chunk()? {
        b"RIFF" | b"RF64" | b"BW64" if is_wave => Some(Style::Iff { big_endian: false }),
        b"RIFX" if is_wave => Some(Style::Iff { big_endian: true }),
        b"riff" if head.get(24..28) == Some(b"wave") => Some(Style::Wave64),
        _ => None,
    }
}

/// Finds the format and the samples. The reason is given where there are none.
pub(super) fn find(input: &mut Input, style: Style) -> Result<std::result::Result<Wave, String>> {
    let len = input.len();
    let mut chunks = Chunks {
        input,
        style,
        at: style.first(),
        needed: &NEEDED,
    };
    let big_endian = style == Style::Iff { big_endian: true };
    let mut format = None;
    let mut large = None;
    while let Some(chunk) = chunks.next()? {
        match &chunk.name {
            b"ds64" => {
                let content = chunks.content(&chunk, 16)?;
                large = content.get(8..16).and_then(<[u8]>::first_chunk).copied();
            }
            b"fmt " => {
                let content = chunks.content(&chunk, MOST_FORMAT)?;
                format = Format::parse(content, big_endian);
            }
            b"data" => {
                let Some(format) = format else {
                    return Ok(Err("its samples come without a format".to_owned()));
                };
                let left = len.saturating_sub(chunk.start);
                let large = large.map(u64::from_le_bytes);
                let size = match (chunk.bytes, large) {
                    (0xffff_ffff, Some(large)) => large,
                    (bytes, _) => bytes,
                };
                // The size of a file of several GiB has wrapped around to a small number.
                let wrapped = style != Style::Wave64
                    && large.is_none()
                    && left.saturating_sub(size) >= 1 << 32;
                let is_last = chunks.at >= len;
                let (promised, remark) = if UNKNOWN.contains(&size) && size > left {
                    (None, None)
                } else if size == 0 && left > 0 && is_last {
                    let remark = "its header was never filled in, as after a crash of what \
                                  recorded it; read to the end of the file";
                    (None, Some(remark.to_owned()))
                } else if wrapped {
                    let remark =
                        "its header cannot tell so large a size; read to the end of the file";
                    (None, Some(remark.to_owned()))
                } else {
                    (Some(size), None)
                };
                return Ok(Ok(Wave {
                    format,
                    start: chunk.start,
                    bytes: promised.unwrap_or(left).min(left),
                    promised,
                    remark,
                }));
            }
            _ => {}
        }
    }
    Ok(Err("it holds no samples".to_owned()))
}

/// A plain header and the samples, for a format reader that would stumble over the other chunks.
pub(super) struct Plain {
    header: std::io::Cursor<Vec<u8>>,
    samples: Take<Input>,
}

impl Plain {
    pub fn new(mut input: Input, wave: &Wave) -> Result<Self> {
        input.seek(SeekFrom::Start(wave.start))?;
        let mut header = b"RIFF\xff\xff\xff\xffWAVEfmt ".to_vec();
        header.extend((wave.format.bytes.len() as u32).to_le_bytes());
        header.extend(&wave.format.bytes);
        header.extend(b"data");
        let bytes = u32::try_from(wave.bytes).unwrap_or(u32::MAX);
        header.extend(bytes.to_le_bytes());
        Ok(Self {
            header: std::io::Cursor::new(header),
            samples: input.take(wave.bytes),
        })
    }
}

impl Read for Plain {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        match self.header.read(buffer)? {
            0 => self.samples.read(buffer),
            read => Ok(read),
        }
    }
}
