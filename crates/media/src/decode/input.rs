//! A file that is being read.

use std::fs::File;
use std::io::{Read, Result, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use symphonia::core::io::MediaSource;

/// Most ID3v2 tags in front of a file. There are several if programs add tags and never remove any.
const MAX_TAGS: usize = 64;
/// Bytes of an ID3v2 tag's header.
const ID3_HEADER: usize = 10;

/// A file from its first byte after the ID3v2 tags in front of it, however long they are: cover art
/// takes megabytes.
#[derive(Debug)]
pub(crate) struct Input {
    file: File,
    /// Where the audio begins in the file.
    start: u64,
    /// Bytes from there on.
    len: u64,
    at: u64,
    /// `at`, for those who watch the progress.
    progress: Progress,
}

/// How much of a file has been read.
#[derive(Clone, Debug)]
pub(crate) struct Progress {
    at: Arc<AtomicU64>,
    len: u64,
}

impl Progress {
    /// 0 to 1.
    pub fn done(&self) -> f64 {
        let at = self.at.load(Ordering::Relaxed);
        (at as f64 / self.len.max(1) as f64).min(1.0)
    }
}

impl Input {
    pub fn new(mut file: File, file_bytes: u64) -> Result<Self> {
        let mut start = 0;
        for _ in 0..MAX_TAGS {
            let mut header = [0; ID3_HEADER];
            file.seek(SeekFrom::Start(start))?;
            let read = read_up_to(&mut file, &mut header)?;
            match id3_bytes(&header[..read]) {
                Some(bytes) if start + bytes < file_bytes => start += bytes,
                _ => break,
            }
        }
        let len = file_bytes.saturating_sub(start);
        let mut input = Self {
            file,
            start,
            len,
            at: 0,
            progress: Progress {
                at: Arc::default(),
                len,
            },
        };
        input.seek(SeekFrom::Start(0))?;
        Ok(input)
    }

    /// Bytes in all.
    pub fn len(&self) -> u64 {
        self.len
    }

    pub fn progress(&self) -> Progress {
        self.progress.clone()
    }

    /// The bytes at `at`, as many as there are.
    pub fn read_at(&mut self, at: u64, buffer: &mut [u8]) -> Result<usize> {
        self.seek(SeekFrom::Start(at))?;
        read_up_to(self, buffer)
    }
}

/// Bytes of the ID3v2 tag that begins here, its header and footer included.
pub(crate) fn id3_bytes(bytes: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', version, _, flags, size @ ..] = bytes.first_chunk::<ID3_HEADER>()?
    else {
        return None;
    };
    if *version == 0xff || size.iter().any(|byte| *byte >= 0x80) {
        return None;
    }
    let size = size
        .iter()
        .fold(0, |size: u64, byte| size << 7 | u64::from(*byte));
    let footer = if flags & 0x10 != 0 { ID3_HEADER } else { 0 };
    Some(size + (ID3_HEADER + footer) as u64)
}

/// Fills `buffer` as far as there are bytes.
pub(crate) fn read_up_to(source: &mut impl Read, buffer: &mut [u8]) -> Result<usize> {
    let mut read = 0;
    while read < buffer.len() {
        match source.read(&mut buffer[read..]) {
            Ok(0) => break,
            Ok(bytes) => read += bytes,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(read)
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
        let read = self.file.read(buffer)?;
        self.at += read as u64;
        self.progress.at.store(self.at, Ordering::Relaxed);
        Ok(read)
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(self.start.saturating_add(at)),
            other => other,
        };
        let at = self.file.seek(to)?;
        self.at = at.checked_sub(self.start).ok_or_else(|| {
            std::io::Error::new(
                std::io::ErrorKind::InvalidInput,
                "a place before the audio's start",
            )
        })?;
        Ok(self.at)
    }
}

impl MediaSource for Input {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_tag_is_read_in_sevens_of_bits() {
        assert_eq!(id3_bytes(b"ID3\x04\0\0\0\0\x02\x01"), Some(10 + 257));
        assert_eq!(id3_bytes(b"ID3\x04\0\x10\0\0\0\x05"), Some(25));
        assert_eq!(id3_bytes(b"ID3\x04\0\0\0\0\x80\x01"), None);
        assert_eq!(id3_bytes(b"ID3\x04\0\0\0\0\x01"), None);
    }

    #[test]
    fn the_audio_begins_after_all_the_tags_in_front_of_it() {
        let mut file = tempfile::tempfile().unwrap();
        let bytes = b"ID3\x04\0\0\0\0\0\x03abcID3\x03\0\0\0\0\0\x01xmusic";
        std::io::Write::write_all(&mut file, bytes).unwrap();
        let mut input = Input::new(file, bytes.len() as u64).unwrap();
        let mut rest = String::new();
        input.read_to_string(&mut rest).unwrap();
        assert_eq!((rest.as_str(), input.len()), ("music", 5));
        assert_eq!(input.progress().done(), 1.0);
        let mut two = [0; 2];
        assert_eq!(input.read_at(1, &mut two).unwrap(), 2);
        assert_eq!(&two, b"us");
        assert_eq!(input.read_at(4, &mut two).unwrap(), 1);
    }
}
