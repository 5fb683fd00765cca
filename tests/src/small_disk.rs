//! A disk that is soon full.

use std::path::Path;
use std::process::{Command, Output};

/// A file system in memory of a given size, until it is dropped.
pub struct SmallDisk {
    folder: tempfile::TempDir,
}

impl SmallDisk {
    /// A disk of `kib` KiB. `None`, with a line that says the test was skipped, where this process
    /// may not mount any: on Linux, the superuser may.
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
        eprintln!("SKIPPED {test}: no file system can be mounted here");
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
        // What is left of it is a mount in a folder for temporary files.
        let _ = Command::new("umount").arg(self.path()).output();
    }
}

fn mount(options: &[&str], folder: &Path) -> bool {
    let output = Command::new("mount").args(options).arg(folder).output();
    output.is_ok_and(|output| output.status.success())
}

/// Runs a program that cannot make any file longer than `kib` KiB, whoever it belongs to: writing
/// fails there, as on a full disk.
///
/// # Panics
/// If there is no shell to run it.
#[cfg(unix)]
#[must_use]
pub fn with_short_files(kib: usize, program: &str, arguments: &[&str]) -> Output {
    // Of blocks of 512 bytes; the signal would end the program instead.
    let script = format!("trap '' XFSZ; ulimit -f {}; exec \"$@\"", 2 * kib);
    Command::new("sh")
        .args(["-c", &script, "sh", program])
        .args(arguments)
        .output()
        .expect("a shell runs")
}
