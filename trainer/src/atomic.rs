//! Files that are there whole or not at all.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::interrupt::Temporary;

/// Writes `bytes` to `path` by way of a temporary file in the same folder, so that `path` holds
/// either what it held before or all of `bytes`, whatever happens in between.
///
/// # Errors
/// The system's reason; `path` is as it was then.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    with_temporary(path, std::convert::identity, |temporary| {
        let mut file = File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Lets `make` write a temporary file with the extension of `path` and in its folder, then puts it
/// at `path`. Nothing of it stays if `make` fails or Ctrl-C ends the process.
///
/// # Errors
/// What `make` returns, or the system's reason by way of `refused`; `path` is as it was then.
pub fn with_temporary<E>(
    path: &Path,
    refused: impl Fn(std::io::Error) -> E,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let temporary = temporary_beside(path).map_err(&refused)?;
    make(temporary.path())?;
    make_readable(temporary.path()).map_err(&refused)?;
    temporary.persist(path).map_err(refused)
}

/// Start of every temporary file's name.
pub const TEMPORARY: &str = ".tagline-";

/// An empty file in the folder of `path`.
fn temporary_beside(path: &Path) -> std::io::Result<Temporary> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let suffix = path
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()))
        .unwrap_or_default();
    Temporary::new(|| {
        tempfile::Builder::new()
            .prefix(TEMPORARY)
            .suffix(&suffix)
            .tempfile_in(folder)
            .map(tempfile::NamedTempFile::into_temp_path)
    })
}

/// A file that is written bit by bit under a temporary name, and gone if it is dropped before
/// [`Self::finish`].
pub struct Pending {
    path: PathBuf,
    file: BufWriter<File>,
    temporary: Temporary,
}

impl Pending {
    /// Begins the file that will lie at `path`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn new(path: &Path) -> std::io::Result<Self> {
        let temporary = temporary_beside(path)?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(File::create(temporary.path())?),
            temporary,
        })
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Puts the whole file at its path, on the disk.
    ///
    /// # Errors
    /// The system's reason; what was at the path before is still there then.
    pub fn finish(self) -> std::io::Result<()> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        make_readable(self.temporary.path())?;
        self.temporary.persist(&self.path)
    }
}

/// Temporary files are private to their owner; results are as readable as any new file.
#[cfg(unix)]
fn make_readable(path: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o644))
}

#[cfg(not(unix))]
fn make_readable(_path: &Path) -> std::io::Result<()> {
    Ok(())
}
