//! NumPy's `.npy` files of the reference data.

use std::path::Path;

use tagline_media::Npy;

/// An array of a `.npy` file.
#[derive(Clone, Debug, PartialEq)]
pub struct Array {
    /// Length of each dimension, outermost first.
    pub shape: Vec<usize>,
    /// The values, row-major whatever the order in the file. f16, f32 and i16 are exact in f64.
    pub data: Vec<f64>,
}

impl Array {
    /// The values as f32: exact for files of f16, f32 and i16.
    #[must_use]
    pub fn to_f32(&self) -> Vec<f32> {
        self.data.iter().map(|&value| value as f32).collect()
    }
}

/// Reads a `.npy` file of numbers.
///
/// # Panics
/// With the file's name, if it cannot be read or holds something else: a test cannot go on then.
#[must_use]
pub fn read(path: impl AsRef<Path>) -> Array {
    let path = path.as_ref();
    let bytes = std::fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let array = Npy::parse(&bytes).and_then(|npy| {
        Ok(Array {
            shape: npy.shape().to_vec(),
            data: npy.numbers()?.collect(),
        })
    });
    array.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}
