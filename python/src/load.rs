//! Files as arrays.

use std::path::PathBuf;

use numpy::PyArray2;
use pyo3::prelude::*;
use tagline_media::{Audio, decode_to};

use crate::error::{of_file, warn};
use crate::rows;

/// The samples of a file, as a tagger hears them before it mixes their channels.
///
/// Returns
/// -------
/// (samples, sample_rate)
///     float32 `[channels, samples]`, mostly from -1 to 1, and int.
///
/// Raises
/// ------
/// OSError, TaglineError
///     The file cannot be read, or is no audio.
#[pyfunction]
pub fn load(py: Python<'_>, path: PathBuf) -> PyResult<(Bound<'_, PyArray2<f32>>, u32)> {
    let mut audio = Audio {
        sample_rate_hz: 0,
        channels: Vec::new(),
    };
    let decoded = py.detach(|| decode_to(&path, &mut audio));
    if let Some(remark) = decoded.map_err(|error| of_file(error.into()))? {
        warn(py, &path, &remark)?;
    }
    let samples = audio.channels.first().map_or(0, Vec::len);
    let table = rows::table(py, audio.channels.concat(), samples)?;
    Ok((table, audio.sample_rate_hz))
}
