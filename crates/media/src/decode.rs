//! Decoding of audio files, through symphonia: whole, or packet by packet.

use std::fs::File;
use std::io::ErrorKind;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use symphonia::core::audio::{GenericAudioBufferRef, sample::Sample};
use symphonia::core::codecs::audio::{AudioDecoder, AudioDecoderOptions};
use symphonia::core::errors::Error as SymphoniaError;
use symphonia::core::formats::probe::Hint;
use symphonia::core::formats::{FormatReader, TrackType};
use symphonia::core::io::{MediaSource, MediaSourceStream, ReadOnlySource};
use symphonia::default::{get_codecs, get_probe};

use crate::codec_names::codec_name;
use crate::decode_error::{DecodeError, MAX_CHANNELS};
use crate::{Audio, Sink};

/// Most songs of one chained file.
const MAX_SONGS: usize = 10_000;

/// Sample rates that are taken for real, in Hz: what the analysis accepts.
const SAMPLE_RATES_HZ: std::ops::RangeInclusive<u32> = 1_000..=768_000;

/// A damaged file is used if at least this much of it can be decoded.
const LEAST_USEFUL_SECONDS: f64 = 1.0;

/// Decodes a wav, flac, mp3, ogg vorbis, m4a (AAC or ALAC) or aiff file: its default audio track,
/// without the encoder's delay and padding where the file tells them.
///
/// Damaged packets are left out, as players do. A file that ends early gives what comes before
/// that, with a warning, if it is a second at least.
///
/// # Errors
/// [`DecodeError`] names the file and what is wrong with it.
pub fn decode(path: &Path) -> Result<Audio, DecodeError> {
    let mut audio = Audio {
        sample_rate_hz: 0,
        channels: Vec::new(),
    };
    if let Some(damage) = decode_to(path, &mut audio)? {
        tracing::warn!("{}: {damage}", path.display());
    }
    Ok(audio)
}

/// The same, packet by packet, so that a long file need not be in memory, and with what was found
/// damaged and yet used in place of a warning. What `sink` has taken counts only if there is no error.
///
/// # Errors
/// [`DecodeError`] names the file and what is wrong with it.
pub fn decode_to(path: &Path, sink: &mut dyn Sink) -> Result<Option<String>, DecodeError> {
    let name = path.display().to_string();
    // The format readers parse whatever a user drops on them: a panic in one of them must stay an
    // error of this file.
    catch_unwind(AssertUnwindSafe(|| decode_file(path, &name, sink))).unwrap_or_else(|_| {
        Err(DecodeError::Nothing {
            path: name.clone(),
            reason: "its decoder failed on damaged data".to_owned(),
        })
    })
}

fn decode_file(
    path: &Path,
    name: &str,
    sink: &mut dyn Sink,
) -> Result<Option<String>, DecodeError> {
    let io = |source| DecodeError::Io {
        path: name.to_owned(),
        source,
    };
    // Asked before opening: opening a pipe would wait for its writer.
    let metadata = std::fs::metadata(path).map_err(io)?;
    if !metadata.is_file() {
        return Err(DecodeError::NotAFile {
            path: name.to_owned(),
        });
    }
    if metadata.len() == 0 {
        return Err(DecodeError::NotAudio {
            path: name.to_owned(),
            reason: "the file is empty".to_owned(),
        });
    }
    let mut hint = Hint::new();
    if let Some(extension) = path.extension().and_then(|extension| extension.to_str()) {
        hint.with_extension(extension);
    }
    let source = Box::new(File::open(path).map_err(io)?);
    match decode_source(name, source, &hint, sink) {
        // A cut m4a file is refused where its length can be asked, and read up to the cut as a
        // stream.
        Err(error @ (DecodeError::Damaged { .. } | DecodeError::Nothing { .. })) => {
            let stream = Box::new(ReadOnlySource::new(File::open(path).map_err(io)?));
            decode_source(name, stream, &hint, sink).map_err(|_| error)
        }
        result => result,
    }
}

fn decode_source(
    name: &str,
    source: Box<dyn MediaSource>,
    hint: &Hint,
    sink: &mut dyn Sink,
) -> Result<Option<String>, DecodeError> {
    sink.restart();
    let stream = MediaSourceStream::new(source, Default::default());
    let reader = get_probe()
        .probe(hint, stream, Default::default(), Default::default())
        .map_err(|error| probe_error(name, error))?;
    let mut decoding = Decoding::start(name, reader, sink)?;
    decoding.run()?;
    decoding.finish()
}

fn probe_error(name: &str, error: SymphoniaError) -> DecodeError {
    let path = name.to_owned();
    match error {
        SymphoniaError::IoError(source) if source.kind() != ErrorKind::UnexpectedEof => {
            DecodeError::Io { path, source }
        }
        SymphoniaError::Unsupported(reason) => DecodeError::NotAudio {
            path,
            reason: reason.to_owned(),
        },
        error => DecodeError::Damaged {
            path,
            reason: error.to_string(),
        },
    }
}

/// A file on its way through the decoder.
struct Decoding<'a> {
    name: &'a str,
    reader: Box<dyn FormatReader + 'a>,
    track: OpenTrack,
    sink: &'a mut dyn Sink,
    /// Rate and number of channels, known from the first decoded packet.
    shape: Option<(u32, usize)>,
    /// Samples of each channel that have been handed on.
    samples: u64,
    packet: Vec<Vec<f32>>,
    bad_packets: usize,
    bad_samples: usize,
    songs: usize,
    /// Why the first bad packet was refused.
    first_reason: Option<String>,
    /// Why the container could not be read to its end.
    cut: Option<String>,
}

impl<'a> Decoding<'a> {
    fn start(
        name: &'a str,
        reader: Box<dyn FormatReader + 'a>,
        sink: &'a mut dyn Sink,
    ) -> Result<Self, DecodeError> {
        let track = open_track(name, &*reader)?;
        Ok(Self {
            name,
            reader,
            track,
            sink,
            shape: None,
            samples: 0,
            packet: Vec::new(),
            bad_packets: 0,
            bad_samples: 0,
            songs: 1,
            first_reason: None,
            cut: None,
        })
    }

    fn run(&mut self) -> Result<(), DecodeError> {
        loop {
            let packet = match self.reader.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(()),
                Err(SymphoniaError::ResetRequired) if self.songs < MAX_SONGS => {
                    // The next of several songs in one chained file.
                    self.songs += 1;
                    match open_track(self.name, &*self.reader) {
                        Ok(track) => self.track = track,
                        Err(error) => {
                            self.cut = Some(error.to_string());
                            return Ok(());
                        }
                    }
                    self.track.promised_samples = None;
                    continue;
                }
                Err(error) => {
                    self.cut = Some(error.to_string());
                    return Ok(());
                }
            };
            if packet.track_id != self.track.id {
                continue;
            }
            match self.track.decoder.decode(&packet) {
                Ok(decoded) => {
                    copy_planar(&decoded, &mut self.packet);
                    let rate_hz = decoded.spec().rate();
                    if !self.take_packet(rate_hz)? {
                        return Ok(());
                    }
                }
                Err(SymphoniaError::DecodeError(_) | SymphoniaError::IoError(_)) => {
                    self.bad_packets += 1;
                    self.first_reason
                        .get_or_insert_with(|| "every packet is damaged".to_owned());
                }
                Err(SymphoniaError::ResetRequired) => self.track.decoder.reset(),
                Err(error) => {
                    self.cut = Some(error.to_string());
                    return Ok(());
                }
            }
        }
    }

    /// Hands on `self.packet`. `false` if the file goes on in another shape, which one piece of
    /// audio cannot hold.
    fn take_packet(&mut self, rate_hz: u32) -> Result<bool, DecodeError> {
        if self.packet.first().is_none_or(Vec::is_empty) {
            return Ok(true);
        }
        let shape = (rate_hz, self.packet.len());
        if self.shape.is_none() {
            self.check_shape(rate_hz)?;
        }
        if *self.shape.get_or_insert(shape) != shape {
            self.cut = Some("its sample rate or number of channels changes midway".to_owned());
            return Ok(false);
        }
        let samples = self.packet.iter_mut().flatten();
        for sample in samples.filter(|sample| !sample.is_finite()) {
            *sample = 0.0;
            self.bad_samples += 1;
        }
        self.samples += self.packet[0].len() as u64;
        if self.sink.take(rate_hz, &self.packet) {
            Ok(true)
        } else {
            Err(DecodeError::TooLong {
                path: self.name.to_owned(),
            })
        }
    }

    fn check_shape(&self, rate_hz: u32) -> Result<(), DecodeError> {
        if !SAMPLE_RATES_HZ.contains(&rate_hz) {
            return Err(DecodeError::SampleRate {
                path: self.name.to_owned(),
                rate_hz,
            });
        }
        if !(1..=MAX_CHANNELS).contains(&self.packet.len()) {
            return Err(DecodeError::Channels {
                path: self.name.to_owned(),
                channels: self.packet.len(),
            });
        }
        Ok(())
    }

    /// What is damaged, if what could be decoded is of use.
    fn finish(mut self) -> Result<Option<String>, DecodeError> {
        let Some((rate_hz, _)) = self.shape else {
            let reason = self.cut.or(self.first_reason);
            return Err(DecodeError::Nothing {
                path: self.name.to_owned(),
                reason: reason.unwrap_or_else(|| "it holds no samples".to_owned()),
            });
        };
        let seconds = self.samples as f64 / f64::from(rate_hz);
        let missing_seconds = self.track.promised_samples.map_or(0.0, |promised| {
            promised as f64 / f64::from(rate_hz) - seconds
        });
        // Containers estimate their length: only a clear gap counts as a cut.
        if self.cut.is_none() && missing_seconds > (0.01 * seconds).max(1.0) {
            self.cut = Some(format!("it promises {missing_seconds:.1} s more"));
        }
        let mut damage = Vec::new();
        if let Some(reason) = self.cut {
            if seconds < LEAST_USEFUL_SECONDS {
                return Err(DecodeError::Truncated {
                    path: self.name.to_owned(),
                    seconds,
                    reason,
                });
            }
            damage.push(format!(
                "truncated after {seconds:.2} s ({reason}), and used up to there"
            ));
        }
        if self.bad_packets > 0 {
            damage.push(format!("{} damaged packets left out", self.bad_packets));
        }
        if self.bad_samples > 0 {
            let samples = self.bad_samples;
            damage.push(format!("{samples} samples that are no numbers set to 0"));
        }
        Ok((!damage.is_empty()).then(|| damage.join("; ")))
    }
}

/// A track and its decoder.
struct OpenTrack {
    id: u32,
    decoder: Box<dyn AudioDecoder>,
    /// Length in samples, if the container tells it.
    promised_samples: Option<u64>,
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
    let decoder = get_codecs()
        .make_audio_decoder(parameters, &AudioDecoderOptions::default())
        .map_err(|error| DecodeError::UnsupportedCodec {
            path: name.to_owned(),
            codec: codec_name(parameters.codec),
            reason: error.to_string(),
        })?;
    Ok(OpenTrack {
        id: track.id,
        decoder,
        promised_samples: track.num_frames,
    })
}

/// Copies `decoded` to `planes: [channel][sample]` as f32.
fn copy_planar(decoded: &GenericAudioBufferRef<'_>, planes: &mut Vec<Vec<f32>>) {
    planes.resize(decoded.num_planes(), Vec::new());
    for plane in planes.iter_mut() {
        plane.resize(decoded.frames(), f32::MID);
    }
    decoded.copy_to_slice_planar(planes);
}
