//! General MIDI SoundFonts of this machine.

use std::path::{Path, PathBuf};

/// A SoundFont, the smallest first; `None`, with a line that says the test was skipped, where none is
/// installed.
#[must_use]
pub fn soundfont(test: &str) -> Option<PathBuf> {
    let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts"].map(Path::new);
    let found = ["TimGM6mb.sf2", "FluidR3_GM.sf2"]
        .into_iter()
        .flat_map(|name| folders.map(|folder| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        eprintln!("SKIPPED {test}: no SoundFont (package timgm6mb-soundfont) is installed");
    }
    found
}
