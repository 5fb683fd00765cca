//! Hears samples as `trainer tag` hears a file.

use std::path::{Path, PathBuf};

use pyo3::prelude::*;
use tagline_engine::{FrontEnd, FrontEndSpec, InferenceError};
use tagline_media::{decode, mix};
use trainer::tag::{At, Heard, Listener, NoTags as Why, TaggedFile, Tagger, Update};

use crate::audio::Samples;
use crate::error::{NoTags, of_file, refused};
use crate::rows;

/// Listens to samples as to a file.
///
/// # Errors
/// `TaglineError` for an impossible rate.
pub fn of_samples(tagger: &mut Tagger, samples: &Samples) -> PyResult<TaggedFile> {
    let listener = Listener::new(tagger.tagging(), samples.rate_hz);
    let mut listener = listener.map_err(refused)?;
    let heard = listener
        .push(tagger, &samples.mono)
        .and_then(|()| listener.finish(tagger));
    let Heard {
        seconds,
        last,
        updates,
    } = heard.map_err(|error: InferenceError| refused(error))?;
    Ok(TaggedFile {
        path: PathBuf::new(),
        seconds,
        backend: tagger.backend(),
        last,
        updates,
        remark: None,
    })
}

/// The samples of a file.
///
/// # Errors
/// What is wrong with the file.
pub fn samples_of(path: &Path) -> PyResult<Samples> {
    let audio = decode(path).map_err(|error| of_file(error.into()))?;
    let mut mono = Vec::new();
    mix(&audio.channels, &mut mono);
    Ok(Samples {
        rate_hz: audio.sample_rate_hz.into(),
        mono,
    })
}

/// What a front-end makes of all the samples: how many values a frame has, and `[value, frame]`.
///
/// # Errors
/// `TaglineError` for an impossible rate.
pub fn log_mel(spec: &FrontEndSpec, samples: &Samples) -> PyResult<(usize, Vec<f32>)> {
    let mut front_end = FrontEnd::new(spec, samples.rate_hz).map_err(refused)?;
    let mut frames = Vec::new();
    front_end.push(&samples.mono, |frame| frames.extend_from_slice(frame));
    front_end.finish(|frame| frames.extend_from_slice(frame));
    let bands = spec.frame_values();
    let count = frames.len() / bands.max(1);
    let values = (0..bands * count).map(|at| frames[at % count * bands + at / count]);
    Ok((bands, values.collect()))
}

/// `of` the last update, or of each if `at` is a number.
///
/// # Errors
/// `NoTags` if there is none.
pub fn values<'py>(
    py: Python<'py>,
    file: &TaggedFile,
    at: At,
    of: fn(&Update) -> &Vec<f32>,
) -> PyResult<Bound<'py, PyAny>> {
    let last = file
        .last
        .as_ref()
        .map_err(|why: &Why| NoTags::new_err(why.to_string()))?;
    match at {
        At::Windows(_) => {
            let values = file.updates.iter().flat_map(of);
            let table = rows::table(py, values.copied().collect(), of(last).len())?;
            Ok(table.into_any())
        }
        At::End | At::Mean | At::Max => Ok(rows::array(py, of(last)).into_any()),
    }
}
