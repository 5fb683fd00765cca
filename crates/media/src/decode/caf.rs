//! Apple's Core Audio Format, if its samples are not compressed.

use std::io::Result;

use super::input::Input;
use super::pcm::{Encoding, Layout};

/// Bytes of the file's own header, and of a chunk's.
const FILE_HEADER: u64 = 8;
const CHUNK_HEADER: usize = 12;
/// Bytes of the `desc` chunk.
const DESCRIPTION: usize = 32;
/// Bytes in front of the samples: a count of edits.
const EDITS: u64 = 4;
/// Chunks that are looked at.
const MOST_CHUNKS: usize = 10_000;

/// What a file holds.
pub(super) struct Caf {
    pub layout: Layout,
    /// Where the samples begin.
    pub start: u64,
    /// Their bytes, if the file says so.
    pub bytes: Option<u64>,
}

/// Finds the samples; `None` if they are compressed, or the file is not as it should be.
pub(super) fn find(input: &mut Input) -> Result<Option<Caf>> {
    let mut at = FILE_HEADER;
    let mut layout = None;
    for _ in 0..MOST_CHUNKS {
        let mut header = [0; CHUNK_HEADER];
        if input.read_at(at, &mut header)? < CHUNK_HEADER {
            break;
        }
        let start = at + CHUNK_HEADER as u64;
        let size = header
            .last_chunk()
            .map_or(0, |size| i64::from_be_bytes(*size));
        if header.starts_with(b"desc") {
            let mut description = [0; DESCRIPTION];
            input.read_at(start, &mut description)?;
            layout = parse(&description);
        } else if header.starts_with(b"data") {
            // A size of −1 stands where a program wrote into a pipe.
            let bytes = u64::try_from(size).ok();
            return Ok(layout.map(|layout| Caf {
                layout,
                start: start + EDITS,
                bytes: bytes.map(|bytes| bytes.saturating_sub(EDITS)),
            }));
        }
        let Ok(size) = u64::try_from(size) else { break };
        at = start.saturating_add(size);
    }
    Ok(None)
}

fn parse(description: &[u8; DESCRIPTION]) -> Option<Layout> {
    let (words, _) = description.as_chunks::<4>();
    let word = |place: usize| u32::from_be_bytes(words[place]);
    let rate = f64::from_be_bytes(*description.first_chunk()?);
    let (flags, packet_bytes, channels) = (word(3), word(4) as usize, word(6) as usize);
    let bytes = packet_bytes.checked_div(channels)?;
    let big_endian = flags & 2 == 0;
    let encoding = match &words[2] {
        b"lpcm" if flags & 1 != 0 => Encoding::float(bytes, big_endian)?,
        b"lpcm" => Encoding::signed(bytes, big_endian)?,
        b"alaw" => Encoding::ALaw,
        b"ulaw" => Encoding::MuLaw,
        _ => return None,
    };
    Some(Layout {
        encoding,
        channels,
        rate_hz: rate.round() as u32,
    })
}
