//! Builds for Linux that run with an older glibc than this machine's.
//!
//! A library takes the newest version of each symbol that the linker sees. Zig has the symbols of every
//! glibc, and cargo-zigbuild has cargo link by it; both come from PyPI, as all else that is fetched.

use std::path::PathBuf;
use std::process::Command;

use crate::error::Error;
use crate::process;
use crate::workspace::{Workspace, create_folder, remove};

/// The glibc of Debian 11, and of what is newer: Ubuntu 20.04, Fedora 32, RHEL 9.
pub const OLDEST: [u32; 2] = [2, 31];

/// pip refuses any other file.
const REQUIREMENTS: &str = "\
cargo-zigbuild==0.24.1 \
  --hash=sha256:238a1ab54a95053a4eadc34775c81f795a8ad75f80bfed63f3f445f518102375
ziglang==0.17.1 \
  --hash=sha256:ea6cc5d87b033cf0aedfbc8f9549a908cae6c50ac31f1698188fa48a74524b54
";

/// The command that builds for `triple`, with cargo's options still to be added.
///
/// # Errors
/// pip's errors, such as no network; [`Error::File`].
pub fn build(workspace: &Workspace) -> Result<Command, Error> {
    let folder = tools(workspace)?;
    let mut command = Command::new(folder.join("bin").join("cargo-zigbuild"));
    command
        .arg("zigbuild")
        .env(
            "CARGO_ZIGBUILD_ZIG_PATH",
            folder.join("ziglang").join("zig"),
        )
        // What a user has set for this machine's own linker is not meant for Zig's.
        .env_remove("RUSTFLAGS");
    Ok(command)
}

/// The target in cargo-zigbuild's words: the glibc follows Rust's name.
#[must_use]
pub fn target(triple: &str) -> String {
    let [major, minor] = OLDEST;
    format!("--target={triple}.{major}.{minor}")
}

/// The folder of both tools, fetched the first time.
fn tools(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("tools").join("zigbuild");
    let zig = folder.join("ziglang").join("zig");
    if process::succeeds(Command::new(&zig).arg("version")) {
        return Ok(folder);
    }
    remove(&folder)?;
    create_folder(&folder)?;
    crate::wheel::install(REQUIREMENTS, &folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_target_names_the_glibc() {
        assert_eq!(
            target("x86_64-unknown-linux-gnu"),
            "--target=x86_64-unknown-linux-gnu.2.31"
        );
    }
}
