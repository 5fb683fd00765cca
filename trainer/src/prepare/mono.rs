//! The parts of a file that are needed, as mono, without the rest of it in memory.

use std::ops::Range;
use std::path::Path;

use tagline_media::{DecodeError, Sink, decode_to};

/// Samples kept of a file whose length is not known yet: 6 minutes at 44.1 kHz, 64 MB.
const KEPT_WHOLE: usize = 16_000_000;

/// Stretches of a file.
#[derive(Debug)]
pub(super) struct Stretches {
    pub sample_rate_hz: u32,
    /// Length of the file.
    pub samples: usize,
    /// Where each begins, and the mean of the channels there.
    pub stretches: Vec<(usize, Vec<f32>)>,
}

/// Decodes the stretches that `choose` picks by the file's sample rate and length; none if it
/// refuses the file. A file that is too long to be kept while its length is not known is decoded
/// twice.
pub(super) fn decode_stretches<E: From<DecodeError>>(
    path: &Path,
    choose: impl Fn(u32, usize) -> Result<Vec<Range<usize>>, E>,
) -> Result<Stretches, E> {
    decode_keeping(path, KEPT_WHOLE, choose)
}

fn decode_keeping<E: From<DecodeError>>(
    path: &Path,
    kept_whole: usize,
    choose: impl Fn(u32, usize) -> Result<Vec<Range<usize>>, E>,
) -> Result<Stretches, E> {
    let beginning = 0..kept_whole;
    let mut file = Kept::new(Vec::from([beginning]));
    decode_to(path, &mut file)?;
    let (sample_rate_hz, samples) = (file.sample_rate_hz, file.samples);
    let ranges = choose(sample_rate_hz, samples)?;
    let starts: Vec<usize> = ranges.iter().map(|range| range.start).collect();
    let stretches = if samples <= kept_whole {
        let whole = &file.stretches[0];
        ranges
            .into_iter()
            .map(|range| whole[range].to_vec())
            .collect()
    } else {
        let mut again = Kept::new(ranges);
        decode_to(path, &mut again)?;
        again.stretches
    };
    Ok(Stretches {
        sample_rate_hz,
        samples,
        stretches: starts.into_iter().zip(stretches).collect(),
    })
}

/// Keeps some ranges of a file.
struct Kept {
    ranges: Vec<Range<usize>>,
    /// What has come of each range.
    stretches: Vec<Vec<f32>>,
    sample_rate_hz: u32,
    /// Samples that have passed.
    samples: usize,
    packet: Vec<f32>,
}

impl Kept {
    fn new(ranges: Vec<Range<usize>>) -> Self {
        Self {
            stretches: vec![Vec::new(); ranges.len()],
            ranges,
            sample_rate_hz: 0,
            samples: 0,
            packet: Vec::new(),
        }
    }
}

impl Sink for Kept {
    fn restart(&mut self) {
        self.samples = 0;
        self.stretches.iter_mut().for_each(Vec::clear);
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.sample_rate_hz = sample_rate_hz;
        mix(channels, &mut self.packet);
        let passed = self.samples..self.samples + self.packet.len();
        for (range, stretch) in self.ranges.iter().zip(&mut self.stretches) {
            let start = range.start.max(passed.start);
            let end = range.end.min(passed.end);
            if start < end {
                stretch.extend(&self.packet[start - passed.start..end - passed.start]);
            }
        }
        self.samples = passed.end;
        true
    }
}

/// The mean of the channels, as [`tagline_media::Audio::mono`] computes it.
fn mix(channels: &[Vec<f32>], mono: &mut Vec<f32>) {
    mono.clone_from(&channels[0]);
    for channel in &channels[1..] {
        for (sum, sample) in mono.iter_mut().zip(channel) {
            *sum += sample;
        }
    }
    if channels.len() > 1 {
        let scale = 1.0 / channels.len() as f32;
        mono.iter_mut().for_each(|sample| *sample *= scale);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A stereo wav file of 16 bits.
    fn wav(samples: u32) -> tempfile::NamedTempFile {
        let frames =
            (0..samples).flat_map(|k| [(k * 37 % 30_000) as i16, -((k * 11 % 9_000) as i16)]);
        let bytes = samples * 4;
        let mut file = b"RIFF".to_vec();
        file.extend((36 + bytes).to_le_bytes());
        file.extend(b"WAVEfmt \x10\0\0\0\x01\0\x02\0");
        file.extend(8_000u32.to_le_bytes());
        file.extend(32_000u32.to_le_bytes());
        file.extend(b"\x04\0\x10\0data");
        file.extend(bytes.to_le_bytes());
        file.extend(frames.flat_map(i16::to_le_bytes));
        let path = tempfile::Builder::new().suffix(".wav").tempfile().unwrap();
        std::fs::write(path.path(), file).unwrap();
        path
    }

    #[test]
    fn a_long_file_gives_the_same_as_one_that_is_kept_whole() {
        let file = wav(50_000);
        let whole = tagline_media::decode(file.path()).unwrap().mono();
        let ranges = [0..10, 9..2_500, 30_000..49_999];
        for kept in [100_000, 50_000, 49_999, 1] {
            let chosen = |rate, samples| {
                assert_eq!((rate, samples), (8_000, 50_000));
                Ok::<_, DecodeError>(ranges.to_vec())
            };
            let found = decode_keeping(file.path(), kept, chosen).unwrap();
            for ((start, stretch), range) in found.stretches.into_iter().zip(ranges.clone()) {
                assert_eq!(start, range.start);
                assert!(stretch == whole[range], "{kept} kept");
            }
        }
    }
}
