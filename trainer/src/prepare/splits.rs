//! Published splits: NumPy arrays of texts.

use std::path::Path;

use tagline_media::Npy;

use super::PrepareError;

/// Most bytes of a list.
const MAX_BYTES: u64 = 1 << 30;

/// The bytes of a file of the field's.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, PrepareError> {
    let metadata = std::fs::metadata(path).map_err(PrepareError::io(path))?;
    if metadata.len() > MAX_BYTES {
        return Err(PrepareError::format(path, "larger than such lists are"));
    }
    std::fs::read(path).map_err(PrepareError::io(path))
}

/// The texts of a `.npy` file.
pub(super) fn read_texts(path: &Path) -> Result<Vec<String>, PrepareError> {
    let bytes = read(path)?;
    let npy = Npy::parse(&bytes).map_err(|error| PrepareError::format(path, error))?;
    npy.texts()
        .map_err(|error| PrepareError::format(path, error))
}

/// The lines of a text file, without those that are empty.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read_lines(path: &Path) -> Result<Vec<String>, PrepareError> {
    let text = String::from_utf8(read(path)?);
    let text = text.map_err(|_| PrepareError::format(path, "not a text file in UTF-8"))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty());
    Ok(lines.map(str::to_owned).collect())
}
