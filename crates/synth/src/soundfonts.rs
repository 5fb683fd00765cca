//! Finds and reads SoundFonts.

use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustysynth::SoundFont;
use tagline_files::hash::sha256;

use super::error::SynthError;

/// General MIDI SoundFonts by the names that distributions give them.
const KNOWN: [&str; 3] = ["FluidR3_GM.sf2", "TimGM6mb.sf2", "GeneralUser-GS.sf2"];

/// Where SoundFonts are kept on this system. None of the systems but Linux has a place of its own for
/// them; there it is where people and programs put them.
fn folders() -> Vec<PathBuf> {
    let of_variable = |name: &str, below: &str| {
        let folder = std::env::var_os(name).filter(|folder| !folder.is_empty());
        folder.map(|folder| Path::new(&folder).join(below))
    };
    let (users, shared): (_, &[&str]) = if cfg!(target_os = "windows") {
        (
            [
                of_variable("USERPROFILE", r"Documents\SoundFonts"),
                of_variable("PROGRAMDATA", "SoundFonts"),
            ],
            &[r"C:\SoundFonts"],
        )
    } else if cfg!(target_os = "macos") {
        (
            [of_variable("HOME", "Library/Audio/Sounds/Banks"), None],
            &[
                "/Library/Audio/Sounds/Banks",
                "/opt/homebrew/share/soundfonts",
                "/usr/local/share/soundfonts",
            ],
        )
    } else {
        (
            [None, None],
            &[
                "/usr/share/sounds/sf2",
                "/usr/share/soundfonts",
                "/usr/local/share/sounds/sf2",
                "/usr/local/share/soundfonts",
            ],
        )
    };
    let shared = shared.iter().map(PathBuf::from);
    users.into_iter().flatten().chain(shared).collect()
}

/// SoundFonts that were read, in the order in which pieces choose among them.
pub struct SoundFonts {
    fonts: Vec<Arc<SoundFont>>,
    names: Vec<(String, String)>,
}

impl std::fmt::Debug for SoundFonts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SoundFonts")
            .field("names", &self.names)
            .finish_non_exhaustive()
    }
}

impl SoundFonts {
    /// Reads the named files, or else every known SoundFont in the system's folders.
    ///
    /// # Errors
    /// [`SynthError::NoSoundFont`] where none is named or found, [`SynthError::File`] and
    /// [`SynthError::SoundFont`] where one cannot be read.
    pub fn open(named: &[PathBuf]) -> Result<Self, SynthError> {
        let paths = if named.is_empty() {
            installed()
        } else {
            named.to_vec()
        };
        if paths.is_empty() {
            return Err(SynthError::NoSoundFont {
                searched: folders()
                    .iter()
                    .map(|folder| folder.display().to_string())
                    .collect::<Vec<_>>()
                    .join(", "),
            });
        }
        let mut found = Self {
            fonts: Vec::new(),
            names: Vec::new(),
        };
        for path in &paths {
            let (font, sha256) = read(path)?;
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            found.fonts.push(Arc::new(font));
            found.names.push((name, sha256));
        }
        Ok(found)
    }

    /// Name and SHA-256 of each file.
    pub(crate) fn identities(&self) -> &[(String, String)] {
        &self.names
    }

    pub(crate) fn count(&self) -> usize {
        self.fonts.len()
    }

    pub(crate) fn font(&self, index: usize) -> &Arc<SoundFont> {
        &self.fonts[index % self.fonts.len()]
    }
}

/// The known SoundFonts that are installed.
fn installed() -> Vec<PathBuf> {
    let folders = folders();
    KNOWN
        .iter()
        .filter_map(|name| {
            folders
                .iter()
                .map(|folder| folder.join(name))
                .find(|path| path.is_file())
        })
        .collect()
}

fn read(path: &Path) -> Result<(SoundFont, String), SynthError> {
    let refused = |source| SynthError::File {
        path: path.to_owned(),
        source,
    };
    let bytes = std::fs::read(path).map_err(refused)?;
    let sha256 = sha256(&bytes);
    let font = SoundFont::new(&mut BufReader::new(bytes.as_slice())).map_err(|error| {
        SynthError::SoundFont {
            path: path.to_owned(),
            reason: error.to_string(),
        }
    })?;
    Ok((font, sha256))
}
