//! A disk that is soon full.

use std::path::Path;
use std::process::Command;
#[cfg(unix)]
use std::process::Output;

use crate::skipped;

/// A file system of a given size in memory. Dropping it unmounts it.
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// A disk of `kib` KiB. If this process may not mount any, prints that the test was skipped and
    /// returns `None`. On Linux the superuser may.
    ///
    /// # Panics
    /// If there is no folder for temporary files.
    #[must_use]
    pub fn mount(test: &str, kib: usize) -> Option<Self> {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let size = format!("size={kib}k");
        let mounted = mount(&["-t", "tmpfs", "-o", &size, "tagline-test"], folder.path());
        if mounted {
            return Some(Self { folder });
        }
        skipped(test, "no file system can be mounted here");
        None
    }

    /// Where it is mounted.
    #[must_use]
    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    /// Gives it another size.
    ///
    /// # Panics
    /// If the system refuses.
    pub fn resize(&self, kib: usize) {
        let options = format!("remount,size={kib}k");
        assert!(mount(&["-o", &options], self.path()), "it can be resized");
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // If this fails, a mount stays in a folder for temporary files.
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let output = Command::new("mount").args(options).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a program that cannot make any file longer than `kib` KiB: writing fails there, as on a full
/// disk. This needs no special rights.
///
/// # Panics
/// If there is no shell to run it.
#[cfg(unix)]
#[must_use]
pub fn with_short_files(kib: usize, program: &str, arguments: &[&str]) -> Output {
    // `ulimit` counts blocks of 512 bytes. Without the trap, a signal would end the program.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 2 * kib);
    Command::new("sh")
        .args(["-c", &script, "sh", program])
        .args(arguments)
        .output()
        .expect("a shell runs")
}
