//! The chunks of RIFF, of its large and big-endian kin, of AIFF and of Wave64.

use std::io::Result;

use super::input::Input;

/// Bytes that are searched for the next chunk where one is malformed.
const SEARCHED: usize = 1 << 24;
/// Bytes of a search that are in memory at once.
const WINDOW: usize = 1 << 16;
/// Bytes of the GUID that names a chunk of Wave64.
const GUID: u64 = 16;

/// How chunks are written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Style {
    /// A name of four letters and a size of 32 bits; chunks begin at even places.
    Iff { big_endian: bool },
    /// A name of 16 bytes, whose first four are letters, and a size of 64 bits, which counts both;
    /// chunks begin at multiples of 8.
    Wave64,
}

/// A chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Chunk {
    pub name: [u8; 4],
    /// Where its content begins.
    pub start: u64,
    /// Bytes of its content, as its header says.
    pub bytes: u64,
}

/// Walks over the chunks of a file. One that is malformed, so that no chunk follows where it ends, is
/// passed over by searching for a name that is needed.
pub(super) struct Chunks<'a> {
    pub input: &'a mut Input,
    pub style: Style,
    pub at: u64,
    /// Names that are searched for; the last is that of the samples, whose size may be anything.
    pub needed: &'static [[u8; 4]],
}

impl Chunks<'_> {
    /// The next chunk; `None` at the end of the file.
    pub fn next(&mut self) -> Result<Option<Chunk>> {
        let Some(chunk) = self.header(self.at)? else {
            return Ok(None);
        };
        let is_samples = self.needed.last() == Some(&chunk.name);
        match self.end(&chunk)? {
            Some(end) => self.at = end,
            // The size of the samples may be wrong; their reader deals with that.
            None if is_samples => self.at = self.input.len(),
            None => match self.search(chunk.start)? {
                Some(found) => self.at = found,
                None => self.at = self.input.len(),
            },
        }
        Ok(Some(chunk))
    }

    /// The content of a chunk, as far as it is there and is no more than `most` bytes.
    pub fn content(&mut self, chunk: &Chunk, most: usize) -> Result<Vec<u8>> {
        let bytes = chunk.bytes.min(most as u64) as usize;
        let mut content = vec![0; bytes];
        let read = self.input.read_at(chunk.start, &mut content)?;
        content.truncate(read);
        Ok(content)
    }

    fn header(&mut self, at: u64) -> Result<Option<Chunk>> {
        let mut header = [0; 24];
        let header_bytes = match self.style {
            Style::Iff { .. } => 8,
            Style::Wave64 => 24,
        };
        let header = &mut header[..header_bytes];
        if self.input.read_at(at, header)? < header_bytes {
            return Ok(None);
        }
        let (Some(name), Some(size)) = (header.first_chunk(), header.get(4..8)) else {
            return Ok(None);
        };
        let start = at + header_bytes as u64;
        let bytes = match (self.style, size.first_chunk(), header.last_chunk()) {
            (Style::Iff { big_endian: true }, Some(size), _) => u32::from_be_bytes(*size).into(),
            (Style::Iff { .. }, Some(size), _) => u32::from_le_bytes(*size).into(),
            (Style::Wave64, _, Some(size)) => {
                u64::from_le_bytes(*size).saturating_sub(header_bytes as u64)
            }
            _ => return Ok(None),
        };
        Ok(Some(Chunk {
            name: *name,
            start,
            bytes,
        }))
    }

    /// Where the chunk after this one begins, if one can begin there.
    fn end(&mut self, chunk: &Chunk) -> Result<Option<u64>> {
        let end = chunk.start.saturating_add(chunk.bytes);
        let aligned = match self.style {
            Style::Iff { .. } => end.saturating_add(end & 1),
            Style::Wave64 => end.saturating_add(7) & !7,
        };
        // Some programs forget the byte that makes the size even.
        for end in [aligned, end] {
            if end == self.input.len() || end == self.input.len() + 1 {
                return Ok(Some(end));
            }
            if end < self.input.len() && self.is_name(end)? {
                return Ok(Some(end));
            }
        }
        Ok(None)
    }

    fn is_name(&mut self, at: u64) -> Result<bool> {
        let mut name = [0; 4];
        let read = self.input.read_at(at, &mut name)?;
        // Zeros after the last chunk do no harm.
        Ok(read < 4 || name == [0; 4] || name.iter().all(|byte| (b' '..=b'~').contains(byte)))
    }

    /// Where the first chunk with a needed name begins after `from`.
    fn search(&mut self, from: u64) -> Result<Option<u64>> {
        let mut buffer = vec![0; WINDOW];
        let mut at = from;
        while at < from + SEARCHED as u64 {
            let read = self.input.read_at(at, &mut buffer)?;
            let found = buffer[..read]
                .windows(4)
                .position(|name| self.needed.iter().any(|needed| name == needed));
            if let Some(found) = found {
                return Ok(Some(at + found as u64));
            }
            if read < WINDOW {
                break;
            }
            at += (WINDOW - 3) as u64;
        }
        Ok(None)
    }
}

impl Style {
    /// Where the first chunk is, in a file that begins with the one that holds all others.
    pub fn first(self) -> u64 {
        match self {
            Self::Iff { .. } => 12,
            Self::Wave64 => 2 * GUID + 8,
        }
    }
}
