//! Texts as NumPy saves them.

use tagline_media::{Npy, NpyError};

use super::pickle::texts_of_array;

/// The texts of a `.npy` file, row-major. An array of objects is a pickle, of which nothing is executed.
///
/// # Errors
/// [`NpyError`] if the bytes are no sound `.npy` file of texts.
pub(crate) fn npy_texts(bytes: &[u8]) -> Result<Vec<String>, NpyError> {
    let array = Npy::parse(bytes)?;
    let count = array.shape().iter().product();
    let objects = array
        .objects()
        .and_then(|pickle| texts_of_array(pickle, count));
    objects.map_or_else(|| array.texts(), Ok)
}
