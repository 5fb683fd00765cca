//! Exceptions.

use std::ffi::CString;
use std::path::Path;

use pyo3::create_exception;
use pyo3::exceptions::{PyException, PyUserWarning};
use pyo3::prelude::*;
use tagline_media::DecodeError;
use trainer::tag::TagError;

create_exception!(
    tagline,
    TaglineError,
    PyException,
    "A model, a file or an array cannot be used; the message says why."
);
create_exception!(
    tagline,
    NoTags,
    TaglineError,
    "The sound has no tags: it is silent, or too short."
);

/// An exception that says what `error` says.
pub fn refused(error: impl std::fmt::Display) -> PyErr {
    TaglineError::new_err(error.to_string())
}

/// Warns of what is wrong with a file that is used all the same.
///
/// # Errors
/// The warning itself, where Python has been told to raise warnings.
pub fn warn(py: Python<'_>, path: &Path, remark: &str) -> PyResult<()> {
    let text = CString::new(format!("{}: {remark}", path.display())).unwrap_or_default();
    PyErr::warn(py, &py.get_type::<PyUserWarning>(), &text, 1)
}

/// The exception of a file: `OSError` if the system refused to read it, or [`TaglineError`].
pub fn of_file(error: TagError) -> PyErr {
    match &error {
        TagError::Decode(DecodeError::Io { source, .. }) => {
            std::io::Error::new(source.kind(), error.to_string()).into()
        }
        _ => refused(error),
    }
}
