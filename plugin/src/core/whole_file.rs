//! Files that are there as a whole or not at all.

use std::io;
use std::path::Path;

/// Has `write` write a file beside `path`, and moves it there once it is complete.
///
/// # Errors
/// Those of `write` and of the system. `path` is then as it was.
pub fn write(path: &Path, write: impl FnOnce(&Path) -> io::Result<()>) -> io::Result<()> {
    let aside = path.with_extension(format!("{}.part", std::process::id()));
    let written = write(&aside).and_then(|()| std::fs::rename(&aside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&aside);
    }
    written
}
