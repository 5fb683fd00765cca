//! Decoding of whole audio files.

use std::path::Path;

/// A decoded file: planar samples, −1 to 1.
#[derive(Clone, Debug)]
pub struct Audio {
    /// Sample rate in Hz.
    pub sample_rate_hz: u32,
    /// `[channel][sample]`, all of one length.
    pub channels: Vec<Vec<f32>>,
}

impl Audio {
    /// Length in seconds.
    #[must_use]
    pub fn seconds(&self) -> f64 {
        self.channels.first().map_or(0, Vec::len) as f64 / f64::from(self.sample_rate_hz)
    }

    /// The mean of the channels.
    #[must_use]
    pub fn mono(&self) -> Vec<f32> {
        unimplemented!()
    }
}

/// Why a file cannot be decoded.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DecodeError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
}

/// Decodes a wav, flac, mp3, ogg, m4a or aiff file.
///
/// # Errors
/// [`DecodeError`] names the file and what is wrong with it.
pub fn decode(_path: &Path) -> Result<Audio, DecodeError> {
    unimplemented!()
}
