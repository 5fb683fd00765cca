//! What a network can be given of a clip.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use tagline_engine::FrontEndSpec;

use super::DataError;

/// Factor and offset of the fixed affine map of dB: −100 dB becomes −3, 0 dB becomes 2. It does
/// not depend on the window's content, so that windows can be computed incrementally.
const SCALE: f32 = 0.05;
const OFFSET: f32 = 2.0;

/// A kind of network input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Input {
    /// Log-mel spectrogram.
    Mel,
}

impl Input {
    /// Every kind.
    pub const ALL: [Self; 1] = [Self::Mel];

    /// Its name in file names, options and manifests.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Mel => "mel",
        }
    }

    /// The front-end that makes it: the paper's, followed by the fixed affine map
    /// `0.05 · dB + 2`.
    #[must_use]
    pub fn front_end(self) -> FrontEndSpec {
        let spec = match self {
            Self::Mel => FrontEndSpec::choi2016(),
        };
        FrontEndSpec {
            scale: SCALE,
            offset: OFFSET,
            top_db: None,
            ..spec
        }
    }

    /// Rows of the input's window.
    #[must_use]
    pub fn bands(self) -> usize {
        bands(&self.front_end())
    }
}

/// Rows of the window of a front-end.
pub(super) fn bands(spec: &FrontEndSpec) -> usize {
    spec.input_bands()
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
