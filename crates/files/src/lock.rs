//! Keeps all but one process from working in a folder.

use std::fs::File;
#[cfg(unix)]
use std::fs::TryLockError;
#[cfg(unix)]
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// The file in the folder that is locked. It is removed when the folder is given up. A file that a
/// killed process has left does no harm.
pub const LOCK: &str = ".lock";

/// A locked folder. Nobody else can take it until this is dropped or the process ends.
pub struct Lock(#[expect(dead_code, reason = "it is held, and given up when it is dropped")] Held);

impl Lock {
    /// Takes `folder`, which must exist; `None` while somebody else has it. On a file system
    /// without locks, such as some network drives, everybody gets it.
    ///
    /// # Errors
    /// The system's reason.
    pub fn take(folder: &Path) -> std::io::Result<Option<Self>> {
        Ok(Held::take(folder.join(LOCK))?.map(Self))
    }
}

/// A file that is locked, and removed before it is given up.
#[cfg(unix)]
struct Held {
    file: File,
    path: PathBuf,
}

#[cfg(unix)]
impl Held {
    fn take(path: PathBuf) -> std::io::Result<Option<Self>> {
        loop {
            let file = File::options().append(true).create(true).open(&path)?;
            match file.try_lock() {
                Ok(()) => {}
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
                Err(TryLockError::Error(error)) => return Err(error),
            }
            // The holder before may have removed the file after it was opened here. Then others
            // lock a new file.
            if lies_at(&file, &path) {
                return Ok(Some(Self { file, path }));
            }
        }
    }
}

#[cfg(unix)]
impl Drop for Held {
    /// Closing the file is not enough: a program that another thread is starting has it open, too,
    /// until it runs.
    fn drop(&mut self) {
        let _ = std::fs::remove_file(&self.path);
        let _ = self.file.unlock();
    }
}

#[cfg(unix)]
fn lies_at(file: &File, path: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let identity = |there: std::fs::Metadata| (there.dev(), there.ino());
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(file), Ok(there)) => identity(file) == identity(there),
        _ => false,
    }
}

/// A file that nobody else can open, and that Windows removes when it is closed.
#[cfg(windows)]
struct Held(#[expect(dead_code, reason = "it is open, and that is all")] File);

#[cfg(windows)]
impl Held {
    fn take(path: PathBuf) -> std::io::Result<Option<Self>> {
        use std::os::windows::fs::OpenOptionsExt;
        const DELETE_ON_CLOSE: u32 = 0x0400_0000;
        const SHARING_VIOLATION: i32 = 32;
        let mut options = File::options();
        options.read(true).write(true).create(true).truncate(false);
        options.share_mode(0).custom_flags(DELETE_ON_CLOSE);
        match options.open(path) {
            Ok(file) => Ok(Some(Self(file))),
            Err(error) if error.raw_os_error() == Some(SHARING_VIOLATION) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    use super::*;

    #[test]
    fn a_lock_that_is_given_up_is_free_at_once_while_programs_are_started() {
        let folder = tempfile::tempdir().unwrap();
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let _ = Command::new("true").status();
                }
            });
            let taken = (0..10_000).all(|_| Lock::take(folder.path()).unwrap().is_some());
            done.store(true, Ordering::Relaxed);
            assert!(taken);
        });
    }

    #[test]
    fn a_held_lock_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        let held = Lock::take(folder.path()).unwrap();
        assert!(held.is_some() && Lock::take(folder.path()).unwrap().is_none());
        drop(held);
        assert!(Lock::take(folder.path()).unwrap().is_some());
        assert!(!folder.path().join(LOCK).exists());
    }

    #[test]
    fn two_holders_never_share_a_lock_although_its_file_comes_and_goes() {
        let folder = tempfile::tempdir().unwrap();
        let holders = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        if let Some(lock) = Lock::take(folder.path()).unwrap() {
                            assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0);
                            std::thread::yield_now();
                            holders.fetch_sub(1, Ordering::SeqCst);
                            drop(lock);
                        }
                    }
                });
            }
        });
    }
}
