//! Files whose packets a format reader of symphonia's finds: FLAC, Ogg, MP4, Matroska, CAF, and WAVE
//! files of compressed samples.

use symphonia::core::codecs::audio::well_known::CODEC_ID_OPUS;
use symphonia::core::codecs::audio::{AudioCodecParameters, AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, Track, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream};
use symphonia::core::packet::Packet;
use symphonia::default::{get_codecs, get_probe};

use super::codec_names::codec_name;
use super::edit_list::Edit;
use super::error::DecodeError;
use super::known_formats::conversion;
use super::opus::{self, Opus};
use super::planes;
use super::source::{Piece, Source};

/// Most songs of one chained file.
const MAX_SONGS: usize = 10_000;

/// A file in a container.
pub(super) struct Container {
    reader: Box<dyn FormatReader>,
    track: OpenTrack,
    songs: usize,
    name: String,
}

/// A track, its decoder, and what is to be heard of it.
struct OpenTrack {
    id: u32,
    codec: Codec,
    promised_seconds: Option<f64>,
    /// Part of the track that is to be heard.
    edit: Option<Edit>,
    /// Samples of each channel that have been decoded.
    decoded: u64,
}

enum Codec {
    Symphonia(Box<dyn AudioDecoder>),
    Opus(Box<Opus>),
}

impl Codec {
    fn new(parameters: &AudioCodecParameters) -> Result<Self, String> {
        if parameters.codec == CODEC_ID_OPUS {
            let channels = parameters.channels.as_ref().map_or(2, |c| c.count());
            let opus = Opus::new(parameters.extra_data.as_deref(), channels)?;
            return Ok(Self::Opus(Box::new(opus)));
        }
        get_codecs()
            .make_audio_decoder(parameters, &AudioDecoderOptions::default())
            .map(Self::Symphonia)
            .map_err(|error| error.to_string())
    }

    /// Decodes a packet; gives its rate in Hz.
    fn decode(
        &mut self,
        packet: &Packet,
        planes: &mut Vec<Vec<f32>>,
    ) -> Result<u32, SymphoniaError> {
        match self {
            Self::Symphonia(decoder) => {
                let decoded = decoder.decode(packet)?;
                planes::copy(&decoded, planes);
                Ok(decoded.spec().rate())
            }
            Self::Opus(decoder) => {
                decoder
                    .decode(&packet.data, planes)
                    .map_err(|_| SymphoniaError::DecodeError("a damaged packet"))?;
                // The container knows how much of the last packet is to be heard.
                planes::cut(planes, 0, packet.trim_end.get() as usize);
                Ok(opus::RATE_HZ)
            }
        }
    }
}

impl Container {
    /// Opens the file `name`. `edits` are those of its tracks.
    pub fn open(
        name: &str,
        source: Box<dyn MediaSource>,
        edits: &[Edit],
    ) -> Result<Self, DecodeError> {
        let stream = MediaSourceStream::new(source, Default::default());
        let reader = get_probe()
            .probe(&Hint::new(), stream, Default::default(), Default::default())
            .map_err(|error| probe_error(name, error))?;
        let mut track = open_track(name, &*reader)?;
        track.edit = edits.iter().find(|edit| edit.track == track.id).copied();
        Ok(Self {
            reader,
            track,
            songs: 1,
            name: name.to_owned(),
        })
    }

    /// Number of the track that is read.
    pub fn track(&self) -> u32 {
        self.track.id
    }
}

impl Source for Container {
    fn next(&mut self, planes: &mut Vec<Vec<f32>>) -> Piece {
        loop {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) if packet.track_id == self.track.id => packet,
                Ok(Some(_)) => continue,
                Ok(None) => return Piece::End,
                Err(SymphoniaError::ResetRequired) if self.songs < MAX_SONGS => {
                    // The next of several songs in one chained file.
                    self.songs += 1;
                    match open_track(&self.name, &*self.reader) {
                        Ok(track) => self.track = track,
                        Err(error) => return Piece::Cut(error.to_string()),
                    }
                    self.track.promised_seconds = None;
                    continue;
                }
                Err(error) => return Piece::Cut(error.to_string()),
            };
            match self.track.codec.decode(&packet, planes) {
                Ok(rate_hz) => {
                    self.track.trim(rate_hz, planes);
                    return Piece::Audio(rate_hz);
                }
                Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                    return Piece::Damaged("a damaged packet".to_owned());
                }
                Err(SymphoniaError::ResetRequired) => {
                    if let Codec::Symphonia(decoder) = &mut self.track.codec {
                        decoder.reset();
                    }
                }
                Err(error) => return Piece::Cut(error.to_string()),
            }
        }
    }

    fn promised_seconds(&self) -> Option<f64> {
        let all = self.track.promised_seconds?;
        Some(match self.track.edit {
            Some(edit) => {
                let rest = (all - edit.start_seconds).max(0.0);
                edit.seconds.map_or(rest, |seconds| seconds.min(rest))
            }
            None => all,
        })
    }
}

impl OpenTrack {
    /// Keeps the part of a packet that is to be heard.
    fn trim(&mut self, rate_hz: u32, planes: &mut [Vec<f32>]) {
        let samples = planes.first().map_or(0, Vec::len) as u64;
        let at = |seconds: f64| (seconds * f64::from(rate_hz)).round() as u64;
        let (start, end) = match (&self.codec, self.edit) {
            (_, Some(edit)) => {
                let start = at(edit.start_seconds);
                let end = edit.seconds.map_or(u64::MAX, |seconds| start + at(seconds));
                (start, end)
            }
            (Codec::Opus(opus), None) => (opus.pre_skip as u64, u64::MAX),
            _ => return,
        };
        let before = start.saturating_sub(self.decoded).min(samples);
        let after = (self.decoded + samples).saturating_sub(end).min(samples);
        self.decoded += samples;
        planes::cut(planes, before as usize, after as usize);
    }
}

fn probe_error(name: &str, error: SymphoniaError) -> DecodeError {
    let path = name.to_owned();
    match error {
        SymphoniaError::IoError(source) if source.kind() != std::io::ErrorKind::UnexpectedEof => {
            DecodeError::Io { path, source }
        }
        error => DecodeError::Damaged {
            path,
            reason: error.to_string(),
        },
    }
}

/// Opens the default audio track.
fn open_track(name: &str, reader: &dyn FormatReader) -> Result<OpenTrack, DecodeError> {
    let format = reader.format_info().short_name;
    let no_track = || DecodeError::NoAudioTrack {
        path: name.to_owned(),
        format: format.to_owned(),
    };
    let track = reader
        .default_track(TrackType::Audio)
        .or_else(|| reader.first_track(TrackType::Audio))
        .ok_or_else(no_track)?;
    let parameters = track
        .codec_params
        .as_ref()
        .and_then(|parameters| parameters.audio())
        .ok_or_else(no_track)?;
    let codec = Codec::new(parameters).map_err(|reason| DecodeError::UnsupportedCodec {
        path: name.to_owned(),
        codec: codec_name(parameters.codec),
        reason,
        command: conversion(name),
    })?;
    Ok(OpenTrack {
        id: track.id,
        codec,
        promised_seconds: promised_seconds(track, parameters),
        edit: None,
        decoded: 0,
    })
}

/// How long the container says that a track is.
fn promised_seconds(track: &Track, parameters: &AudioCodecParameters) -> Option<f64> {
    if let (Some(duration), Some(base)) = (track.duration, track.time_base) {
        let unit = f64::from(base.numer.get()) / f64::from(base.denom.get());
        return Some(duration.get() as f64 * unit);
    }
    Some(track.num_frames? as f64 / f64::from(parameters.sample_rate?))
}
