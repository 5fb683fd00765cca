//! The edit lists of MP4 files (ISO 14496-12, 8.6.5 and 8.6.6): which part of a track is to be heard.
//! For AAC, it leaves out what the encoder needed to get going.

use std::io::Result;

use super::input::Input;

/// Boxes that are looked at, so that no file keeps a reader busy.
const MOST_BOXES: usize = 10_000;
/// Boxes that hold the boxes that matter.
const PARENTS: [&[u8; 4]; 4] = [b"moov", b"trak", b"edts", b"mdia"];
/// Bytes of a box's content that are looked at.
const MOST_CONTENT: usize = 128;

/// The part of a track that is to be heard.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Edit {
    pub track: u32,
    /// Where it begins, in seconds.
    pub start_seconds: f64,
    /// How long it is, in seconds, if there is an end to it.
    pub seconds: Option<f64>,
}

/// What is known of the track that is being read.
#[derive(Default)]
struct Track {
    id: u32,
    /// Units of a second in which the track counts.
    scale: u32,
    /// Start in those units, and length in the movie's, of each edit.
    edits: Vec<(i64, u64)>,
}

struct Walk<'a> {
    input: &'a mut Input,
    boxes: usize,
    movie_scale: u32,
    track: Track,
    found: Vec<Edit>,
}

/// The edits of the tracks of `input` that have one each; others are left as they are.
pub(super) fn edits(input: &mut Input) -> Result<Vec<Edit>> {
    let len = input.len();
    let mut walk = Walk {
        input,
        boxes: 0,
        movie_scale: 0,
        track: Track::default(),
        found: Vec::new(),
    };
    walk.within(0, len)?;
    Ok(walk.found)
}

impl Walk<'_> {
    /// Walks over the boxes between two places.
    fn within(&mut self, mut at: u64, end: u64) -> Result<()> {
        while at.saturating_add(8) <= end && self.boxes < MOST_BOXES {
            self.boxes += 1;
            let mut header = [0; 16];
            let read = self.input.read_at(at, &mut header)?;
            let [a, b, c, d, name @ ..] = header.first_chunk::<8>().copied().unwrap_or_default();
            let (start, size) = match u32::from_be_bytes([a, b, c, d]) {
                0 => (at + 8, end - at),
                1 if read == 16 => {
                    let size = header.last_chunk().copied().unwrap_or_default();
                    (at + 16, u64::from_be_bytes(size))
                }
                size => (at + 8, size.into()),
            };
            let next = at.saturating_add(size).min(end);
            if next < start {
                return Ok(());
            }
            if PARENTS.contains(&&name) {
                self.within(start, next)?;
                if &name == b"trak" {
                    self.end_of_track();
                }
            } else if matches!(&name, b"mvhd" | b"mdhd" | b"tkhd" | b"elst") {
                let mut content = [0; MOST_CONTENT];
                let most = content.len().min((next - start) as usize);
                let read = self.input.read_at(start, &mut content[..most])?;
                self.content(&name, &content[..read]);
            }
            at = next;
        }
        Ok(())
    }

    fn content(&mut self, name: &[u8; 4], bytes: &[u8]) {
        let wide = bytes.first() == Some(&1);
        let number = |at: usize| {
            bytes
                .get(at..)?
                .first_chunk()
                .map(|b| u32::from_be_bytes(*b))
        };
        let long = |at: usize| {
            bytes
                .get(at..)?
                .first_chunk()
                .map(|b| u64::from_be_bytes(*b))
        };
        // Version and flags, the times of creation and of the last change, then what matters.
        let field = if wide { 20 } else { 12 };
        match name {
            b"mvhd" => self.movie_scale = number(field).unwrap_or(0),
            b"mdhd" => self.track.scale = number(field).unwrap_or(0),
            b"tkhd" => self.track.id = number(field).unwrap_or(0),
            _ => {
                let entries = number(4).unwrap_or(0).min(8) as usize;
                let edit = |k: usize| match wide {
                    true => Some((long(16 + 20 * k)? as i64, long(8 + 20 * k)?)),
                    false => {
                        let start = number(12 + 12 * k)? as i32;
                        Some((start.into(), number(8 + 12 * k)?.into()))
                    }
                };
                self.track.edits = (0..entries).filter_map(edit).collect();
            }
        }
    }

    fn end_of_track(&mut self) {
        let track = std::mem::take(&mut self.track);
        // Before the first sample there may be a pause (a start of −1): it is not heard here.
        let mut heard = track.edits.iter().filter(|(start, _)| *start >= 0);
        let (Some((start, length)), None) = (heard.next(), heard.next()) else {
            return;
        };
        if track.scale == 0 || self.movie_scale == 0 {
            return;
        }
        self.found.push(Edit {
            track: track.id,
            start_seconds: *start as f64 / f64::from(track.scale),
            seconds: (*length > 0).then(|| *length as f64 / f64::from(self.movie_scale)),
        });
    }
}
