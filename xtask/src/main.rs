//! `cargo xtask`: builds, bundles, validates, installs, demonstrates, tests and measures Tagline.
//!
//! It needs Rust and nothing else, so that it can say what else is missing.

mod bundle;
mod counts;
mod default_model;
mod deny;
mod disk;
mod error;
mod install;
mod macos;
mod measure;
mod onnx_checker;
mod onnxruntime;
mod other_systems;
mod package;
mod package_test;
mod packages;
mod plist;
mod process;
mod python;
mod say;
mod setup;
mod stage;
mod suite;
mod target;
mod validate;
mod version;
mod vst3_presets;
mod wheel;
mod windows_test;
mod wine;
mod workspace;
mod xvfb;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::bundle::Build;
use crate::error::Error;
use crate::say::note;
use crate::target::Target;
use crate::workspace::Workspace;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about, version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Look for the system packages that building and testing need, and install what is missing
    Setup {
        /// Install without asking
        #[arg(long)]
        yes: bool,
    },
    /// Build the plugin as target/bundled/Tagline.clap and Tagline.vst3
    Bundle {
        #[command(flatten)]
        profile: Profile,
        /// Build for another system, into target/TRIPLE/bundled, as in x86_64-pc-windows-gnu
        #[arg(long, value_name = "TRIPLE")]
        target: Option<Target>,
        /// For macOS, put both processors into one library, in target/universal-apple-darwin/bundled
        #[arg(long, conflicts_with = "target")]
        universal: bool,
        /// For macOS, make the Audio Unit, too, which compiles C++
        #[arg(long)]
        auv2: bool,
        /// Put ONNX Runtime beside the bundles, with its licences; PyPI has it. On Windows it is the one
        /// with DirectML
        #[arg(long)]
        with_onnxruntime: bool,
    },
    /// Build the plugin and run clap-validator, Steinberg's validator and pluginval on it
    ///
    /// Each is looked for on the path and where TAGLINE_CLAP_VALIDATOR, TAGLINE_VST3_VALIDATOR and
    /// TAGLINE_PLUGINVAL name its file.
    Validate(Profile),
    /// Build the release bundles and put them where the user's hosts look for plugins
    Install,
    /// Build the plugin for others, and pack it into target/packages: archives, installers, sums
    ///
    /// On Linux it is linked by Zig, fetched from PyPI, to run with glibc 2.31 and newer. Two runs of one
    /// commit give the same bytes.
    Package(package::Options),
    /// Sign the bundles for macOS, have Apple notarise them, and staple its tickets to them
    ///
    /// Runs on a Mac with Xcode's tools. TAGLINE_SIGNING_IDENTITY names the certificate "Developer ID
    /// Application", TAGLINE_NOTARY_PROFILE the profile that `xcrun notarytool store-credentials` has kept.
    Notarise {
        /// The folder of the bundles (default: target/universal-apple-darwin/bundled)
        folder: Option<std::path::PathBuf>,
    },
    /// Install the packages where users do, tag a song, and remove them again
    ///
    /// Packages for Linux are opened in fresh systems by debootstrap, as root. The installer for Windows
    /// runs under Wine.
    PackageTest(package_test::Options),
    /// Give everything a new version, and date what is unreleased in the changelog
    Version {
        /// Three numbers, as in 1.2.0
        version: version::Version,
        /// The day of the release, as in 2026-11-30 (default: today, UTC)
        #[arg(long)]
        date: Option<version::Date>,
    },
    /// Build the Python package as a wheel in target/wheels
    ///
    /// Needs Python 3.9 or later, and PyPI for maturin.
    Wheel,
    /// Stream a song through the release bundle in a headless host and show the tags
    ///
    /// Everything after `demo` is handed to `tagline-host demo`.
    #[command(disable_help_flag = true)]
    Demo {
        /// `[AUDIO] [--model M] [--realtime] [--json]` and more: see `cargo xtask demo --help`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
    /// Check and test everything, and print the counts
    Test {
        /// Leave out the slow stages: documentation, dependency policy, and the tests in real hosts
        #[arg(long)]
        quick: bool,
    },
    /// Build for Windows, and run under Wine: the demo, both formats in small hosts, the tests of each crate
    ///
    /// Needs Rust's standard library for x86_64-pc-windows-gnu (`rustup target add` brings it). MinGW-w64
    /// and Wine are installed where that is allowed; TAGLINE_WINE names another Wine.
    WindowsTest,
    /// Make the model that is built in, from a folder of audio and models that teach
    ///
    /// models/README.md names what the present one was made of. An interrupted run goes on with the
    /// same command.
    DefaultModel(default_model::Recipe),
    /// Measure the engine and the plugin's audio thread in release builds
    ///
    /// Everything after `bench` is handed to `tagline-host bench`.
    #[command(disable_help_flag = true)]
    Bench {
        /// Options of `tagline-host bench`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

/// How the plugin is compiled.
#[derive(clap::Args)]
struct Profile {
    /// Build with optimisation, as for use in a studio
    #[arg(long, conflicts_with = "dist")]
    release: bool,
    /// Build for other machines: optimised as a whole and stripped, which takes longer
    #[arg(long)]
    dist: bool,
}

impl Profile {
    fn build(&self) -> Build {
        match (self.release, self.dist) {
            (_, true) => Build::Dist,
            (true, false) => Build::Release,
            (false, false) => Build::Dev,
        }
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments.command) {
        Ok(code) => code,
        Err(error) => {
            note!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: Command) -> Result<ExitCode, Error> {
    let workspace = Workspace::enter()?;
    match command {
        Command::Setup { yes } => setup::run(yes)?,
        Command::Bundle {
            profile,
            target,
            universal,
            auv2,
            with_onnxruntime,
        } => {
            let target = match target {
                Some(target) => target,
                None if universal => Target::universal(),
                None => Target::builder(),
            };
            setup::require_build()?;
            macos::bundle(&workspace, &target, profile.build(), auv2)?;
            if with_onnxruntime {
                let folder = workspace.bundled(&target);
                onnxruntime::put_into(&workspace, &target, &folder)?;
            }
        }
        Command::Validate(profile) => {
            setup::require_build()?;
            return validate::run(&workspace, profile.build());
        }
        Command::Install => {
            setup::require_build()?;
            install::run(&workspace)?;
        }
        Command::Package(options) => {
            setup::require_build()?;
            package::run(&workspace, &options)?;
        }
        Command::Notarise { folder } => {
            let bundled = || workspace.bundled(&Target::universal());
            let folder = folder.map(|folder| workspace.started_in.join(folder));
            macos::notarise(&workspace, &folder.unwrap_or_else(bundled))?;
        }
        Command::PackageTest(options) => return package_test::run(&workspace, &options),
        Command::Version { version, date } => {
            let date = date.unwrap_or_else(version::Date::today);
            version::run(&workspace, version, date)?;
        }
        Command::Wheel => {
            setup::require_build()?;
            python::wheel(&workspace)?;
        }
        Command::Demo { arguments } => {
            setup::require_build()?;
            return measure::demo(&workspace, &arguments);
        }
        Command::Bench { arguments } => {
            setup::require_build()?;
            return measure::bench(&workspace, &arguments);
        }
        Command::DefaultModel(recipe) => {
            setup::require_build()?;
            default_model::run(&workspace, &recipe)?;
        }
        Command::WindowsTest => {
            setup::require_build()?;
            return windows_test::run(&workspace);
        }
        Command::Test { quick } => {
            setup::require_build()?;
            return suite::run(&workspace, quick);
        }
    }
    Ok(ExitCode::SUCCESS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_line_in_the_documents_is_one_that_xtask_takes() {
        use tagline_tests::documents::{arguments_of_xtask, blocks, programs};
        let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let mut commands = 0;
        for block in blocks(&root) {
            for shown in block.commands {
                for program in programs(&shown.text) {
                    let Some(arguments) = arguments_of_xtask(&program) else {
                        continue;
                    };
                    let words =
                        std::iter::once("xtask").chain(arguments.iter().map(String::as_str));
                    if let Err(error) = Arguments::try_parse_from(words) {
                        panic!("{}, line {}: {error}", block.document, shown.line);
                    }
                    commands += 1;
                }
            }
        }
        assert!(commands > 5, "{commands}");
    }

    #[test]
    fn the_demo_hands_on_options_it_does_not_know() {
        let arguments = Arguments::parse_from([
            "cargo xtask",
            "demo",
            "song.mp3",
            "--model",
            "m.onnx",
            "--json",
        ]);
        let Command::Demo { arguments } = arguments.command else {
            panic!("not the demo");
        };
        assert_eq!(arguments, ["song.mp3", "--model", "m.onnx", "--json"]);
    }
}
