//! `cargo xtask setup`: the system packages that building and testing need.

use std::io::IsTerminal;
use std::process::Command;

use crate::error::Error;
use crate::packages::{Manager, Need, Purpose, missing, program};
use crate::process;
use crate::say::note;
use crate::target::Target;

/// Looks for everything, and installs what is missing if it may.
///
/// # Errors
/// [`Error::Packages`], with the line to run, if something is missing and this program may not
/// install it; the errors of the package manager.
pub fn run(yes: bool) -> Result<(), Error> {
    let needs = missing(&[Purpose::Build, Purpose::Test]);
    if needs.is_empty() {
        note!("Everything that building and testing need is there.");
        return Ok(());
    }
    note!("Missing: {}.", in_words(&needs));
    if !(yes || confirmed(&needs)) {
        return Err(refusal(&needs));
    }
    install(&needs)
}

/// Makes sure that the plugin can be compiled. It installs what is missing for root, who is alone on
/// such a machine, and tells everybody else what to do.
///
/// # Errors
/// As [`run`].
pub fn require_build() -> Result<(), Error> {
    require(Purpose::Build)
}

/// As [`require_build`], for another purpose.
///
/// # Errors
/// As [`run`].
pub fn require(purpose: Purpose) -> Result<(), Error> {
    let needs = missing(&[purpose]);
    if needs.is_empty() {
        return Ok(());
    }
    note!("Missing: {}.", in_words(&needs));
    if is_root() {
        install(&needs)
    } else {
        Err(refusal(&needs))
    }
}

/// Makes sure that every test can run, as [`require_build`] does for the build. If something stays
/// missing, it says so and goes on, and the tests that need it are skipped.
pub fn prepare_tests() {
    let needs = missing(&[Purpose::Test]);
    if needs.is_empty() {
        return;
    }
    note!("Missing: {}.", in_words(&needs));
    let outcome = if is_root() {
        install(&needs)
    } else {
        Err(refusal(&needs))
    };
    if let Err(error) = outcome {
        note!("{error}\nThe tests that need them will be skipped.");
    }
}

/// Makes sure that code can be compiled for `target`, as [`require_build`] does for the builder's own.
///
/// # Errors
/// As [`run`]; [`Error::NoStandardLibrary`].
pub fn require_target(target: &Target) -> Result<(), Error> {
    let Some(triple) = target.triple() else {
        return Ok(());
    };
    if !has_standard_library(triple) {
        return Err(Error::NoStandardLibrary {
            target: triple.to_owned(),
        });
    }
    if triple == WINDOWS {
        require(Purpose::BuildForWindows)
    } else {
        Ok(())
    }
}

/// What is compiled for Windows on Linux.
pub const WINDOWS: &str = "x86_64-pc-windows-gnu";

/// Whether the compiler that builds has Rust's standard library for `triple`.
pub fn has_standard_library(triple: &str) -> bool {
    let compiler = std::env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
    let output = Command::new(compiler)
        .args(["--print", "target-libdir", "--target", triple])
        .output();
    output.is_ok_and(|output| {
        let folder = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        std::fs::read_dir(folder).is_ok_and(|mut files| {
            files.any(|file| {
                file.is_ok_and(|file| file.file_name().to_string_lossy().starts_with("libstd-"))
            })
        })
    })
}

fn install(needs: &[&Need]) -> Result<(), Error> {
    let Some(Manager::Apt) = Manager::of_this_machine() else {
        return Err(refusal(needs));
    };
    let words = Manager::Apt.install_command(needs);
    let sudo = if is_root() {
        None
    } else if process::succeeds(Command::new("sudo").args(["--non-interactive", "true"])) {
        Some("sudo")
    } else {
        return Err(refusal(needs));
    };
    process::run_to_stderr(&mut elevated(sudo, &["apt-get", "update", "--quiet"]))?;
    process::run_to_stderr(&mut elevated(sudo, &words))?;
    let left: Vec<&Need> = needs
        .iter()
        .copied()
        .filter(|need| !need.is_met())
        .collect();
    if left.is_empty() {
        Ok(())
    } else {
        Err(refusal(&left))
    }
}

fn elevated(sudo: Option<&str>, words: &[&str]) -> Command {
    let mut line = sudo
        .into_iter()
        .chain(["env", "DEBIAN_FRONTEND=noninteractive"])
        .chain(words.iter().copied());
    let mut command = Command::new(line.next().unwrap_or("env"));
    command.args(line);
    command
}

fn confirmed(needs: &[&Need]) -> bool {
    if !std::io::stdin().is_terminal() || Manager::of_this_machine() != Some(Manager::Apt) {
        return false;
    }
    crate::say::error_line(&format!("Run `{}`? [y/N] ", command_line(needs)));
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).is_ok()
        && matches!(answer.trim(), "y" | "Y" | "yes" | "Yes")
}

fn refusal(needs: &[&Need]) -> Error {
    Error::Packages {
        missing: in_words(needs),
        command: command_line(needs),
    }
}

fn command_line(needs: &[&Need]) -> String {
    let manager = Manager::of_this_machine().unwrap_or(Manager::Apt);
    let sudo = if is_root() { "" } else { "sudo " };
    format!("{sudo}{}", manager.install_command(needs).join(" "))
}

fn in_words(needs: &[&Need]) -> String {
    needs
        .iter()
        .map(|need| need.what)
        .collect::<Vec<_>>()
        .join(", ")
}

/// Whether this program may do everything.
pub fn is_root() -> bool {
    program("id").is_some()
        && Command::new("id")
            .arg("-u")
            .output()
            .is_ok_and(|output| output.stdout.trim_ascii() == b"0")
}
