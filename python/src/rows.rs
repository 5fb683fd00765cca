//! What Python gets: arrays, and the rows of a table.

use numpy::{PyArray1, PyArray2, PyArrayMethods};
use pyo3::prelude::*;
use pyo3::types::PyDict;
use trainer::tag::{TagError, TaggedFile, Update};

/// `[column]`
pub fn array<'py>(py: Python<'py>, values: &[f32]) -> Bound<'py, PyArray1<f32>> {
    PyArray1::from_slice(py, values)
}

/// `[row, column]`, which may be without rows.
pub fn table<'py>(
    py: Python<'py>,
    values: Vec<f32>,
    columns: usize,
) -> PyResult<Bound<'py, PyArray2<f32>>> {
    let rows = values.len() / columns.max(1);
    PyArray1::from_vec(py, values).reshape([rows, columns])
}

/// Positions in seconds `[update]`, and probabilities `[update, tag]`.
pub type Taggram<'py> = (Bound<'py, PyArray1<f64>>, Bound<'py, PyArray2<f32>>);

/// The positions and probabilities of updates.
pub fn taggram<'py>(py: Python<'py>, updates: &[Update], tags: usize) -> PyResult<Taggram<'py>> {
    let positions = updates.iter().map(|update| update.position_seconds);
    let values = updates.iter().flat_map(|update| &update.probabilities);
    Ok((
        PyArray1::from_iter(py, positions),
        table(py, values.copied().collect(), tags)?,
    ))
}

/// The rows of a file, as the table of `trainer tag --out` has them: one for each of `updates`, or for the
/// file as a whole.
pub fn of_file<'py>(
    py: Python<'py>,
    path: &str,
    outcome: &Result<TaggedFile, TagError>,
    every_window: bool,
) -> PyResult<Vec<Bound<'py, PyDict>>> {
    let new = |seconds: Option<f64>, reason: Option<String>, warning: Option<&String>| {
        let row = PyDict::new(py);
        row.set_item("file", path)?;
        row.set_item("seconds", seconds)?;
        row.set_item("position", None::<f64>)?;
        row.set_item("seconds_heard", None::<f32>)?;
        row.set_item("reason", reason)?;
        row.set_item("warning", warning)?;
        row.set_item("tags", None::<f32>)?;
        row.set_item("embedding", None::<f32>)?;
        PyResult::Ok(row)
    };
    let file = match outcome {
        Ok(file) => file,
        Err(error) => {
            let text = error.to_string();
            // The path has a cell of its own.
            let reason = text.strip_prefix(&format!("{path}: ")).unwrap_or(&text);
            return Ok(vec![new(None, Some(reason.to_owned()), None)?]);
        }
    };
    let (seconds, warning) = (Some(file.seconds), file.remark.as_ref());
    let last = match &file.last {
        Ok(last) => last,
        Err(why) => return Ok(vec![new(seconds, Some(why.to_string()), warning)?]),
    };
    let updates = match every_window {
        true => &file.updates[..],
        false => std::slice::from_ref(last),
    };
    let rows = updates.iter().map(|update| {
        let row = new(seconds, None, warning)?;
        row.set_item("position", update.position_seconds)?;
        row.set_item("seconds_heard", update.seconds_heard)?;
        row.set_item("tags", array(py, &update.probabilities))?;
        if !update.embedding.is_empty() {
            row.set_item("embedding", array(py, &update.embedding))?;
        }
        Ok(row)
    });
    rows.collect()
}
