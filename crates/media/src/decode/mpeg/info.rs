//! The frame that encoders put in front of a song: how long it is, and what to cut from its ends.

use super::header::{HEADER_BYTES, is_mpeg1, layer};
use crate::decode::frames::Header;

/// Samples by which every decoder is late.
const DECODER_DELAY: usize = 529;
/// Where the header of Fraunhofer's encoder stands.
const VBRI_AT: usize = HEADER_BYTES + 32;

/// What the frame says; it holds no sound.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Info {
    /// Frames of the song.
    pub frames: Option<u64>,
    /// Samples to cut from the start.
    pub delay: usize,
    /// Samples to cut from the end.
    pub padding: usize,
}

/// What `frame` says, if it is such a frame.
pub(super) fn read(header: &Header, frame: &[u8]) -> Option<Info> {
    if layer(header.kind) != 3 {
        return None;
    }
    read_xing(header, frame).or_else(|| read_vbri(frame))
}

/// Whether there is nothing between the frame's header and `end` but a check sum.
fn is_empty_to(frame: &[u8], end: usize) -> bool {
    let checked = frame.get(1).is_some_and(|byte| byte & 1 == 0);
    let start = HEADER_BYTES + if checked { 2 } else { 0 };
    let between = frame.get(start..end);
    between.is_some_and(|bytes| bytes.iter().all(|byte| *byte == 0))
}

fn number(bytes: &[u8], at: usize) -> Option<u32> {
    let bytes = bytes.get(at..)?.first_chunk()?;
    Some(u32::from_be_bytes(*bytes))
}

/// The header of Xing, which LAME and all after it write, `Info` at a constant bit rate.
fn read_xing(header: &Header, frame: &[u8]) -> Option<Info> {
    let side_information = match (is_mpeg1(header.kind), header.channels) {
        (true, 1) | (false, 2) => 17,
        (true, _) => 32,
        (false, _) => 9,
    };
    let at = HEADER_BYTES + side_information;
    let tag = frame.get(at..)?;
    if !(tag.starts_with(b"Xing") || tag.starts_with(b"Info")) || !is_empty_to(frame, at) {
        return None;
    }
    let mut info = Info::default();
    let flags = number(tag, 4)?;
    let mut next = 8;
    if flags & 1 != 0 {
        info.frames = number(tag, next).map(u64::from);
        next += 4;
    }
    for (flag, bytes) in [(2, 4), (4, 100), (8, 4)] {
        if flags & flag != 0 {
            next += bytes;
        }
    }
    let encoder = tag.get(next..).unwrap_or_default();
    let is_known = [b"LAME", b"Lavf", b"Lavc"]
        .iter()
        .any(|name| encoder.starts_with(*name));
    if let Some([a, b, c]) = encoder.get(21..24).filter(|_| is_known) {
        let delay = usize::from(*a) << 4 | usize::from(*b) >> 4;
        let padding = usize::from(*b & 15) << 8 | usize::from(*c);
        info.delay = delay + DECODER_DELAY;
        info.padding = padding.saturating_sub(DECODER_DELAY);
    }
    Some(info)
}

/// The header of Fraunhofer's encoder.
fn read_vbri(frame: &[u8]) -> Option<Info> {
    let tag = frame.get(VBRI_AT..)?;
    if !tag.starts_with(b"VBRI") || !is_empty_to(frame, VBRI_AT) {
        return None;
    }
    Some(Info {
        frames: number(tag, 14).map(u64::from),
        ..Info::default()
    })
}
