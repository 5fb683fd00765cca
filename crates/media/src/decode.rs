//! Decoding of audio files: whole, or packet by packet.

mod adts;
mod aiff;
mod au;
mod caf;
mod chunks;
mod codec_names;
mod container;
mod edit_list;
mod error;
mod frames;
mod input;
mod known_formats;
mod matroska;
mod mpeg;
mod open;
mod opus;
mod padded;
mod pcm;
mod planes;
mod run;
mod shape;
mod source;
mod wave;

use std::fs::File;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use self::input::Input;
use self::run::Run;
use crate::{Audio, Sink};

pub use error::DecodeError;
pub(crate) use error::MAX_SAMPLES;

/// Decodes an audio file (the table in `docs/formats.md` says which): its default audio track, without
/// the encoder's delay and padding where the file tells them.
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
    if let Some(remark) = decode_to(path, &mut audio)? {
        tracing::warn!("{}: {remark}", path.display());
    }
    Ok(audio)
}

/// The same, packet by packet, so that a long file need not be in memory, and with remarks
/// remark (what is damaged and yet used) in place of a warning. What `sink` has taken counts only if
/// there is no error.
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
    let decoded = open_input(path, name).and_then(|input| {
        let progress = input.progress();
        let source = open::open(name, input)?;
        Run::new(name, source, progress, sink).run()
    });
    match decoded {
        Err(error @ (DecodeError::Damaged { .. } | DecodeError::Nothing { .. })) => {
            let input = open_input(path, name)?;
            let progress = input.progress();
            match open::open_stream(name, input) {
                Some(Ok(source)) => Run::new(name, Box::new(source), progress, sink)
                    .run()
                    .map_err(|_| error),
                _ => Err(error),
            }
        }
        result => result,
    }
}

fn open_input(path: &Path, name: &str) -> Result<Input, DecodeError> {
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
    Input::new(File::open(path).map_err(io)?, metadata.len()).map_err(io)
}
