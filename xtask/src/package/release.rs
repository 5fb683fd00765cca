//! Which version is packed, and of which time.

use std::path::Path;
use std::process::Command;

use crate::error::Error;
use crate::version::Version;

/// What all files of a release share.
pub struct Release {
    /// Tagline's version.
    pub version: Version,
    /// When everything in it was made, in seconds since 1970.
    pub epoch: u64,
}

impl Release {
    /// The version that this program was built with, and the time of the commit.
    ///
    /// # Errors
    /// [`Error::Package`] if `SOURCE_DATE_EPOCH` is no number; [`Error::Version`].
    pub fn of(root: &Path, var: impl Fn(&str) -> Option<String>) -> Result<Self, Error> {
        let version = env!("CARGO_PKG_VERSION").parse().map_err(Error::Version)?;
        let epoch = match var("SOURCE_DATE_EPOCH") {
            Some(text) => text.trim().parse().map_err(|_| {
                Error::Package(format!(
                    "SOURCE_DATE_EPOCH is {text:?}; set it to seconds since 1970, or unset it"
                ))
            })?,
            None => commit_time(root).unwrap_or(FIRST_OF_1980),
        };
        Ok(Self { version, epoch })
    }
}

/// The first moment that a zip archive can state.
const FIRST_OF_1980: u64 = 315_532_800;

/// When the commit was made that is checked out. Sources without git have none.
fn commit_time(root: &Path) -> Option<u64> {
    let mut git = Command::new("git");
    git.args(["log", "-1", "--format=%ct"]).current_dir(root);
    let output = git.output().ok().filter(|output| output.status.success())?;
    String::from_utf8_lossy(&output.stdout).trim().parse().ok()
}
