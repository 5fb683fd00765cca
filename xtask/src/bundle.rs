//! `cargo xtask bundle`: the plugin as CLAP and VST3 bundles.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::plist;
use crate::process;
use crate::vst3_presets;
use crate::workspace::{Workspace, cargo, remove};

/// The package, and so the library, that is the plugin.
const PLUGIN: &str = "tagline";

/// How the plugin is compiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Build {
    /// Quickly, with checks such as `assert_no_alloc`, for tests.
    Dev,
    /// With optimisation, for use on this machine.
    Release,
    /// Optimised as a whole and stripped, for other machines. It takes longest.
    Dist,
}

impl Build {
    /// The options that tell cargo the profile.
    fn profile(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &[],
            Self::Release => &["--release"],
            Self::Dist => &["--profile=dist"],
        }
    }

    /// The options that tell cargo what to compile.
    ///
    /// Cargo settles the features of shared dependencies for all that one command compiles together,
    /// and compiles much anew for another choice. So what the tests use is built with the tests; the
    /// plugin and its host do without the trainer's crates, Arrow above all. Benchmarks are not linked:
    /// the lints have seen that they compile.
    fn packages(self) -> &'static [&'static str] {
        match self {
            Self::Dev => &["--workspace", "--lib", "--bins", "--examples", "--tests"],
            Self::Release => &["--package=tagline", "--package=tagline-host"],
            Self::Dist => &["--package=tagline"],
        }
    }
}

/// Compiles the plugin, and makes the bundles. With [`Build::Release`] its headless host is
/// compiled too.
///
/// # Errors
/// Those of cargo; [`Error::Bundle`] where the library is missing, or lacks an entry point of either format.
pub fn run(workspace: &Workspace, build: Build) -> Result<(), Error> {
    process::run_to_stderr(&mut compile(build))?;
    assemble(workspace, build)
}

fn compile(build: Build) -> Command {
    let mut command = cargo();
    command
        .arg("build")
        .args(build.packages())
        .args(build.profile());
    command
}

/// Makes `target/bundled/Tagline.clap` and `Tagline.vst3` from what cargo has compiled, and beside them
/// the presets for VST3 hosts.
///
/// # Errors
/// [`Error::Bundle`] where the library is missing, or lacks an entry point of either format.
fn assemble(workspace: &Workspace, build: Build) -> Result<(), Error> {
    for bundle in bundles(workspace) {
        remove(&bundle)?;
    }
    let arguments: Vec<String> = build.profile().iter().map(|&a| a.to_owned()).collect();
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
    vst3_presets::write(workspace)
}

/// The finished bundles: CLAP, VST3.
pub fn bundles(workspace: &Workspace) -> [PathBuf; 2] {
    let folder = workspace.bundled();
    [folder.join("Tagline.clap"), folder.join("Tagline.vst3")]
}
