//! `cargo xtask demo` and `cargo xtask bench`: the release bundle in the headless host.

use std::ffi::OsString;
use std::process::{Command, ExitCode};

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::process;
use crate::workspace::{Workspace, cargo};

/// Streams a song through the release bundle: `tagline-host demo` with `arguments`.
///
/// Standard output is the demo's alone.
///
/// # Errors
/// Those of building. How the demo ends is the exit code.
pub fn demo(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Error> {
    bundle::run(workspace, Build::Release)?;
    exit_code(host(workspace, "demo").args(absolute(workspace, arguments)))
}

/// Runs the engine's benchmarks, then `tagline-host bench` with `arguments`.
///
/// # Errors
/// Those of building and of the engine's benchmarks.
pub fn bench(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Error> {
    bundle::run(workspace, Build::Release)?;
    process::run(cargo().args(["bench", "--package", "tagline-engine"]))?;
    exit_code(host(workspace, "bench").args(absolute(workspace, arguments)))
}

fn host(workspace: &Workspace, command: &str) -> Command {
    let program = Build::Release.folder(workspace).join("tagline-host");
    let [clap, _] = bundle::bundles(workspace);
    let mut host = Command::new(program.with_extension(std::env::consts::EXE_EXTENSION));
    host.arg(command).arg("--bundle").arg(clap);
    host
}

/// The arguments with the path of every file they name made absolute: the host runs in the
/// workspace's folder, and whoever named a file may have been in another.
fn absolute(workspace: &Workspace, arguments: &[OsString]) -> Vec<OsString> {
    arguments
        .iter()
        .map(|argument| {
            let file = workspace.started_in.join(argument);
            if file.is_file() {
                file.into_os_string()
            } else {
                argument.clone()
            }
        })
        .collect()
}

fn exit_code(command: &mut Command) -> Result<ExitCode, Error> {
    let status = process::status(command)?;
    Ok(match status.code() {
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => {
            // Ended by a signal: nothing else would say so.
            eprintln!(
                "error: `{}` ended early ({status})",
                process::shown(command)
            );
            ExitCode::FAILURE
        }
    })
}
