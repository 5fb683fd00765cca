//! The inputs that a network can have.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tagline_engine::FrontEndSpec;

use super::DataError;

/// A kind of network input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// Log-mel spectrogram.
    Mel,
    /// Logarithm of the STFT's power.
    Stft,
    /// MFCC with first and second derivatives.
    Mfcc,
}

impl Input {
    /// Every kind.
    pub const ALL: [Self; 3] = [Self::Mel, Self::Stft, Self::Mfcc];

    /// Its name in file names, options and manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mel => "mel",
            Self::Stft => "stft",
            Self::Mfcc => "mfcc",
        }
    }

    /// The front-end that computes it: the paper's, followed by the fixed affine map of our own
    /// networks.
    #[must_use]
    pub fn front_end(self) -> FrontEndSpec {
        let spec = match self {
            Self::Mel => FrontEndSpec::choi2016(),
            Self::Stft => FrontEndSpec::choi2016_stft(),
            Self::Mfcc => FrontEndSpec::choi2016_mfcc(),
        };
        spec.with_training_affine()
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

impl FromStr for Input {
    type Err = DataError;

    fn from_str(text: &str) -> Result<Self, DataError> {
        Self::ALL
            .into_iter()
            .find(|input| input.name() == text)
            .ok_or_else(|| DataError::NoSuchInput {
                name: text.to_owned(),
                known: Self::ALL.map(Self::name).join(", "),
            })
    }
}

/// An input and its front-end.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct InputEntry {
    pub input: Input,
    /// Rows of a window.
    pub bands: usize,
    /// Columns of a window.
    pub frames: usize,
    pub front_end: FrontEndSpec,
}

impl InputEntry {
    pub fn new(input: Input) -> Self {
        let front_end = input.front_end();
        Self {
            input,
            bands: front_end.input_bands(),
            frames: front_end.frames,
            front_end,
        }
    }

    /// Values of a window.
    pub fn values(&self) -> usize {
        self.bands * self.frames
    }
}
