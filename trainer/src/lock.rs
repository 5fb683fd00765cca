//! One process at a time on what lies in a folder.

use std::fs::{File, TryLockError};
use std::io::ErrorKind;
use std::path::Path;

/// A file that nobody else can take until this is dropped or the process ends.
pub struct Lock(File);

impl Lock {
    /// Takes the file at `path`, which is made where it is missing; `None` while somebody else has
    /// it. Where the disk knows no locks, as some of a network do not, everybody gets it.
    ///
    /// # Errors
    /// What the system says.
    pub fn take(path: &Path) -> std::io::Result<Option<Self>> {
        let file = File::options().append(true).create(true).open(path)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self(file))),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                Ok(Some(Self(file)))
            }
            Err(TryLockError::Error(error)) => Err(error),
        }
    }
}

impl Drop for Lock {
    /// Closing the file would not do: a program that another thread is just starting has it open,
    /// too, until it runs.
    fn drop(&mut self) {
        let _ = self.0.unlock();
    }
}

#[cfg(test)]
mod tests {
    use std::process::Command;
    use std::sync::atomic::{AtomicBool, Ordering};

    use super::*;

    #[test]
    fn a_lock_that_is_given_up_is_free_at_once_while_programs_are_started() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let done = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !done.load(Ordering::Relaxed) {
                    let _ = Command::new("true").status();
                }
            });
            let taken = (0..20_000).all(|_| Lock::take(&path).unwrap().is_some());
            done.store(true, Ordering::Relaxed);
            assert!(taken);
        });
    }

    #[test]
    fn nobody_takes_what_is_held() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("lock");
        let held = Lock::take(&path).unwrap();
        assert!(held.is_some() && Lock::take(&path).unwrap().is_none());
        drop(held);
        assert!(Lock::take(&path).unwrap().is_some());
    }
}
