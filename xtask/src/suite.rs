//! `cargo xtask test`: everything that is checked, stage by stage.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use crate::bundle::{self, Build};
use crate::counts::Counts;
use crate::error::Error;
use crate::say::say;
use crate::stage;
use crate::target::Target;
use crate::workspace::{Workspace, cargo};
use crate::xvfb::Xvfb;
use crate::{
    deny, disk, onnx_checker, onnxruntime, other_systems, process, python, setup, windows_test,
};

/// Runs every stage, or the quick ones, and prints the summary.
///
/// # Errors
/// None: a stage that ends in an error counts as a failure.
pub fn run(workspace: &Workspace, quick: bool) -> Result<ExitCode, Error> {
    if !quick {
        setup::prepare_tests();
        disk::warn_before_checks(&workspace.target);
    }
    let mut stages = vec![
        stage::run("formatting", formatting),
        stage::run("lints", || lints(quick)),
    ];
    if quick {
        stages.push(stage::run("tests of each crate", || crate_tests(workspace)));
    } else {
        stages.push(stage::run(
            "code for Windows and macOS",
            other_systems::check,
        ));
        stages.push(stage::run("documentation", documentation));
        stages.push(stage::run("dependency policy", || policy(workspace)));
        let bundles = stage::run("bundles", || bundles(workspace));
        let bundled = bundles.counts.failed == 0;
        stages.push(bundles);
        // Without bundles of this source, the tests in hosts would test something else.
        if bundled {
            stages.push(stage::run("tests", || all_tests(workspace)));
            stages.push(stage::run("Python package", || python::test(workspace)));
            stages.extend(windows_test::stages_or_absence(workspace));
        }
    }
    Ok(stage::summary(&stages))
}

fn formatting() -> Result<Counts, Error> {
    if !process::succeeds(cargo().args(["fmt", "--version"])) {
        return Ok(stage::skipped("formatting: rustfmt is not installed"));
    }
    stage::check(cargo().args(["fmt", "--all", "--check"]))
}

/// The trainer as it is built for graphics cards. It has all the code of the other one and more,
/// so that lints and documentation look at this one alone and share what cargo has checked.
const FOR_CARDS: &str = "--features=trainer/cuda,trainer/vulkan";

fn lints(quick: bool) -> Result<Counts, Error> {
    if !process::succeeds(cargo().args(["clippy", "--version"])) {
        return Ok(stage::skipped("lints: clippy is not installed"));
    }
    let mut command = cargo();
    command.args(["clippy", "--locked", "--keep-going", "--workspace"]);
    if !quick {
        command.arg(FOR_CARDS);
    }
    stage::check(command.args(["--all-targets", "--", "-D", "warnings"]))
}

fn documentation() -> Result<Counts, Error> {
    stage::check(
        cargo()
            .args(["doc", "--locked", "--workspace", "--no-deps", "--quiet"])
            .args(["--keep-going", FOR_CARDS])
            .env("RUSTDOCFLAGS", "-D warnings"),
    )
}

fn policy(workspace: &Workspace) -> Result<Counts, Error> {
    match deny::check(workspace) {
        Ok(mut command) => stage::check(&mut command),
        Err(error) => Ok(stage::skipped(&format!(
            "dependency policy: {error}; `cargo install cargo-deny` brings it"
        ))),
    }
}

/// Compiles everything once, for the bundles and for the tests, and makes the bundles.
fn bundles(workspace: &Workspace) -> Result<Counts, Error> {
    bundle::run(workspace, &Target::builder(), Build::Dev)?;
    Ok(Counts {
        passed: 1,
        ..Counts::default()
    })
}

fn all_tests(workspace: &Workspace) -> Result<Counts, Error> {
    let mut command = cargo_test(workspace);
    let server = Xvfb::start();
    if let Some(server) = &server {
        command
            .env("DISPLAY", &server.display)
            .env("LIBGL_ALWAYS_SOFTWARE", "1");
    }
    stage::tests(command.args(["--", "--show-output"]))
}

fn crate_tests(workspace: &Workspace) -> Result<Counts, Error> {
    let mut command = cargo_test(workspace);
    stage::tests(command.args(["--exclude", "tagline-tests", "--", "--show-output"]))
}

fn cargo_test(workspace: &Workspace) -> Command {
    let mut command = cargo();
    command
        .args(["test", "--locked", "--workspace", "--no-fail-fast"])
        // A model that the user has installed must not change what is tested.
        .env("TAGLINE_MODELS", workspace.target.join("no-models"));
    let library = onnxruntime_for_tests(std::env::var_os(ORT_LIB), || {
        onnxruntime::library(workspace, &Target::builder())
    });
    match library {
        Ok(Some(library)) => {
            command.env(ORT_LIB, library);
        }
        Ok(None) => say!("The tests use the ONNX Runtime that {ORT_LIB} names."),
        Err(error) => say!("No ONNX Runtime for the tests, so some will skip: {error}"),
    }
    match onnx_checker::packages(workspace) {
        Ok(packages) => {
            command.env("TAGLINE_ONNX_CHECKER", packages);
        }
        Err(error) => say!("No onnx.checker for the tests, so some will skip: {error}"),
    }
    command
}

/// Names the library of ONNX Runtime that the tests use.
const ORT_LIB: &str = "TAGLINE_ORT_LIB";

/// The library that the tests use, or `None` where the user names one, such as a build for another
/// provider.
fn onnxruntime_for_tests(
    named: Option<OsString>,
    fetch: impl FnOnce() -> Result<PathBuf, Error>,
) -> Result<Option<PathBuf>, Error> {
    if named.is_some_and(|named| !named.is_empty()) {
        return Ok(None);
    }
    fetch().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_that_the_user_names_is_not_replaced_and_nothing_is_fetched_for_it() {
        let wheel = || Ok(PathBuf::from("/wheel/libonnxruntime.so"));
        let mine = Some(OsString::from("/mine/libonnxruntime.so"));
        let given = onnxruntime_for_tests(mine, || panic!("nothing is fetched"));
        assert_eq!(given.ok(), Some(None));
        for unset in [None, Some(OsString::new())] {
            let given = onnxruntime_for_tests(unset, wheel);
            assert_eq!(given.ok().flatten(), wheel().ok());
        }
    }
}
