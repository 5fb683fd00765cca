//! Sun's and NeXT's AU files.

use super::pcm::{Encoding, Layout};

/// Bytes of the header.
const HEADER: usize = 24;

/// What the header says.
pub(super) struct Au {
    /// How the samples are written, or the number of the codec that is not known.
    pub layout: Result<Layout, u32>,
    /// Where the samples begin.
    pub start: u64,
    /// Their bytes, if the file says so.
    pub bytes: Option<u64>,
}

/// Whether a file begins like this.
pub(super) fn is_au(head: &[u8]) -> bool {
    matches!(head.first_chunk(), Some(b".snd" | b"dns."))
}

/// Reads the header; `None` if it is too short.
pub(super) fn parse(head: &[u8]) -> Option<Au> {
    let big_endian = head.starts_with(b".snd");
    let header = head.get(..HEADER)?;
    let (numbers, _) = header.as_chunks::<4>();
    let number = |place: usize| match big_endian {
        true => u32::from_be_bytes(numbers[place]),
        false => u32::from_le_bytes(numbers[place]),
    };
    let codec = number(3);
    let encoding = match codec {
        1 => Some(Encoding::MuLaw),
        2..=5 => Encoding::signed(codec as usize - 1, big_endian),
        6 => Encoding::float(4, big_endian),
        7 => Encoding::float(8, big_endian),
        27 => Some(Encoding::ALaw),
        _ => None,
    };
    let layout = encoding.ok_or(codec).map(|encoding| Layout {
        encoding,
        channels: number(5) as usize,
        rate_hz: number(4),
    });
    Some(Au {
        layout,
        start: u64::from(number(1)).max(HEADER as u64),
        bytes: (number(2) != u32::MAX).then(|| number(2).into()),
    })
}
