//! What Python calls a model: nothing for the built-in one, a path, or a file's bytes.

use std::path::PathBuf;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;
use tagline_engine::{BackendChoice, Model};
use trainer::tag::find_model;

use crate::error::refused;

/// A model, and what it takes to find it again in another process.
pub struct Found {
    /// The model.
    pub model: Model,
    /// Whether it is the built-in one.
    pub built_in: bool,
    /// The text of its sidecar, if it has one.
    pub sidecar: Option<String>,
}

/// Finds the model that `model` stands for.
///
/// # Errors
/// `TypeError` for anything else, and `TaglineError` for a file that is no model.
pub fn find(model: Option<&Bound<'_, PyAny>>, sidecar: Option<String>) -> PyResult<Found> {
    let Some(model) = model else {
        return Ok(Found {
            model: find_model(None).map_err(refused)?,
            built_in: true,
            sidecar: None,
        });
    };
    if let Ok(bytes) = model.cast::<PyBytes>() {
        let bytes = bytes.as_bytes().to_vec();
        let read = Model::from_bytes(bytes, sidecar.as_deref());
        return Ok(Found {
            model: read.map_err(refused)?,
            built_in: false,
            sidecar,
        });
    }
    let path: PathBuf = model.extract().map_err(|_| {
        PyTypeError::new_err("a model is None for the built-in one, a path, or a file's bytes")
    })?;
    Ok(Found {
        model: find_model(Some(&path)).map_err(refused)?,
        built_in: false,
        sidecar: std::fs::read_to_string(path.with_extension("json")).ok(),
    })
}

/// The backend of this name on the command line of `trainer tag`.
///
/// # Errors
/// `ValueError` names those that there are.
pub fn backend(name: &str) -> PyResult<BackendChoice> {
    let all = BackendChoice::ALL;
    let found = all.into_iter().find(|choice| choice.argument() == name);
    found.ok_or_else(|| {
        let names: Vec<&str> = all.iter().map(|choice| choice.argument()).collect();
        let names = names.join(", ");
        PyValueError::new_err(format!("there is no backend {name}; there are {names}"))
    })
}
