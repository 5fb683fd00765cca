//! Wine, which runs programs for Windows on Linux.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::packages::program;
use crate::process;
use crate::workspace::create_folder;

/// Names Wine's program, for one that is not on the path.
const VARIABLE: &str = "TAGLINE_WINE";

/// The first version of Wine that has all that Rust's standard library asks for.
const FIRST_WITH_RANDOM_NUMBERS: u32 = 9;

/// The one function that Wine lacks before, by another name for the same.
const RANDOM_NUMBERS: &str = "\
unsigned char __stdcall SystemFunction036(void *buffer, unsigned long bytes);
__declspec(dllexport) int __stdcall ProcessPrng(unsigned char *buffer, unsigned long long bytes)
{ return SystemFunction036(buffer, (unsigned long) bytes); }
";

/// A Wine with a Windows of its own, which holds nothing of the user's.
pub struct Wine {
    program: PathBuf,
    /// What it says of its version.
    pub version: String,
    prefix: PathBuf,
}

impl Wine {
    /// The program, if there is one.
    ///
    /// # Errors
    /// [`Error::NoProgram`].
    pub fn find() -> Result<Option<PathBuf>, Error> {
        let named = std::env::var_os(VARIABLE).filter(|named| !named.is_empty());
        if let Some(path) = named.map(PathBuf::from) {
            return match path.is_file() {
                true => Ok(Some(path)),
                false => Err(Error::NoProgram {
                    variable: VARIABLE,
                    path,
                }),
            };
        }
        // Debian's `wine` complains where only programs of 64 bits can be run.
        let debian = Path::new("/usr/lib/wine/wine64").to_owned();
        let debian = debian.is_file().then_some(debian);
        Ok(program("wine64").or(debian).or_else(|| program("wine")))
    }

    /// Sets up a Windows in `prefix`, or takes the one that is there.
    ///
    /// # Errors
    /// Those of running Wine, and of compiling what an old one lacks.
    pub fn start(program: PathBuf, prefix: &Path) -> Result<Self, Error> {
        create_folder(prefix)?;
        let output = Command::new(&program).arg("--version").output();
        let output = output.map_err(|source| Error::Start {
            program: program.display().to_string(),
            source,
        })?;
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let wine = Self {
            program,
            version,
            prefix: prefix.to_owned(),
        };
        process::run_to_stderr(wine.command().args(["wineboot", "--init"]))?;
        if major(&wine.version).is_some_and(|major| major < FIRST_WITH_RANDOM_NUMBERS) {
            wine.add_random_numbers()?;
        }
        Ok(wine)
    }

    /// Wine with its environment, for the name of a program.
    pub fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.envs(self.environment());
        command
    }

    /// What makes a Wine that others start use this Windows.
    pub fn environment(&self) -> [(&'static str, std::ffi::OsString); 3] {
        [
            ("WINEPREFIX", self.prefix.clone().into()),
            ("WINEDEBUG", "-all".into()),
            // Nothing of .NET or of a browser is asked for, or asks to be installed.
            ("WINEDLLOVERRIDES", "mscoree,mshtml=".into()),
        ]
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    fn add_random_numbers(&self) -> Result<(), Error> {
        let source = self.prefix.join("bcryptprimitives.c");
        std::fs::write(&source, RANDOM_NUMBERS).map_err(|error| Error::File {
            what: "write",
            path: source.clone(),
            source: error,
        })?;
        let library = self
            .prefix
            .join("drive_c/windows/system32/bcryptprimitives.dll");
        process::run_to_stderr(
            Command::new("x86_64-w64-mingw32-gcc")
                .args(["-shared", "-O2", "-o"])
                .args([&library, &source])
                .arg("-ladvapi32"),
        )
    }
}

/// 8 in `wine-8.0 (Debian 8.0~repack-4)`.
fn major(version: &str) -> Option<u32> {
    let (_, number) = version.split_once("wine-")?;
    number
        .split(|c: char| !c.is_ascii_digit())
        .next()?
        .parse()
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_is_read_whatever_a_distribution_adds() {
        for (version, number) in [
            ("wine-8.0 (Debian 8.0~repack-4)", Some(8)),
            ("wine-10.0", Some(10)),
            ("wine-10.0-rc2", Some(10)),
            ("", None),
        ] {
            assert_eq!(major(version), number, "{version}");
        }
    }
}
