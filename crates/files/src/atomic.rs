//! Writes files whole or not at all.
//!
//! A link is followed, and its target is replaced. A target that is not a file on a disk (a FIFO, a
//! device, the program's own output) is never replaced: the bytes are written to it when all of
//! them are there.

use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};

use crate::interrupt::Temporary;

/// Writes `bytes` to `path` by way of a temporary file in the same folder. Whatever happens, `path`
/// holds either what it held before or all of `bytes`.
///
/// # Errors
/// The system's reason. `path` is then unchanged.
pub fn write(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    with_temporary(path, std::convert::identity, |temporary| {
        let mut file = File::create(temporary)?;
        file.write_all(bytes)?;
        file.sync_all()
    })
}

/// Lets `make` write a temporary file with the extension of `path` and in its folder, then moves it
/// to `path`. The temporary file is removed if `make` fails or Ctrl-C ends the process.
///
/// # Errors
/// The error of `make`, or the system's reason turned into an error by `refused`. `path` is then
/// unchanged.
pub fn with_temporary<E>(
    path: &Path,
    refused: impl Fn(std::io::Error) -> E,
    make: impl FnOnce(&Path) -> Result<(), E>,
) -> Result<(), E> {
    let staged = Staged::new(path).map_err(&refused)?;
    make(staged.temporary.path())?;
    staged.finish().map_err(refused)
}

/// A file that is written piece by piece under a temporary name. It is removed if it is dropped
/// before [`Self::finish`].
pub struct Pending {
    file: BufWriter<File>,
    staged: Staged,
}

impl Pending {
    /// Begins the file that will lie at `path`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn new(path: &Path) -> std::io::Result<Self> {
        let staged = Staged::new(path)?;
        Ok(Self {
            file: BufWriter::new(File::create(staged.temporary.path())?),
            staged,
        })
    }

    /// Appends `bytes`.
    ///
    /// # Errors
    /// The system's reason.
    pub fn write_all(&mut self, bytes: &[u8]) -> std::io::Result<()> {
        self.file.write_all(bytes)
    }

    /// Moves the whole file to its path and waits until it is on the disk.
    ///
    /// # Errors
    /// The system's reason. The path is then unchanged.
    pub fn finish(self) -> std::io::Result<()> {
        let file = self.file.into_inner().map_err(|error| error.into_error())?;
        file.sync_all()?;
        self.staged.finish()
    }
}

/// Beginning of every temporary file's name.
const TEMPORARY: &str = ".tagline-";

/// Whether this is the name of a temporary file.
pub fn is_temporary(name: &str) -> bool {
    name.starts_with(TEMPORARY)
}

/// Removes the temporary files that killed processes left in `folder`. No other process may be at
/// work there.
///
/// # Errors
/// The system's reason.
pub fn remove_temporaries(folder: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if is_temporary(&entry.file_name().to_string_lossy()) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A temporary file, and where its content will go.
struct Staged {
    temporary: Temporary,
    target: Target,
}

impl Staged {
    /// An empty file for `path`.
    fn new(path: &Path) -> std::io::Result<Self> {
        let target = Target::of(path)?;
        let suffix = path
            .extension()
            .map(|extension| format!(".{}", extension.to_string_lossy()))
            .unwrap_or_default();
        let temporary = Temporary::new(|| {
            tempfile::Builder::new()
                .prefix(TEMPORARY)
                .suffix(&suffix)
                .make_in(target.folder(), |name| target.create(name))
                .map(tempfile::NamedTempFile::into_temp_path)
        })?;
        Ok(Self { temporary, target })
    }

    fn finish(self) -> std::io::Result<()> {
        match self.target {
            Target::File(path) => {
                keep_permissions(&path, self.temporary.path())?;
                self.temporary.persist(&path)
            }
            Target::Stream(path) => {
                let mut bytes = File::open(self.temporary.path())?;
                std::io::copy(&mut bytes, &mut open_stream(&path)?).map(|_| ())
            }
        }
    }
}

/// What a path leads to.
enum Target {
    /// A file on a disk, whether it exists yet or not, by its own name.
    File(PathBuf),
    /// Something that takes bytes and cannot be replaced.
    Stream(PathBuf),
}

impl Target {
    fn of(path: &Path) -> std::io::Result<Self> {
        let there = match std::fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(ErrorKind::IsADirectory.into()),
            Ok(there) => Some(there),
            Err(error) if error.kind() == ErrorKind::NotFound => None,
            Err(error) => return Err(error),
        };
        let file = match follow(path)? {
            Self::File(file) => file,
            output => return Ok(output),
        };
        // A file that is still open somewhere may have lost its name.
        Ok(match there {
            Some(there) if !there.is_file() || !file.exists() => Self::Stream(path.to_owned()),
            _ => Self::File(file),
        })
    }

    /// The folder of its temporary file.
    fn folder(&self) -> PathBuf {
        match self {
            Self::File(path) => folder_of(path).to_owned(),
            Self::Stream(_) => std::env::temp_dir(),
        }
    }

    /// Makes its temporary file, readable by no more users than the file will be.
    fn create(&self, name: &Path) -> std::io::Result<File> {
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            options.mode(match self {
                // For a new file, the system removes the bits of the user's umask.
                Self::File(path) => mode(path).map_or(0o666, |mode| mode | 0o600),
                Self::Stream(_) => 0o600,
            });
        }
        options.open(name)
    }
}

/// Follows the links from `path`. The last one may lead to nothing.
fn follow(path: &Path) -> std::io::Result<Target> {
    const MOST_LINKS: usize = 40;
    let mut file = path.to_owned();
    for _ in 0..=MOST_LINKS {
        if own_output(&file).is_some() {
            return Ok(Target::Stream(file));
        }
        match std::fs::read_link(&file) {
            Ok(to) => file = folder_of(&file).join(to),
            // Not a link.
            Err(_) => return Ok(Target::File(file)),
        }
    }
    Err(std::io::Error::other("too many links"))
}

fn folder_of(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    }
}

/// The permissions of the file at `path`, if there is one.
#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::PermissionsExt;
    let there = std::fs::metadata(path).ok()?;
    Some(there.permissions().mode() & 0o777)
}

/// Gives `new` the permissions of `old`, if `old` exists.
#[cfg(unix)]
fn keep_permissions(old: &Path, new: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    match mode(old) {
        // Not every file system can change them.
        Some(wanted) if mode(new) != Some(wanted) => {
            std::fs::set_permissions(new, std::fs::Permissions::from_mode(wanted))
        }
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn keep_permissions(_old: &Path, _new: &Path) -> std::io::Result<()> {
    Ok(())
}

fn open_stream(path: &Path) -> std::io::Result<File> {
    match own_output(path) {
        Some(file) => {
            // Flush first, so that what was printed before stands before.
            std::io::stdout().flush()?;
            Ok(file)
        }
        None => File::options().write(true).open(path),
    }
}

/// Standard output or error, if `path` is a name for them, such as `/dev/stdout`. Where they are a
/// file, opening it anew would write over what is printed.
#[cfg(unix)]
fn own_output(path: &Path) -> Option<File> {
    use std::os::fd::AsFd;
    use std::os::unix::fs::MetadataExt;
    if !["/dev", "/proc"]
        .iter()
        .any(|names| path.starts_with(names))
    {
        return None;
    }
    let identity = |there: std::fs::Metadata| (there.dev(), there.ino());
    let wanted = identity(std::fs::metadata(path).ok()?);
    let (stdout, stderr) = (std::io::stdout(), std::io::stderr());
    [stdout.as_fd(), stderr.as_fd()]
        .into_iter()
        .filter_map(|output| output.try_clone_to_owned().ok().map(File::from))
        .find(|output| {
            output
                .metadata()
                .is_ok_and(|there| identity(there) == wanted)
        })
}

#[cfg(not(unix))]
fn own_output(_path: &Path) -> Option<File> {
    None
}
