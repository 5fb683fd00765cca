//! Recognises the kind of a file by its content, whatever its name ends in, and opens its reader.

use std::io::{BufReader, Read, Result as IoResult, Seek, SeekFrom};

use symphonia::core::io::ReadOnlySource;

use super::adts::{self, Adts};
use super::container::Container;
use super::edit_list::Edit;
use super::error::DecodeError;
use super::frames::{Frames, Parse};
use super::input::Input;
use super::known_formats::{conversion, known_format, no_audio};
use super::matroska::Padding;
use super::mpeg::{self, Mpeg};
use super::padded::Padded;
use super::pcm::{Layout, Pcm};
use super::shape::check_shape;
use super::source::Source;
use super::{aiff, au, caf, edit_list, matroska, wave};

/// Bytes of a file's beginning that tell its kind.
const HEAD: usize = 512;

/// Opens the file `name`, from `input`.
pub(super) fn open(name: &str, mut input: Input) -> Result<Box<dyn Source>, DecodeError> {
    let io = io_error(name);
    let mut head = [0; HEAD];
    let read = input.read_at(0, &mut head).map_err(&io)?;
    let head = &head[..read];
    if let Some(format) = known_format(head) {
        return Err(DecodeError::UnsupportedFormat {
            path: name.to_owned(),
            format,
            command: conversion(name),
        });
    }
    if let Some(what) = no_audio(head) {
        return Err(not_audio(name, what));
    }
    if let Some(style) = wave::style(head) {
        let found = wave::find(&mut input, style).map_err(&io)?;
        let wave = found.map_err(|reason| damaged(name, reason))?;
        return open_wave(name, input, wave);
    }
    if aiff::is_aiff(head) {
        return open_aiff(name, input);
    }
    if au::is_au(head) {
        return open_au(name, input, head);
    }
    match container(head) {
        Some("CAF") => {
            if let Some(caf) = caf::find(&mut input).map_err(&io)? {
                let frame_bytes = caf.layout.encoding.bytes() * caf.layout.channels;
                let promised = caf.bytes.map(|bytes| bytes / frame_bytes.max(1) as u64);
                return open_pcm(name, input, caf.layout, caf.start, promised, None);
            }
            open_container(name, input, &[], &[])
        }
        Some("MP4") => {
            let edits = edit_list::edits(&mut input).map_err(&io)?;
            open_container(name, input, &edits, &[])
        }
        Some("Matroska") => {
            let paddings = matroska::paddings(&mut input).map_err(&io)?;
            open_container(name, input, &[], &paddings)
        }
        Some(_) => open_container(name, input, &[], &[]),
        None => open_frames(name, input),
    }
}

/// Opens a file in a container once more, as a stream whose end is not known: a cut m4a file is refused
/// where its length can be asked. `None` if it is in none.
pub(super) fn open_stream(name: &str, mut input: Input) -> Option<Result<Container, DecodeError>> {
    let mut head = [0; HEAD];
    let read = input.read_at(0, &mut head).ok()?;
    container(&head[..read])?;
    input.seek(SeekFrom::Start(0)).ok()?;
    let stream = Box::new(ReadOnlySource::new(input));
    Some(Container::open(name, stream, &[]))
}

/// Name of the container that begins like this, if symphonia reads it.
fn container(head: &[u8]) -> Option<&'static str> {
    let begins = |at: usize, magic: &[u8]| head.get(at..).is_some_and(|b| b.starts_with(magic));
    if begins(0, b"fLaC") {
        Some("FLAC")
    } else if begins(0, b"OggS") {
        Some("Ogg")
    } else if begins(0, b"caff") {
        Some("CAF")
    } else if begins(0, b"\x1a\x45\xdf\xa3") {
        Some("Matroska")
    } else if [b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"]
        .iter()
        .any(|name| begins(4, *name))
    {
        Some("MP4")
    } else {
        None
    }
}

fn open_container(
    name: &str,
    mut input: Input,
    edits: &[Edit],
    paddings: &[Padding],
) -> Result<Box<dyn Source>, DecodeError> {
    input.seek(SeekFrom::Start(0)).map_err(io_error(name))?;
    let container = Container::open(name, Box::new(input), edits)?;
    let track = container.track();
    Ok(
        match paddings.iter().find(|padding| padding.track == track) {
            Some(padding) => Box::new(Padded::new(container, padding.nanoseconds)),
            None => Box::new(container),
        },
    )
}

fn open_wave(name: &str, input: Input, wave: wave::Wave) -> Result<Box<dyn Source>, DecodeError> {
    let io = io_error(name);
    let format = &wave.format;
    check_shape(name, format.rate_hz, format.channels.into())?;
    if let Some(layout) = format.layout() {
        let frame_bytes = (layout.encoding.bytes() * layout.channels) as u64;
        let promised = wave.promised.map(|bytes| bytes / frame_bytes);
        let samples = stretch(input, wave.start, wave.bytes).map_err(&io)?;
        return Ok(Box::new(Pcm::new(samples, layout, promised, wave.remark)));
    }
    match format.tag {
        0x50 | 0x55 => {
            let frames = stretch(input, wave.start, wave.bytes).map_err(&io)?;
            Ok(Box::new(Mpeg::new(frames)))
        }
        // ADPCM of Microsoft's and IMA's kind.
        0x02 | 0x11 => {
            let plain = wave::Plain::new(input, &wave).map_err(&io)?;
            let source = Box::new(ReadOnlySource::new(plain));
            Ok(Box::new(Container::open(name, source, &[])?))
        }
        _ => Err(unsupported(name, format.codec())),
    }
}

fn open_aiff(name: &str, mut input: Input) -> Result<Box<dyn Source>, DecodeError> {
    let io = io_error(name);
    let found = aiff::find(&mut input).map_err(&io)?;
    let aiff = found.map_err(|refused| match refused {
        aiff::Refused::Damaged(reason) => damaged(name, reason),
        aiff::Refused::Codec(codec) => unsupported(name, codec),
    })?;
    open_pcm(
        name,
        input,
        aiff.layout,
        aiff.start,
        aiff.promised,
        aiff.remark,
    )
}

fn open_au(name: &str, input: Input, head: &[u8]) -> Result<Box<dyn Source>, DecodeError> {
    let au = au::parse(head).ok_or_else(|| damaged(name, "its header is cut".to_owned()))?;
    let layout = au
        .layout
        .map_err(|codec| unsupported(name, format!("codec {codec} of AU files")))?;
    let frame_bytes = layout.encoding.bytes().max(1) * layout.channels.max(1);
    let promised = au.bytes.map(|bytes| bytes / frame_bytes as u64);
    open_pcm(name, input, layout, au.start, promised, None)
}

fn open_pcm(
    name: &str,
    input: Input,
    layout: Layout,
    start: u64,
    promised: Option<u64>,
    remark: Option<String>,
) -> Result<Box<dyn Source>, DecodeError> {
    check_shape(name, layout.rate_hz, layout.channels)?;
    let frame_bytes = (layout.encoding.bytes() * layout.channels) as u64;
    let bytes = promised.map_or(u64::MAX, |promised| promised.saturating_mul(frame_bytes));
    let samples = stretch(input, start, bytes).map_err(io_error(name))?;
    Ok(Box::new(Pcm::new(samples, layout, promised, remark)))
}

/// Frames without a container, or no audio at all.
fn open_frames(name: &str, mut input: Input) -> Result<Box<dyn Source>, DecodeError> {
    let io = io_error(name);
    if begins_stream(&mut input, mpeg::parse).map_err(&io)? {
        return Ok(Box::new(Mpeg::new(BufReader::new(input))));
    }
    if begins_stream(&mut input, adts::parse).map_err(&io)? {
        return Ok(Box::new(Adts::new(BufReader::new(input))));
    }
    Err(not_audio(name, "it begins like none of them"))
}

/// Whether frames follow each other in the file; it is then back at its start.
fn begins_stream(input: &mut Input, parse: Parse) -> IoResult<bool> {
    input.seek(SeekFrom::Start(0))?;
    let found = Frames::new(&mut *input, parse).next()?.is_some();
    input.seek(SeekFrom::Start(0))?;
    Ok(found)
}

/// A part of a file.
fn stretch(mut input: Input, start: u64, bytes: u64) -> IoResult<impl Read + 'static> {
    input.seek(SeekFrom::Start(start))?;
    Ok(BufReader::new(input.take(bytes)))
}

fn io_error(name: &str) -> impl Fn(std::io::Error) -> DecodeError + '_ {
    move |source| DecodeError::Io {
        path: name.to_owned(),
        source,
    }
}

fn damaged(name: &str, reason: String) -> DecodeError {
    DecodeError::Damaged {
        path: name.to_owned(),
        reason,
    }
}

fn not_audio(name: &str, reason: &str) -> DecodeError {
    DecodeError::NotAudio {
        path: name.to_owned(),
        reason: reason.to_owned(),
    }
}

fn unsupported(name: &str, codec: String) -> DecodeError {
    DecodeError::UnsupportedCodec {
        path: name.to_owned(),
        codec,
        reason: "no decoder for it is built in".to_owned(),
        command: conversion(name),
    }
}
