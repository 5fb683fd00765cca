//! The manifest of a corpus: all that its clips depend on.

use std::path::Path;

use serde::{Deserialize, Serialize};

use super::corpus::{CORPUS_RATE_HZ, Corpus, make_folder};
use super::error::SynthError;
use super::soundfonts::SoundFonts;
use crate::atomic;

/// Its file in the corpus's folder.
const MANIFEST: &str = "synth.json";

/// Raised whenever the same seed would give other music.
const VERSION: u32 = 1;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// Of the composing program.
    version: u32,
    seed: u64,
    seconds: f64,
    format: String,
    rate_hz: u32,
    soundfonts: Vec<Font>,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Font {
    name: String,
    sha256: String,
}

impl Manifest {
    pub(crate) fn of(corpus: &Corpus, fonts: &SoundFonts) -> Self {
        Self {
            version: VERSION,
            seed: corpus.seed,
            seconds: corpus.seconds,
            format: corpus.format.extension().into(),
            rate_hz: CORPUS_RATE_HZ,
            soundfonts: fonts
                .identities()
                .iter()
                .map(|(name, sha256)| Font {
                    name: name.clone(),
                    sha256: sha256.clone(),
                })
                .collect(),
        }
    }

    /// Makes sure that `folder` is ours to fill: new or empty, or with this same manifest.
    ///
    /// # Errors
    /// [`SynthError::Different`], [`SynthError::Foreign`], [`SynthError::Manifest`], or
    /// [`SynthError::File`] where the folder cannot be made, read or written.
    pub(crate) fn settle(&self, folder: &Path) -> Result<(), SynthError> {
        make_folder(folder)?;
        let path = folder.join(MANIFEST);
        let refused = |source| SynthError::File {
            path: path.clone(),
            source,
        };
        match std::fs::read(&path) {
            Ok(bytes) => {
                let there: Self =
                    serde_json::from_slice(&bytes).map_err(|error| SynthError::Manifest {
                        path: path.clone(),
                        reason: error.to_string(),
                    })?;
                self.compare(&there, folder)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let mut entries = std::fs::read_dir(folder).map_err(refused)?;
                if entries.next().is_some() {
                    return Err(SynthError::Foreign(folder.to_owned()));
                }
                let text = serde_json::to_string_pretty(self).expect("plain data");
                atomic::write(&path, format!("{text}\n").as_bytes()).map_err(refused)
            }
            Err(error) => Err(refused(error)),
        }
    }

    fn compare(&self, there: &Self, folder: &Path) -> Result<(), SynthError> {
        let fonts = |manifest: &Self| {
            let names: Vec<String> = manifest
                .soundfonts
                .iter()
                .map(|font| format!("{} {:.8}", font.name, font.sha256))
                .collect();
            names.join(", ")
        };
        let pairs = [
            (
                "version of the program",
                there.version.to_string(),
                self.version.to_string(),
            ),
            ("seed", there.seed.to_string(), self.seed.to_string()),
            (
                "length of clips",
                there.seconds.to_string(),
                self.seconds.to_string(),
            ),
            ("format", there.format.clone(), self.format.clone()),
            (
                "sample rate",
                there.rate_hz.to_string(),
                self.rate_hz.to_string(),
            ),
            ("choice of SoundFonts", fonts(there), fonts(self)),
        ];
        match pairs.into_iter().find(|(_, there, here)| there != here) {
            None => Ok(()),
            Some((what, there, here)) => Err(SynthError::Different {
                path: folder.to_owned(),
                what,
                there,
                here,
            }),
        }
    }
}
