//! `cargo xtask package-test`: the packages installed where users install them, and removed again.
//!
//! Linux packages are opened in fresh systems by debootstrap, the installer for Windows under Wine. Each time
//! the installed plugin tags a song, and the tags are compared with those of this machine.

mod chroot;
mod linux;
mod schema;
mod tags;
mod windows;

use std::path::PathBuf;
use std::process::ExitCode;

use crate::error::Error;
use crate::stage;
use crate::target::{System, Target};
use crate::workspace::Workspace;

/// What is tested, and with what.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Test the packages for another system, as in x86_64-pc-windows-gnu
    #[arg(long, value_name = "TRIPLE")]
    target: Option<Target>,
    /// The folder of the packages (default: target/packages/VERSION)
    #[arg(long, value_name = "FOLDER")]
    packages: Option<PathBuf>,
    /// The `tagline-host` that loads the installed plugin, made for the packages' target (default: build it)
    #[arg(long, value_name = "PROGRAM")]
    host: Option<PathBuf>,
    /// The song to tag (default: the demonstration's own piece)
    #[arg(long, value_name = "FILE")]
    song: Option<PathBuf>,
    /// The folder of the fresh systems, which are made there the first time (default: target/chroots)
    #[arg(long, value_name = "FOLDER")]
    chroots: Option<PathBuf>,
    /// Test in these systems only, by the names of their releases, as in bullseye,noble
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    systems: Vec<String>,
}

/// Installs and removes every package of the target. What cannot be tested here counts as skipped.
///
/// # Errors
/// Those of building the host; a test that fails is counted.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode, Error> {
    let target = options.target.clone().unwrap_or_else(Target::builder);
    let from_there = |path: &PathBuf| workspace.started_in.join(path);
    let packages = options.packages.as_ref().map_or_else(
        || {
            let folder = workspace.target.join("packages");
            folder.join(env!("CARGO_PKG_VERSION"))
        },
        from_there,
    );
    let song = options.song.as_ref().map_or_else(
        || workspace.root.join("crates/host/assets/demo.ogg"),
        from_there,
    );
    let mut stages = vec![stage::run("lists of what is in it", || {
        schema::check(workspace, &packages)
    })];
    stages.extend(match target.system {
        System::Linux => {
            let chroots = options
                .chroots
                .as_ref()
                .map_or_else(|| workspace.target.join("chroots"), from_there);
            linux::stages(
                workspace,
                &linux::Test {
                    target: &target,
                    packages: &packages,
                    chroots: &chroots,
                    host: options.host.as_ref().map(from_there),
                    song: &song,
                    systems: &options.systems,
                },
            )?
        }
        System::Windows => windows::stages(
            workspace,
            &windows::Test {
                target: &target,
                packages: &packages,
                host: options.host.as_ref().map(from_there),
                song: &song,
            },
        )?,
        System::MacOs => vec![stage::run("packages for macOS", || {
            Ok(stage::skipped(
                "packages for macOS: they are installed by copying, and are tested on a Mac",
            ))
        })],
    });
    Ok(stage::summary(&stages))
}
