//! Frames that follow each other without a container: MPEG audio and AAC in ADTS.
//!
//! A header is a few bits, which any file holds by chance. A stream is taken for one only where frames
//! of one kind follow each other, each where the one before it ends.

use std::io::{Read, Result};

use super::input::{id3_bytes, read_up_to};

/// Bytes at the start of a file in which the first frame is looked for.
const FIRST_FRAME_WITHIN: u64 = 1 << 20;
/// Bytes that are kept in memory.
const BUFFER: usize = 1 << 17;
/// The buffer always holds this many bytes, unless the file ends: enough to prove a stream of large
/// frames.
const AHEAD: usize = 8 * 8_192;
/// Bytes of an ID3v1 tag.
const ID3V1: usize = 128;
/// Bytes of an APE tag's header.
const APE_HEADER: usize = 32;

/// What the header of a frame tells.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Header {
    /// Bytes of the frame with its header.
    pub bytes: usize,
    /// Bytes of the header alone.
    pub header_bytes: usize,
    /// What all frames of one stream have in common.
    pub kind: u32,
    /// How many frames of this kind in a row prove a stream. The likelier a header is by chance, the more.
    pub proof: usize,
    /// Samples of each channel.
    pub samples: u32,
    pub rate_hz: u32,
    /// 0 where the header leaves it open.
    pub channels: u8,
}

/// Reads the header of the frame that begins here.
pub(crate) type Parse = fn(&[u8]) -> Option<Header>;

/// The frames of a stream.
pub(crate) struct Frames<R> {
    source: R,
    parse: Parse,
    buffer: Vec<u8>,
    /// Where the next frame is in the buffer.
    at: usize,
    ended: bool,
    /// Kind of the frame before.
    kind: Option<u32>,
    /// Bytes passed in search of the first frame.
    passed: u64,
    /// Gaps between frames that held something.
    pub gaps: usize,
}

impl<R: Read> Frames<R> {
    pub fn new(source: R, parse: Parse) -> Self {
        Self {
            source,
            parse,
            buffer: Vec::new(),
            at: 0,
            ended: false,
            kind: None,
            passed: 0,
            gaps: 0,
        }
    }

    /// The next frame; `None` at the end, or if no stream begins where one should.
    pub fn next(&mut self) -> Result<Option<(Header, &[u8])>> {
        let mut gap = false;
        loop {
            self.fill()?;
            let rest = &self.buffer[self.at..];
            if rest.is_empty() {
                return Ok(None);
            }
            let expected = (self.parse)(rest).filter(|header| Some(header.kind) == self.kind);
            if let Some(header) = expected.or_else(|| self.proven()) {
                if header.bytes > rest.len() {
                    // The last frame is cut.
                    return Ok(None);
                }
                self.gaps += usize::from(gap && self.kind.is_some());
                self.kind = Some(header.kind);
                let start = self.at;
                self.at += header.bytes;
                return Ok(Some((header, &self.buffer[start..self.at])));
            }
            let tag = tag_bytes(rest);
            let step = tag.unwrap_or(1);
            gap |= tag.is_none() && rest[0] != 0;
            // After bytes that were passed over, a stream must prove itself again.
            if self.kind.is_none() {
                self.passed += 1;
                if self.passed > FIRST_FRAME_WITHIN {
                    return Ok(None);
                }
            }
            self.skip(step)?;
            if gap {
                self.kind = self.kind.map(|_| u32::MAX);
            }
        }
    }

    /// The header here, if frames of its kind follow.
    fn proven(&self) -> Option<Header> {
        let rest = &self.buffer[self.at..];
        let first = (self.parse)(rest)?;
        let mut at = 0;
        let mut frames = 0;
        while frames < first.proof {
            let here = rest.get(at..)?;
            if self.ended && (here.is_empty() || tag_bytes(here).is_some()) {
                // A stream of only one or two frames must fill the whole file.
                let from_start = self.kind.is_none() && self.passed == 0;
                let enough = if from_start { 1 } else { 2 };
                return (frames >= enough).then_some(first);
            }
            let header = (self.parse)(here).filter(|header| header.kind == first.kind)?;
            at += header.bytes;
            frames += 1;
        }
        Some(first)
    }

    /// Fills the buffer with enough bytes to look ahead.
    fn fill(&mut self) -> Result<()> {
        if self.ended || self.buffer.len() - self.at >= AHEAD {
            return Ok(());
        }
        self.buffer.drain(..self.at);
        self.at = 0;
        let filled = self.buffer.len();
        self.buffer.resize(BUFFER, 0);
        let read = read_up_to(&mut self.source, &mut self.buffer[filled..])?;
        self.buffer.truncate(filled + read);
        self.ended = filled + read < BUFFER;
        Ok(())
    }

    fn skip(&mut self, bytes: usize) -> Result<()> {
        let mut left = bytes;
        loop {
            let here = left.min(self.buffer.len() - self.at);
            self.at += here;
            left -= here;
            if left == 0 || self.ended {
                return Ok(());
            }
            self.fill()?;
        }
    }
}

/// Bytes of the tag that begins here.
fn tag_bytes(bytes: &[u8]) -> Option<usize> {
    if bytes.starts_with(b"TAG") {
        return Some(ID3V1);
    }
    if bytes.starts_with(b"APETAGEX") {
        let size = bytes.get(12..16)?.first_chunk()?;
        let size = u32::from_le_bytes(*size);
        return usize::try_from(size).ok()?.checked_add(APE_HEADER);
    }
    usize::try_from(id3_bytes(bytes)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A frame of four letters: `f`, its kind, and two more.
    fn parse(bytes: &[u8]) -> Option<Header> {
        let (b'f', kind @ (b'a' | b'b')) = (*bytes.first()?, *bytes.get(1)?) else {
            return None;
        };
        Some(Header {
            bytes: 4,
            header_bytes: 2,
            kind: kind.into(),
            proof: 3,
            samples: 1,
            rate_hz: 8_000,
            channels: 1,
        })
    }

    fn frames(text: &str) -> (String, usize) {
        let mut frames = Frames::new(text.as_bytes(), parse);
        let mut found = String::new();
        while let Some((_, frame)) = frames.next().unwrap() {
            found += std::str::from_utf8(frame).unwrap();
            found.push(' ');
        }
        (found, frames.gaps)
    }

    #[test]
    fn frames_that_follow_each_other_are_a_stream() {
        assert_eq!(frames("fa01fa02fa03"), ("fa01 fa02 fa03 ".into(), 0));
        assert_eq!(frames("fa01").0, "fa01 ");
        assert_eq!(frames("xyfa01fa02fa03fa0").0, "fa01 fa02 fa03 ");
    }

    #[test]
    fn what_looks_like_a_frame_by_chance_is_none() {
        for text in ["fa01xyz", "xfa01", "fa01fb02fa03fb04", "fa01fa02x", ""] {
            assert_eq!(frames(text).0, "", "{text}");
        }
    }

    #[test]
    fn a_stream_goes_on_after_damage_and_after_tags() {
        let damaged = "fa01fa02fa03??fa0fa04fa05fa06";
        assert_eq!(
            frames(damaged),
            ("fa01 fa02 fa03 fa04 fa05 fa06 ".into(), 1)
        );
        let tag = format!("fa01fa02TAG{:125}fa03fa04", "");
        assert_eq!(frames(&tag), ("fa01 fa02 fa03 fa04 ".into(), 0));
        let tag = format!("fa01ID3\x04\0\0\0\0\x01\0{}fa02", "fa".repeat(64));
        assert_eq!(frames(&tag), ("fa01 fa02 ".into(), 0));
    }

    #[test]
    fn a_stream_may_change_its_kind() {
        let text = "fa01fa02fa03fb04fb05fb06";
        assert_eq!(frames(text), ("fa01 fa02 fa03 fb04 fb05 fb06 ".into(), 0));
    }
}
