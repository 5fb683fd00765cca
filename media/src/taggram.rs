//! Taggrams: pictures of tag probabilities over time.

use std::path::Path;

/// What a taggram shows.
#[derive(Clone, Copy, Debug)]
pub struct Taggram<'a> {
    /// Title above the picture.
    pub title: &'a str,
    /// Tag names.
    pub tags: &'a [String],
    /// Position of each update in seconds, ascending.
    pub positions_seconds: &'a [f64],
    /// `[update][tag]`, 0 to 1.
    pub probabilities: &'a [Vec<f32>],
}

/// Why a taggram was not written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TaggramError {
    /// The file cannot be written.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Writes `taggram` as a PNG: time across, tags down (strongest first), probability as colour.
///
/// # Errors
/// [`TaggramError`] if the file cannot be written.
pub fn write_taggram(_path: &Path, _taggram: &Taggram<'_>) -> Result<(), TaggramError> {
    unimplemented!()
}
