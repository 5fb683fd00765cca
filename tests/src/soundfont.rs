//! General MIDI SoundFonts of this machine.

use std::path::{Path, PathBuf};

use crate::skipped;

/// The smallest SoundFont that is installed. Without one, prints that the test was skipped and returns
/// `None`.
#[must_use]
pub fn soundfont(test: &str) -> Option<PathBuf> {
    let folders = ["/usr/share/sounds/sf2", "/usr/share/soundfonts"].map(Path::new);
    let found = ["TimGM6mb.sf2", "FluidR3_GM.sf2"]
        .into_iter()
        .flat_map(|name| folders.map(|folder| folder.join(name)))
        .find(|path| path.is_file());
    if found.is_none() {
        skipped(
            test,
            "no SoundFont (package timgm6mb-soundfont) is installed",
        );
    }
    found
}
