//! What Python calls audio: the path of a file, or an array with its sample rate.

use std::path::PathBuf;

use numpy::{PyArrayDyn, PyArrayMethods, PyUntypedArrayMethods};
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use tagline_media::mix;

/// More channels are samples that stand in the channels' place.
const MOST_CHANNELS: usize = 256;

/// Audio that was handed in.
pub enum Audio {
    /// A file.
    File(PathBuf),
    /// Samples.
    Samples(Samples),
}

/// A mono signal.
pub struct Samples {
    /// Samples a second.
    pub rate_hz: f64,
    /// The mean of its channels.
    pub mono: Vec<f32>,
}

impl Audio {
    /// Reads `audio`: a path without `sample_rate`, or an array with it.
    ///
    /// # Errors
    /// `TypeError` or `ValueError` says what was expected.
    pub fn of(audio: &Bound<'_, PyAny>, sample_rate: Option<f64>) -> PyResult<Self> {
        match (path(audio), sample_rate) {
            (Some(path), None) => Ok(Self::File(path)),
            (Some(_), Some(_)) => Err(PyTypeError::new_err(
                "a file says its sample rate itself, so leave out sample_rate",
            )),
            (None, Some(rate_hz)) => Ok(Self::Samples(Samples {
                rate_hz,
                mono: mono(audio)?,
            })),
            (None, None) => Err(PyTypeError::new_err(
                "an array needs its sample_rate, in Hz",
            )),
        }
    }
}

/// A path, if `audio` is a text or has one.
fn path(audio: &Bound<'_, PyAny>) -> Option<PathBuf> {
    // An array is no path, although bytes would be one.
    if audio.hasattr("__array__").unwrap_or(false) {
        return None;
    }
    audio.extract().ok()
}

/// The mean of an array's channels.
///
/// # Errors
/// `TypeError` for other values than floats, `ValueError` for another shape than `[samples]` or
/// `[channels, samples]`.
pub fn mono(array: &Bound<'_, PyAny>) -> PyResult<Vec<f32>> {
    let py = array.py();
    let array = py.import("numpy")?.call_method1("asarray", (array,))?;
    let dtype = array.getattr("dtype")?;
    if dtype.getattr("kind")?.extract::<String>()? != "f" {
        let dtype = dtype.str()?;
        return Err(PyTypeError::new_err(format!(
            "samples must be floats from -1 to 1, not {dtype}; divide 16-bit samples by 32768"
        )));
    }
    let array = array.call_method1("astype", ("float32",))?;
    let array = array.cast_into::<PyArrayDyn<f32>>()?;
    let values = array.try_readonly()?;
    let values = values.as_array();
    let channels: Vec<Vec<f32>> = match *array.shape() {
        [_] => return Ok(values.iter().copied().collect()),
        [channels, _] if (1..=MOST_CHANNELS).contains(&channels) => values
            .outer_iter()
            .map(|channel| channel.iter().copied().collect())
            .collect(),
        ref shape => {
            return Err(PyValueError::new_err(format!(
                "samples must have the shape [samples] or [channels, samples], not {shape:?}; \
                 perhaps array.T is meant"
            )));
        }
    };
    let mut mono = Vec::new();
    mix(&channels, &mut mono);
    Ok(mono)
}
