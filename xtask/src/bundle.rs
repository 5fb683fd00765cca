//! `cargo xtask bundle`: the plugin as CLAP and VST3 bundles.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::error::Error;
use crate::plist;
use crate::process;
use crate::say::note;
use crate::target::{System, Target};
use crate::vst3_presets;
use crate::workspace::{Workspace, cargo, create_folder, remove};

/// The package, and so the library, that is the plugin.
const PLUGIN: &str = "tagline";

/// What the bundles are called.
const NAME: &str = "Tagline";

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

    /// The folder that cargo has for the profile.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Dev => "debug",
            Self::Release => "release",
            Self::Dist => "dist",
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
pub fn run(workspace: &Workspace, target: &Target, build: Build) -> Result<(), Error> {
    let mut command = cargo();
    command.arg("build");
    run_with(workspace, target, build, command, target.option())
}

/// As [`run`], with another command than `cargo build`, and with its own way to name the target.
///
/// # Errors
/// As [`run`].
pub fn run_with(
    workspace: &Workspace,
    target: &Target,
    build: Build,
    command: Command,
    option: Option<String>,
) -> Result<(), Error> {
    compile(target, build, command, option)?;
    assemble(workspace, target, build)
}

/// Compiles the plugin with `command`, to which it says what, how and for which target.
///
/// # Errors
/// Those of the command.
pub fn compile(
    target: &Target,
    build: Build,
    mut command: Command,
    option: Option<String>,
) -> Result<(), Error> {
    command
        .args(build.packages())
        .args(build.profile())
        .args(option);
    if target.system == System::MacOs {
        command.env("MACOSX_DEPLOYMENT_TARGET", plist::OLDEST_SYSTEM);
    }
    process::run_to_stderr(&mut command)
}

/// The library that cargo makes of the plugin.
pub fn compiled(workspace: &Workspace, target: &Target, build: Build) -> PathBuf {
    let folder = target.folder(&workspace.target).join(build.folder());
    folder.join(target.library(PLUGIN))
}

/// A plugin format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Clap,
    Vst3,
    /// Audio Units, in libraries for macOS that were compiled with them.
    AudioUnit,
}

impl Format {
    /// The ending of its bundles.
    fn extension(self) -> &'static str {
        match self {
            Self::Clap => "clap",
            Self::Vst3 => "vst3",
            Self::AudioUnit => "component",
        }
    }

    /// The name of its bundle.
    fn bundle(self) -> String {
        format!("{NAME}.{}", self.extension())
    }

    /// The symbol by which hosts enter it.
    fn entry(self) -> &'static [u8] {
        match self {
            Self::Clap => b"clap_entry\0",
            Self::Vst3 => b"GetPluginFactory\0",
            Self::AudioUnit => b"GetPluginFactoryAUV2\0",
        }
    }

    /// Where the library lies in the bundle, which on Linux and Windows is itself the CLAP.
    fn library(self, target: &Target) -> PathBuf {
        let bundle = PathBuf::from(self.bundle());
        let contents = bundle.join("Contents");
        let architecture = &target.architecture;
        match (target.system, self) {
            (System::MacOs, _) => contents.join("MacOS").join(NAME),
            (_, Self::Clap | Self::AudioUnit) => bundle,
            (System::Linux, Self::Vst3) => contents
                .join(format!("{architecture}-linux"))
                .join(format!("{NAME}.so")),
            (System::Windows, Self::Vst3) => {
                let folder = match architecture.as_str() {
                    "aarch64" => "arm64-win",
                    "i686" => "x86-win",
                    _ => "x86_64-win",
                };
                contents.join(folder).join(format!("{NAME}.vst3"))
            }
        }
    }
}

/// Makes `Tagline.clap`, `Tagline.vst3` and, where it was compiled, `Tagline.component` from what cargo has compiled, and beside them the presets for
/// VST3 hosts. The builder's own lie in `target/bundled`, those of another target in
/// `target/<triple>/bundled`.
///
/// # Errors
/// [`Error::Bundle`] where the library is missing, or lacks an entry point of either format.
pub fn assemble(workspace: &Workspace, target: &Target, build: Build) -> Result<(), Error> {
    let library = compiled(workspace, target, build);
    let failed = |what, path: &Path| {
        let path = path.to_owned();
        move |source| Error::File { what, path, source }
    };
    let code = std::fs::read(&library).map_err(failed("read", &library))?;
    let folder = workspace.bundled(target);
    for format in [Format::Clap, Format::Vst3, Format::AudioUnit] {
        let bundle = folder.join(format.bundle());
        remove(&bundle)?;
        if !contains(&code, format.entry()) {
            if format == Format::AudioUnit {
                continue;
            }
            return Err(Error::Bundle(format!(
                "{} exports no entry point for {}",
                library.display(),
                bundle.display()
            )));
        }
        let copy = folder.join(format.library(target));
        create_folder(copy.parent().unwrap_or(&copy))?;
        std::fs::copy(&library, &copy).map_err(failed("write", &copy))?;
        if target.system == System::MacOs {
            plist::write(&bundle)?;
        }
        note!("Made {}", bundle.display());
    }
    vst3_presets::write(workspace, target)
}

fn contains(code: &[u8], symbol: &[u8]) -> bool {
    code.windows(symbol.len()).any(|part| part == symbol)
}

/// The finished bundles: CLAP, VST3.
pub fn bundles(workspace: &Workspace, target: &Target) -> [PathBuf; 2] {
    let folder = workspace.bundled(target);
    [Format::Clap, Format::Vst3].map(|format| folder.join(format.bundle()))
}

/// The libraries in the finished bundles: CLAP, VST3.
pub fn libraries(workspace: &Workspace, target: &Target) -> [PathBuf; 2] {
    let folder = workspace.bundled(target);
    [Format::Clap, Format::Vst3].map(|format| folder.join(format.library(target)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_lies_where_hosts_of_the_targets_system_look_for_it() {
        for (triple, clap, vst3) in [
            (
                "x86_64-unknown-linux-gnu",
                "Tagline.clap",
                "Tagline.vst3/Contents/x86_64-linux/Tagline.so",
            ),
            (
                "x86_64-pc-windows-gnu",
                "Tagline.clap",
                "Tagline.vst3/Contents/x86_64-win/Tagline.vst3",
            ),
            (
                "aarch64-pc-windows-msvc",
                "Tagline.clap",
                "Tagline.vst3/Contents/arm64-win/Tagline.vst3",
            ),
            (
                "aarch64-apple-darwin",
                "Tagline.clap/Contents/MacOS/Tagline",
                "Tagline.vst3/Contents/MacOS/Tagline",
            ),
        ] {
            let target = triple.parse().expect("a target");
            assert_eq!(Format::Clap.library(&target), Path::new(clap));
            assert_eq!(Format::Vst3.library(&target), Path::new(vst3));
        }
        let target = "universal-apple-darwin".parse().expect("a target");
        let component = Format::AudioUnit.library(&target);
        assert_eq!(
            component,
            Path::new("Tagline.component/Contents/MacOS/Tagline")
        );
    }

    #[test]
    fn an_entry_point_that_is_not_there_is_missed() {
        assert!(contains(b"..\0clap_entry\0..", Format::Clap.entry()));
        assert!(!contains(b"..\0clap_entry_2\0..", Format::Clap.entry()));
    }
}
