//! Fresh systems of Debian and Ubuntu, each in a folder of its own.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::error::Error;
use crate::packages::program;
use crate::process;
use crate::workspace::{create_folder, remove};

/// A release of a distribution.
pub struct Release {
    /// What people call it.
    pub name: &'static str,
    /// The name of the release.
    pub suite: &'static str,
    mirror: &'static str,
    /// The keys with which its archive is signed.
    keys: &'static str,
    /// What debootstrap does for it. A debootstrap older than the release does not know its name.
    script: &'static str,
}

const DEBIAN: &str = "http://deb.debian.org/debian";
const UBUNTU: &str = "http://archive.ubuntu.com/ubuntu";
const DEBIANS_KEYS: &str = "/usr/share/keyrings/debian-archive-keyring.gpg";
const UBUNTUS_KEYS: &str = "/usr/share/keyrings/ubuntu-archive-keyring.gpg";

const fn debian(name: &'static str, suite: &'static str) -> Release {
    Release {
        name,
        suite,
        mirror: DEBIAN,
        keys: DEBIANS_KEYS,
        script: "/usr/share/debootstrap/scripts/sid",
    }
}

const fn ubuntu(name: &'static str, suite: &'static str) -> Release {
    Release {
        name,
        suite,
        mirror: UBUNTU,
        keys: UBUNTUS_KEYS,
        script: "/usr/share/debootstrap/scripts/gutsy",
    }
}

/// The systems that packages are opened on.
pub const RELEASES: [Release; 6] = [
    debian("Debian 11", "bullseye"),
    debian("Debian 12", "bookworm"),
    debian("Debian 13", "trixie"),
    ubuntu("Ubuntu 20.04", "focal"),
    ubuntu("Ubuntu 22.04", "jammy"),
    ubuntu("Ubuntu 24.04", "noble"),
];

/// A system in a folder.
pub struct Chroot {
    /// Its folder on this machine.
    pub folder: PathBuf,
}

impl Release {
    /// Why a system of it cannot be made in `folder`, if it cannot and is not there yet.
    pub fn absence(&self, folder: &Path) -> Option<String> {
        let name = self.name;
        if is_there(&folder.join(self.suite)) {
            None
        } else if program("debootstrap").is_none() {
            Some(format!("{name}: there is no debootstrap; install it"))
        } else if !Path::new(self.keys).is_file() {
            Some(format!(
                "{name}: its keys are not in {}; install the package that has them",
                self.keys
            ))
        } else {
            None
        }
    }

    /// The system in its folder below `folder`, made the first time.
    ///
    /// # Errors
    /// Those of debootstrap; [`Error::File`].
    pub fn system(&self, folder: &Path) -> Result<Chroot, Error> {
        let finished = folder.join(self.suite);
        if !is_there(&finished) {
            // An interrupted run leaves half a system.
            let aside = folder.join(format!("{}.new", self.suite));
            remove(&aside)?;
            create_folder(&aside)?;
            process::run_to_stderr(
                Command::new("debootstrap")
                    .args(["--variant=minbase", "--keyring", self.keys, self.suite])
                    .arg(&aside)
                    .args([self.mirror, self.script]),
            )?;
            std::fs::rename(&aside, &finished).map_err(|source| Error::File {
                what: "create",
                path: finished.clone(),
                source,
            })?;
        }
        Ok(Chroot { folder: finished })
    }
}

fn is_there(folder: &Path) -> bool {
    folder.join("usr/bin/dpkg").is_file()
}

impl Chroot {
    /// A command in the system, which knows nothing of this machine's environment.
    pub fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("chroot");
        command.arg(&self.folder).args(words);
        command
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", "/root")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("LC_ALL", "C");
        command
    }

    /// Runs a command in the system.
    ///
    /// # Errors
    /// [`Error::Start`]; [`Error::Package`] with what it printed, if it fails.
    pub fn run(&self, words: &[&str]) -> Result<Output, Error> {
        let mut command = self.command(words);
        let output = command.output().map_err(|source| Error::Start {
            program: "chroot".into(),
            source,
        })?;
        if output.status.success() {
            return Ok(output);
        }
        Err(Error::Package(format!(
            "`{}` failed ({}): {}",
            process::shown(&command),
            output.status,
            String::from_utf8_lossy(&output.stderr).trim()
        )))
    }

    /// A path of the system on this machine.
    pub fn path(&self, path: &str) -> PathBuf {
        self.folder.join(path.trim_start_matches('/'))
    }
}
