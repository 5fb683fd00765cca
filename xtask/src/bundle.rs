//! `cargo xtask bundle`: the plugin as CLAP and VST3 bundles.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::plist;
use crate::process;
use crate::workspace::{Workspace, cargo};

/// The package, and so the library, that is the plugin.
const PLUGIN: &str = "tagline";

/// How the plugin is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Quickly, with checks such as `assert_no_alloc`.
    Dev,
    /// With optimisation.
    Release,
}

impl Build {
    /// The build that `--release` asks for.
    pub fn of(release: bool) -> Self {
        if release { Self::Release } else { Self::Dev }
    }

    /// What to tell cargo.
    pub fn arguments(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
        }
    }

    /// Where cargo puts what it built.
    pub fn folder(self, workspace: &Workspace) -> PathBuf {
        workspace.target.join(match self {
            Self::Dev => "debug",
            Self::Release => "release",
        })
    }
}

/// Compiles the plugin, its headless host and the trainer, and makes the bundles.
///
/// # Errors
/// Those of cargo, and of [`assemble`].
pub fn run(workspace: &Workspace, build: Build) -> Result<(), Error> {
    process::run_to_stderr(&mut compile(build))?;
    assemble(workspace, build)
}

/// The cargo command that compiles the plugin, the host and the trainer.
///
/// All at once, always: cargo settles the features of shared dependencies for all packages of
/// one command together, and would compile the inference engine again for each other choice.
pub fn compile(build: Build) -> Command {
    let mut command = cargo();
    command
        .args(["build", "--package", PLUGIN])
        .args(["--package", "tagline-host", "--package", "trainer"])
        .args(build.arguments());
    command
}

/// Makes `target/bundled/Tagline.clap` and `Tagline.vst3` from what cargo has compiled.
///
/// # Errors
/// [`Error::Bundle`] where the library is missing, or lacks an entry point of either format.
pub fn assemble(workspace: &Workspace, build: Build) -> Result<(), Error> {
    for bundle in bundles(workspace) {
        remove(&bundle)?;
    }
    let arguments: Vec<String> = build.arguments().iter().map(|&a| a.to_owned()).collect();
    nice_plug_xtask::bundle(&workspace.target, PLUGIN, &arguments, false)
        .map_err(|error| Error::Bundle(format!("{error:#}")))?;
    for bundle in bundles(workspace) {
        if !bundle.exists() {
            return Err(Error::Bundle(format!(
                "the library exports no entry point for {}",
                bundle.display()
            )));
        }
        if cfg!(target_os = "macos") {
            plist::correct(&bundle)?;
        }
    }
    Ok(())
}

/// The finished bundles: CLAP, VST3.
pub fn bundles(workspace: &Workspace) -> [PathBuf; 2] {
    let folder = workspace.bundled();
    [folder.join("Tagline.clap"), folder.join("Tagline.vst3")]
}

/// Removes a file or a folder, if it is there.
///
/// # Errors
/// [`Error::File`].
pub fn remove(path: &Path) -> Result<(), Error> {
    let outcome = match std::fs::symlink_metadata(path) {
        Ok(metadata) if metadata.is_dir() => std::fs::remove_dir_all(path),
        Ok(_) => std::fs::remove_file(path),
        Err(_) => Ok(()),
    };
    outcome.map_err(|source| Error::File {
        what: "remove",
        path: path.into(),
        source,
    })
}
