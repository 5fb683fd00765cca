//! Files that are there whole or not at all.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

/// Writes `bytes` to `path` by way of a temporary file in the same folder, so that `path` holds
/// either what it held before or all of `bytes`, whatever happens in between.
///
/// # Errors
/// The system's reason; `path` is as it was then.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    with_temporary(path, std::convert::identity, |temporary| {
        let mut file = std::fs::File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Lets `make` write a temporary file with the extension of `path` and in its folder, then puts it
/// at `path`.
///
/// # Errors
/// What `make` returns, or the system's reason by way of `refused`; `path` is as it was then.
pub fn with_temporary<E>(
    path: &Path,
    refused: impl Fn(std::io::Error) -> E,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let temporary = temporary_beside(path).map_err(&refused)?.into_temp_path();
    make(&temporary)?;
    make_readable(&temporary).map_err(&refused)?;
    temporary
        .persist(path)
        .map_err(|error| refused(error.error))
}

/// Start of every temporary file's name.
pub const TEMPORARY: &str = ".tagline-";

fn temporary_beside(path: &Path) -> std::io::Result<NamedTempFile> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let suffix = path
        .extension()
        .map(|extension| format!(".{}", extension.to_string_lossy()))
        .unwrap_or_default();
    tempfile::Builder::new()
        .prefix(TEMPORARY)
        .suffix(&suffix)
        .tempfile_in(folder)
}

/// A file that is written bit by bit under a temporary name, and gone if it is dropped before
/// [`Self::finish`].
pub struct Pending {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Pending {
    /// Begins the file that will lie at `path`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn new(path: &Path) -> std::io::Result<Self> {
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(temporary_beside(path)?),
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
        file.as_file().sync_all()?;
        make_readable(file.path())?;
        file.persist(&self.path).map_err(|error| error.error)?;
        Ok(())
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
