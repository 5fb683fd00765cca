//! Which windows Python asks for.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use tagline_engine::Analyzer;
use trainer::tag::{At, Tagging, Windows};

/// Which windows are asked for.
#[derive(Clone, Copy)]
pub struct Asked {
    /// Which windows the tags are of.
    pub at: At,
    /// Seconds between windows.
    pub update_seconds: f64,
    /// The windows on which the network runs.
    pub windows: Windows,
}

impl Asked {
    /// Reads the arguments `at` and `update_seconds`.
    ///
    /// # Errors
    /// `ValueError` says what was expected.
    pub fn of(at: Option<&Bound<'_, PyAny>>, update_seconds: Option<f64>) -> PyResult<Self> {
        let at: At = match at {
            Some(at) => {
                let at = at.str()?.to_string();
                at.parse()
                    .map_err(|error| PyValueError::new_err(format!("at={at}: {error}")))?
            }
            None => At::End,
        };
        Ok(Self {
            at,
            update_seconds: update(update_seconds.unwrap_or(at.update_seconds()))?,
            windows: at.windows(),
        })
    }

    /// The same tagging for these windows.
    pub fn tagging(self, tagging: &Tagging) -> Tagging {
        Tagging {
            update_seconds: self.update_seconds,
            windows: self.windows,
            ..tagging.clone()
        }
    }
}

/// Checks seconds between windows.
///
/// # Errors
/// `ValueError` for impossible ones.
pub fn update(seconds: f64) -> PyResult<f64> {
    match seconds > 0.0 && seconds <= 10.0 {
        true => Ok(seconds),
        false => Err(PyValueError::new_err(
            "update_seconds must be above 0 and at most 10",
        )),
    }
}

/// Checks how many of the last seconds count.
///
/// # Errors
/// `ValueError` for impossible ones.
pub fn focus(seconds: Option<f64>) -> PyResult<f64> {
    match seconds {
        None => Ok(f64::INFINITY),
        Some(seconds) if seconds >= Analyzer::FIRST_WINDOW_SECONDS => Ok(seconds),
        Some(_) => Err(PyValueError::new_err("focus_seconds must be 3 at least")),
    }
}
