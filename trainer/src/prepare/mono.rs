//! Decodes parts of a file to mono without holding the rest of it in memory.

use std::ops::Range;
use std::path::Path;

use tagline_media::{DecodeError, Sink, decode_to, mix};

use crate::work::{Held, Room};

/// Most samples that are kept of a file whose length is not known yet: 6 minutes at 44.1 kHz, 64
/// MB.
const KEPT_WHOLE: usize = 16_000_000;
/// Samples that room is made for at once.
const CHUNK: usize = 1 << 20;

/// Facts about a file.
#[derive(Clone, Copy, Debug)]
pub(super) struct Length {
    pub sample_rate_hz: u32,
    pub samples: usize,
}

/// A stretch of a file.
pub(super) struct Stretch<'a> {
    pub file: Length,
    /// Its number, and how many there are.
    pub number: usize,
    pub of: usize,
    /// Number of its first sample.
    pub start: usize,
    /// The mean of the channels.
    pub samples: &'a [f32],
}

/// Decodes the stretches that `choose` picks by the file's sample rate and length (none if it
/// refuses the file), in order and without overlap, and gives them to `each`, one after another. A
/// file that is too long to be kept while its length is not known is decoded twice. Samples take up
/// `room`; when the work must end, the file is given up. Returns the damage in the file, if there
/// is any, and its length.
pub(super) fn decode_stretches<E: From<DecodeError>>(
    path: &Path,
    room: &Room<'_>,
    choose: impl Fn(Length) -> Result<Vec<Range<usize>>, E>,
    each: impl FnMut(Stretch<'_>) -> Result<(), E>,
) -> Result<(Length, Option<String>), E> {
    decode_keeping(path, room, KEPT_WHOLE, choose, each)
}

fn decode_keeping<E: From<DecodeError>>(
    path: &Path,
    room: &Room<'_>,
    kept_whole: usize,
    choose: impl Fn(Length) -> Result<Vec<Range<usize>>, E>,
    mut each: impl FnMut(Stretch<'_>) -> Result<(), E>,
) -> Result<(Length, Option<String>), E> {
    let mut whole = Whole::new(room, kept_whole);
    let damage = decode_to(path, &mut whole)?;
    let file = whole.length;
    let ranges = choose(file)?;
    let of = ranges.len();
    let mut hand_on = |number: usize, start: usize, samples: &[f32]| {
        each(Stretch {
            file,
            number,
            of,
            start,
            samples,
        })
    };
    let longest = ranges.iter().map(Range::len).max().unwrap_or(0);
    let Some(_held) = room.hold(size_of::<f32>() * longest) else {
        return Ok((file, damage));
    };
    if file.samples <= kept_whole {
        let mut samples = Vec::with_capacity(longest);
        for (number, range) in ranges.into_iter().enumerate() {
            whole.read(range.clone(), &mut samples);
            hand_on(number, range.start, &samples)?;
        }
        return Ok((file, damage));
    }
    drop(whole);
    let mut parts = Parts {
        ranges,
        next: 0,
        stretch: Vec::with_capacity(longest),
        passed: 0,
        packet: Vec::new(),
        hand_on,
        failed: None,
    };
    let outcome = decode_to(path, &mut parts);
    // The file ended within a stretch, because it is shorter than at first.
    parts.finish();
    match parts.failed {
        Some(error) => Err(error),
        None => outcome.map(|damage| (file, damage)).map_err(E::from),
    }
}

/// Keeps all of a file that is not too long.
struct Whole<'a> {
    room: &'a Room<'a>,
    kept_whole: usize,
    length: Length,
    /// All samples with the room that they take, or none after they became too many.
    chunks: Vec<(Vec<f32>, Held<'a>)>,
    packet: Vec<f32>,
}

impl<'a> Whole<'a> {
    fn new(room: &'a Room<'a>, kept_whole: usize) -> Self {
        Self {
            room,
            kept_whole,
            length: Length {
                sample_rate_hz: 0,
                samples: 0,
            },
            chunks: Vec::new(),
            packet: Vec::new(),
        }
    }

    /// Appends the packet; `false` if the work must end.
    fn keep(&mut self) -> bool {
        let mut rest = self.packet.as_slice();
        while !rest.is_empty() {
            if self.chunks.last().is_none_or(|(c, _)| c.len() == CHUNK) {
                let Some(held) = self.room.hold(size_of::<f32>() * CHUNK) else {
                    return false;
                };
                self.chunks.push((Vec::with_capacity(CHUNK), held));
            }
            if let Some((chunk, _)) = self.chunks.last_mut() {
                let (now, later) = rest.split_at(rest.len().min(CHUNK - chunk.len()));
                chunk.extend_from_slice(now);
                rest = later;
            }
        }
        true
    }

    /// Copies a range of the kept samples.
    fn read(&self, range: Range<usize>, samples: &mut Vec<f32>) {
        samples.clear();
        for (number, (chunk, _)) in self.chunks.iter().enumerate() {
            let first = number * CHUNK;
            let start = range.start.clamp(first, first + chunk.len());
            let end = range.end.clamp(start, first + chunk.len());
            samples.extend_from_slice(&chunk[start - first..end - first]);
        }
    }
}

impl Sink for Whole<'_> {
    fn restart(&mut self) {
        self.length.samples = 0;
        self.chunks.clear();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.length.sample_rate_hz = sample_rate_hz;
        self.length.samples += channels[0].len();
        if self.length.samples > self.kept_whole {
            self.chunks.clear();
            return true;
        }
        mix(channels, &mut self.packet);
        self.keep()
    }
}

/// Hands on ranges of a file as they are decoded.
struct Parts<E, F> {
    /// The ranges, in order and without overlap.
    ranges: Vec<Range<usize>>,
    /// Number of the range that comes next.
    next: usize,
    /// Its samples so far.
    stretch: Vec<f32>,
    /// Number of samples that have passed.
    passed: usize,
    packet: Vec<f32>,
    hand_on: F,
    failed: Option<E>,
}

impl<E, F: FnMut(usize, usize, &[f32]) -> Result<(), E>> Parts<E, F> {
    /// Hands on the samples of the next range; `false` if that fails.
    fn hand_on(&mut self) -> bool {
        let start = self.ranges[self.next].start;
        let outcome = (self.hand_on)(self.next, start, &self.stretch);
        self.failed = outcome.err();
        self.stretch.clear();
        self.next += 1;
        self.failed.is_none()
    }

    fn finish(&mut self) {
        if self.failed.is_none() && !self.stretch.is_empty() {
            self.hand_on();
        }
    }
}

impl<E, F: FnMut(usize, usize, &[f32]) -> Result<(), E>> Sink for Parts<E, F> {
    fn restart(&mut self) {
        // What was handed on is not repeated: the same samples come again.
        self.passed = 0;
        self.stretch.clear();
    }

    fn take(&mut self, _: u32, channels: &[Vec<f32>]) -> bool {
        mix(channels, &mut self.packet);
        let passed = self.passed..self.passed + self.packet.len();
        self.passed = passed.end;
        while let Some(range) = self.ranges.get(self.next).cloned() {
            let start = range.start.max(passed.start);
            let end = range.end.min(passed.end);
            if start < end {
                let packet = &self.packet[start - passed.start..end - passed.start];
                self.stretch.extend_from_slice(packet);
            }
            if range.end > passed.end {
                return true;
            }
            if !self.hand_on() {
                return false;
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::work::alone;

    /// A stereo wav file of 16 bits.
    fn wav(samples: u32) -> tempfile::NamedTempFile {
        let frames = (0..samples).map(|k| [(k * 37 % 30_000) as i16, -((k * 11 % 9_000) as i16)]);
        let path = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        tagline_tests::write_stereo_wav(path.path(), 8_000, frames);
        path
    }

    #[test]
    fn a_long_file_gives_the_same_as_one_that_is_kept_whole() {
        let file = wav(50_000);
        let whole = tagline_media::decode(file.path()).unwrap().mono();
        let ranges = [0..10, 10..11, 900..2_500, 30_000..49_999];
        for kept in [100_000, 50_000, 49_999, 1] {
            let chosen = |file: Length| {
                assert_eq!((file.sample_rate_hz, file.samples), (8_000, 50_000));
                Ok::<_, DecodeError>(ranges.to_vec())
            };
            let mut seen = 0;
            alone(|room| {
                decode_keeping(file.path(), room, kept, chosen, |stretch| {
                    let range = ranges[seen].clone();
                    assert_eq!((stretch.number, stretch.of), (seen, ranges.len()));
                    assert_eq!(stretch.start, range.start);
                    assert!(stretch.samples == &whole[range], "{kept} kept");
                    seen += 1;
                    Ok(())
                })
                .unwrap();
            });
            assert_eq!(seen, ranges.len());
        }
    }

    #[test]
    fn a_file_of_several_chunks_is_read_across_their_borders() {
        let samples = 2 * CHUNK as u32 + 500;
        let file = wav(samples);
        let whole = tagline_media::decode(file.path()).unwrap().mono();
        let ranges = [5..9, CHUNK - 3..2 * CHUNK + 3, 2 * CHUNK + 3..whole.len()];
        let mut seen = Vec::new();
        let chosen = |_| Ok::<_, DecodeError>(ranges.to_vec());
        alone(|room| {
            decode_keeping(file.path(), room, KEPT_WHOLE, chosen, |stretch| {
                seen.push(stretch.samples.to_vec());
                Ok(())
            })
            .unwrap();
        });
        assert!(seen == ranges.map(|range| whole[range].to_vec()));
    }

    #[test]
    fn an_error_of_a_stretch_ends_the_file() {
        let file = wav(50_000);
        for kept in [100_000, 1] {
            let mut seen = 0;
            let chosen = |_| Ok(vec![0..10, 20..30, 40..50]);
            alone(|room| {
                let outcome = decode_keeping(file.path(), room, kept, chosen, |_| {
                    seen += 1;
                    match seen {
                        2 => Err(DecodeError::Nothing {
                            path: "x".into(),
                            reason: "enough".into(),
                        }),
                        _ => Ok(()),
                    }
                });
                assert!(outcome.unwrap_err().to_string().contains("enough"));
            });
            assert_eq!(seen, 2, "{kept} kept");
        }
    }
}
