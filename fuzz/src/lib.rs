//! What the fuzz targets share.

use std::panic::{set_hook, take_hook};
use std::path::{Path, PathBuf};

/// A folder for the files of this process. Put it into memory (`TMPDIR=/dev/shm`): every input is written.
#[derive(Debug)]
pub struct Scratch {
    folder: PathBuf,
}

impl Scratch {
    /// Makes the folder.
    ///
    /// # Panics
    /// If it cannot be made.
    #[must_use]
    #[expect(clippy::new_without_default, reason = "it makes a folder")]
    pub fn new() -> Self {
        let name = format!("tagline-fuzz-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        std::fs::create_dir_all(&folder).expect("the folder for scratch files can be made");
        Self { folder }
    }

    /// The folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Writes a file of these bytes.
    ///
    /// # Panics
    /// If it cannot be written.
    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.folder.join(name);
        std::fs::write(&path, bytes).expect("a scratch file can be written");
        path
    }
}

/// Lets panics in libraries pass, for readers that turn them into errors. A panic in Tagline's own code still ends the
/// process, even if something would catch it.
pub fn allow_panics_in_libraries() {
    let abort = take_hook();
    set_hook(Box::new(move |panic| {
        let file = panic.location().map_or("", |location| location.file());
        let is_library = file.contains("/registry/src/") || file.contains("/rustc/");
        if !is_library {
            abort(panic);
        }
    }));
}
