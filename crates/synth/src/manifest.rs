//! The manifest of a corpus: everything that its clips depend on.

use std::path::Path;

use serde::{Deserialize, Serialize};
use tagline_files::atomic;

use super::error::SynthError;
use super::soundfonts::SoundFonts;

/// The manifest's file in a corpus's folder, by which a synthetic corpus is known.
pub const MANIFEST: &str = "synth.json";

/// Raise it whenever the same seed gives other music. A test below fails when the composition has
/// changed; nothing notices a change in how it is played.
const VERSION: u32 = 2;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Manifest {
    /// [`VERSION`] of the program that composed it.
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
    pub(crate) fn new(
        seed: u64,
        seconds: f64,
        format: &str,
        rate_hz: u32,
        fonts: &SoundFonts,
    ) -> Self {
        Self {
            version: VERSION,
            seed,
            seconds,
            format: format.to_owned(),
            rate_hz,
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

    /// Makes sure that `folder` may be filled: it is empty but for hidden files, or has this same
    /// manifest. The caller has locked it.
    ///
    /// # Errors
    /// [`SynthError::Different`], [`SynthError::Foreign`], [`SynthError::Manifest`], or
    /// [`SynthError::File`] where the folder cannot be read or written.
    pub(super) fn settle(&self, folder: &Path) -> Result<(), SynthError> {
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
                for entry in std::fs::read_dir(folder).map_err(refused)? {
                    let name = entry.map_err(refused)?.file_name();
                    if !name.as_encoded_bytes().starts_with(b".") {
                        return Err(SynthError::Foreign(folder.to_owned()));
                    }
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

#[cfg(test)]
mod tests {
    use std::fmt::Write;

    use tagline_files::hash::Sha256;

    use super::*;
    use crate::piece::Piece;
    use crate::styles::GENRES;

    /// The hash of everything that is composed, and the version that composes it. If the first
    /// changes, the second must change, too.
    const COMPOSED: (&str, u32) = (
        "9a2086bbcf119e6f52ee5106f8bae5ace3ca85a464f81539082a7d7cf08096c5",
        2,
    );

    /// A piece as text: who plays which notes when, in which recording. Computed numbers are
    /// rounded, because the last bit of a power differs from system to system.
    fn text(piece: &Piece) -> String {
        let round = |value: f64| (value * 1e4).round() as i64;
        let (score, window) = (&piece.score, &piece.window);
        let whole = [
            score.tempo_bpm,
            score.dynamics,
            score.seconds,
            window.start_s,
        ]
        .map(round);
        let mut text = format!("{} {whole:?} {:?}\n", score.style, score.mix);
        for line in &score.lines {
            let (sound, effects) = (&line.instrument.sound, &line.effects);
            let played = [line.tuning_cents, line.level_db, line.pan].map(round);
            let _ = writeln!(text, "{sound:?} {effects:?} {} {played:?}", line.melodic);
            for note in &line.notes {
                let shape = [note.start, note.length, note.strength, note.scoop].map(round);
                let _ = writeln!(text, "{} {shape:?}", note.key);
            }
        }
        text
    }

    #[test]
    fn other_music_has_another_version() {
        let clips = (0..20).map(|clip| Piece::of_corpus(1, clip, 29.1));
        let styles = GENRES.iter().flat_map(|(_, styles)| styles.iter());
        let pieces = clips.chain(styles.map(|style| Piece::of_style(style, 1, 29.1)));
        let mut sha256 = Sha256::new();
        for piece in pieces {
            sha256.update(text(&piece.unwrap()));
        }
        let composed = sha256.hex();
        let (before, version) = COMPOSED;
        assert!(
            composed == before || VERSION > version,
            "the same seeds give other music than in version {version}: raise VERSION, and set \
             COMPOSED to that version and {composed}"
        );
        assert_eq!(
            COMPOSED,
            (composed.as_str(), VERSION),
            "VERSION was raised: set COMPOSED to it"
        );
    }
}
