//! Opens the model that tags files.

use std::path::Path;

use tagline_engine::{Model, ModelSource, SourceError};

/// Opens `chosen`, or the built-in model if that is `None`.
///
/// # Errors
/// [`SourceError`] says what is wrong with the file.
pub fn find_model(chosen: Option<&Path>) -> Result<Model, SourceError> {
    let source = chosen.map_or(ModelSource::BuiltIn, |path| {
        ModelSource::File(path.to_owned())
    });
    Ok(source.open()?.0)
}
