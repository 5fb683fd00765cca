//! MPEG audio, layers 2 and 3. It is read from frame to frame to the end of the data, whatever a header
//! promises. The encoder's delay and padding are cut from the ends of the file; where files were joined,
//! everything stays.

mod header;
mod info;

use std::io::Read;

use symphonia::core::codecs::audio::well_known::{CODEC_ID_MP2, CODEC_ID_MP3};
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::get_codecs;

pub(crate) use header::parse;

use self::header::layer;
use self::info::Info;
use super::frames::{Frames, Header};
use super::planes;
use super::source::{Piece, Source};

/// A count of frames may or may not include the frame that holds it.
const COUNT_TOLERANCE: u64 = 1;

/// MPEG audio: one song, or several that were joined.
pub(crate) struct Mpeg<R> {
    frames: Frames<R>,
    decoder: Option<(u32, u8, Box<dyn AudioDecoder>)>,
    song: Song,
    /// Decoded samples that may be the padding of a song's end: `[channel][sample]`.
    held: Vec<Vec<f32>>,
    packet: Vec<Vec<f32>>,
    rate_hz: u32,
    /// What the headers of the songs before promised, in seconds.
    promised_seconds: Option<f64>,
    /// What those that were too short promised, and what is there, in seconds.
    too_short: (f64, f64),
    is_over: bool,
}

/// One of the joined songs.
#[derive(Default)]
struct Song {
    info: Info,
    frames: u64,
    /// Samples that are still to be cut from the start.
    delay: usize,
    samples_of_frame: u32,
    rate_hz: u32,
}

impl Song {
    /// Samples of the frames.
    fn samples(&self, frames: u64) -> u64 {
        frames * u64::from(self.samples_of_frame)
    }

    /// Whether there are as many frames as promised, so that the padding is where it should be.
    fn is_as_promised(&self) -> bool {
        let off = |frames: u64| frames.abs_diff(self.frames) <= COUNT_TOLERANCE;
        self.info.frames.is_none_or(off)
    }
}

impl<R: Read> Mpeg<R> {
    pub fn new(source: R) -> Self {
        Self {
            frames: Frames::new(source, parse),
            decoder: None,
            song: Song::default(),
            held: Vec::new(),
            packet: Vec::new(),
            rate_hz: 0,
            promised_seconds: Some(0.0),
            too_short: (0.0, 0.0),
            is_over: false,
        }
    }

    /// Ends a song: the padding goes, and the rest that was held comes. `false` if there is nothing.
    fn end_song(&mut self, next: Info, planes: &mut Vec<Vec<f32>>) -> bool {
        let song = std::mem::take(&mut self.song);
        if song.frames > 0 {
            let seconds = |frames| song.samples(frames) as f64 / f64::from(song.rate_hz.max(1));
            let there = seconds(song.frames);
            let promised = song.info.frames.map(&seconds);
            self.promised_seconds = match (self.promised_seconds, promised) {
                (Some(before), Some(promised)) => Some(before + promised.max(there)),
                _ => None,
            };
            if let Some(promised) = promised
                && there - promised > f64::max(0.01 * there, 0.1)
            {
                self.too_short.0 += promised;
                self.too_short.1 += there;
            }
            // Where songs were joined, all stays as it is.
            if self.is_over && song.is_as_promised() {
                for channel in &mut self.held {
                    let padding = song.info.padding.min(channel.len());
                    channel.truncate(channel.len() - padding);
                }
            }
        }
        self.song.delay = if song.frames == 0 { next.delay } else { 0 };
        self.song.info = next;
        self.decoder = None;
        planes.clear();
        planes.append(&mut self.held);
        planes.first().is_some_and(|channel| !channel.is_empty())
    }

    /// Decodes a frame into `self.packet`.
    fn decode(
        decoder: &mut dyn AudioDecoder,
        frame: &[u8],
        into: &mut Vec<Vec<f32>>,
    ) -> Option<()> {
        let packet = PacketRef::new(0, Timestamp::ZERO, Duration::ZERO, frame);
        let decoded = decoder.decode_ref(&packet).ok()?;
        planes::copy(&decoded, into);
        Some(())
    }

    /// Moves what is certainly no padding from `self.held` to `planes`.
    fn release(&mut self, planes: &mut Vec<Vec<f32>>) -> bool {
        let held = self.held.first().map_or(0, Vec::len);
        let free = held.saturating_sub(self.song.info.padding);
        planes.clear();
        planes.extend(
            self.held
                .iter_mut()
                .map(|channel| channel.drain(..free).collect()),
        );
        free > 0
    }
}

fn decoder_for(header: &Header) -> Result<Box<dyn AudioDecoder>, String> {
    let codec = match layer(header.kind) {
        2 => CODEC_ID_MP2,
        _ => CODEC_ID_MP3,
    };
    let mut parameters = AudioCodecParameters::new();
    parameters.for_codec(codec).with_sample_rate(header.rate_hz);
    get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| error.to_string())
}

impl<R: Read> Source for Mpeg<R> {
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece {
        loop {
            if self.is_over {
                return Piece::End;
            }
            let (header, frame) = match self.frames.next() {
                Ok(Some(frame)) => frame,
                Ok(None) => {
                    self.is_over = true;
                    let rate_hz = self.rate_hz;
                    return match self.end_song(Info::default(), planes) {
                        true => Piece::Audio(rate_hz),
                        false => Piece::End,
                    };
                }
                Err(error) => return Piece::Cut(error.to_string()),
            };
            if let Some(info) = info::read(&header, frame) {
                let rate_hz = self.rate_hz;
                if self.end_song(info, planes) {
                    return Piece::Audio(rate_hz);
                }
                continue;
            }
            let shape = (header.kind, header.channels);
            if !matches!(&self.decoder, Some((kind, channels, _)) if (*kind, *channels) == shape) {
                match decoder_for(&header) {
                    Ok(decoder) => self.decoder = Some((shape.0, shape.1, decoder)),
                    Err(reason) => return Piece::Cut(reason),
                }
            }
            let Some((_, _, decoder)) = &mut self.decoder else {
                continue;
            };
            self.song.frames += 1;
            self.song.samples_of_frame = header.samples;
            self.song.rate_hz = header.rate_hz;
            if Self::decode(decoder.as_mut(), frame, &mut self.packet).is_none() {
                return Piece::Damaged("a damaged frame".to_owned());
            }
            let of_before = (self.rate_hz, self.held.len());
            let changed = of_before != (header.rate_hz, self.packet.len());
            // What was held has another shape than what comes.
            let earlier = (changed && self.held.first().is_some_and(|held| !held.is_empty()))
                .then(|| std::mem::take(&mut self.held));
            let cut = self.song.delay.min(self.packet.first().map_or(0, Vec::len));
            self.song.delay -= cut;
            self.held.resize(self.packet.len(), Vec::new());
            for (held, channel) in self.held.iter_mut().zip(&self.packet) {
                held.extend_from_slice(&channel[cut..]);
            }
            self.rate_hz = header.rate_hz;
            if let Some(earlier) = earlier {
                *planes = earlier;
                return Piece::Audio(of_before.0);
            }
            if self.release(planes) {
                return Piece::Audio(header.rate_hz);
            }
        }
    }

    fn promised_seconds(&self) -> Option<f64> {
        self.promised_seconds
    }

    fn remarks(&self) -> Vec<String> {
        let mut remarks = Vec::new();
        let (promised, there) = self.too_short;
        if there > 0.0 {
            remarks.push(format!(
                "its header promises {promised:.2} s, and {there:.2} s are there"
            ));
        }
        if self.frames.gaps > 0 {
            remarks.push(format!(
                "{} gaps between its frames, which were passed over",
                self.frames.gaps
            ));
        }
        remarks
    }
}
