//! Checks the code for systems that this machine is not, as far as Rust's standard library for them is
//! there. Nothing is linked, so that neither their linkers nor their libraries are needed.

use std::process::Command;

use crate::counts::Counts;
use crate::error::Error;
use crate::packages::program;
use crate::process;
use crate::setup::{WINDOWS, has_standard_library};
use crate::stage;
use crate::workspace::cargo;

const MACOS: &str = "aarch64-apple-darwin";

/// Checks all crates and all their targets, with warnings denied.
///
/// # Errors
/// Those of running cargo.
pub fn check() -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for target in [WINDOWS, MACOS] {
        counts = counts
            + if has_standard_library(target) {
                stage::check(&mut command(target))?
            } else {
                stage::skipped(&format!(
                    "the code for {target}: its standard library is missing; `rustup target add {target}` \
                     brings it"
                ))
            };
    }
    Ok(counts)
}

fn command(target: &str) -> Command {
    let mut command = cargo();
    let has_clippy = process::succeeds(cargo().args(["clippy", "--version"]));
    command
        .arg(if has_clippy { "clippy" } else { "check" })
        .args(["--locked", "--keep-going", "--workspace", "--all-targets"])
        .arg(format!("--target={target}"));
    if !has_clippy {
        command.env("RUSTFLAGS", "-D warnings");
    }
    if target != WINDOWS || program("x86_64-w64-mingw32-gcc").is_none() {
        // C code of dependencies is not compiled: its results would only be linked.
        let target = target.replace('-', "_");
        for tool in ["CC", "CXX", "AR"] {
            command.env(format!("{tool}_{target}"), "true");
        }
    }
    if has_clippy {
        command.args(["--", "-D", "warnings"]);
    }
    command
}
