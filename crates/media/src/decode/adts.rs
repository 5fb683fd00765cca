//! AAC whose frames follow each other without a container (ISO 13818-7, ADTS).

use std::io::Read;

use symphonia::core::audio::{Channels, Position};
use symphonia::core::codecs::audio::well_known::CODEC_ID_AAC;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::packet::PacketRef;
use symphonia::core::units::{Duration, Timestamp};
use symphonia::default::get_codecs;

use super::frames::{Frames, Header};
use super::planes;
use super::source::{Piece, Source};

const RATES_HZ: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];
const SAMPLES: u32 = 1_024;
/// Frames in a row that prove a stream.
const PROOF: usize = 6;

/// Reads the header of a frame.
pub(crate) fn parse(bytes: &[u8]) -> Option<Header> {
    let word = u64::from_be_bytes(*bytes.first_chunk()?) >> 8;
    // 12 bits of ones, the version, and a layer of 0.
    if word >> 44 != 0xfff || word >> 41 & 3 != 0 {
        return None;
    }
    let header_bytes = if word >> 40 & 1 == 1 { 7 } else { 9 };
    let bytes = (word >> 13 & 0x1fff) as usize;
    let rate_hz = *RATES_HZ.get((word >> 34 & 15) as usize)?;
    (bytes > header_bytes).then_some(Header {
        bytes,
        header_bytes,
        // Version, profile, rate and channels.
        kind: (word >> 30) as u32 & 0x23f7,
        proof: PROOF,
        samples: SAMPLES,
        rate_hz,
        channels: (word >> 30 & 7) as u8,
    })
}

/// AAC in ADTS.
pub(crate) struct Adts<R> {
    frames: Frames<R>,
    decoder: Option<(u32, Box<dyn AudioDecoder>)>,
}

impl<R: Read> Adts<R> {
    pub fn new(source: R) -> Self {
        Self {
            frames: Frames::new(source, parse),
            decoder: None,
        }
    }
}

fn decoder_for(header: &Header) -> Result<Box<dyn AudioDecoder>, String> {
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(CODEC_ID_AAC)
        .with_sample_rate(header.rate_hz);
    if let Some(channels) = layout(header.channels) {
        parameters.with_channels(channels);
    }
    get_codecs()
        .make_audio_decoder(&parameters, &AudioDecoderOptions::default())
        .map_err(|error| error.to_string())
}

/// The channels of a configuration (ISO 13818-7, table 8).
fn layout(configuration: u8) -> Option<Channels> {
    let front = Position::FRONT_LEFT | Position::FRONT_RIGHT;
    let positions = match configuration {
        1 => Position::FRONT_CENTER,
        2 => front,
        3 => front | Position::FRONT_CENTER,
        4 => front | Position::FRONT_CENTER | Position::REAR_CENTER,
        5 => front | Position::FRONT_CENTER | Position::REAR_LEFT | Position::REAR_RIGHT,
        6 => {
            let rear = Position::REAR_LEFT | Position::REAR_RIGHT;
            front | Position::FRONT_CENTER | rear | Position::LFE1
        }
        _ => return None,
    };
    Some(Channels::Positioned(positions))
}

impl<R: Read> Source for Adts<R> {
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece {
        let (header, frame) = match self.frames.next() {
            Ok(Some(frame)) => frame,
            Ok(None) => return Piece::End,
            Err(error) => return Piece::Cut(error.to_string()),
        };
        if !matches!(&self.decoder, Some((kind, _)) if *kind == header.kind) {
            match decoder_for(&header) {
                Ok(decoder) => self.decoder = Some((header.kind, decoder)),
                Err(reason) => return Piece::Cut(reason),
            }
        }
        let Some((_, decoder)) = &mut self.decoder else {
            return Piece::End;
        };
        let packet = PacketRef::new(
            0,
            Timestamp::ZERO,
            Duration::ZERO,
            &frame[header.header_bytes..],
        );
        match decoder.decode_ref(&packet) {
            Ok(decoded) => {
                planes::copy(&decoded, planes);
                Piece::Audio(header.rate_hz)
            }
            Err(error) => Piece::Damaged(error.to_string()),
        }
    }

    fn promised_seconds(&self) -> Option<f64> {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_frame_is_in_its_header() {
        // AAC-LC, 44.1 kHz, stereo, 371 bytes, no check sum.
        let header = parse(&[0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc, 0x21]).unwrap();
        assert_eq!((header.bytes, header.header_bytes), (371, 7));
        assert_eq!((header.rate_hz, header.channels), (44_100, 2));
        // MPEG audio has a layer in that place.
        assert_eq!(parse(&[0xff, 0xfb, 0x90, 0x64, 0, 0, 0, 0]), None);
    }
}
