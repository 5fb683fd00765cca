//! The Python package: its wheel, and its tests.
//!
//! Python and what its tests need are looked for when the tests run. Nothing else of the project needs Python.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::counts::Counts;
use crate::error::Error;
use crate::workspace::{Workspace, create_folder};
use crate::{process, stage};

/// The oldest Python that the wheel is for.
const OLDEST: &str = "import sys; sys.exit(sys.version_info < (3, 9))";
/// What the tests need, and what the tests with Ray and with Spark need besides.
const REQUIREMENTS: &str = "python/tests/requirements.txt";
const FOR_RAY: &str = "python/tests/requirements-ray.txt";
const FOR_SPARK: &str = "python/tests/requirements-spark.txt";

/// Packs the library of the development build as a wheel and tests it.
///
/// # Errors
/// Those of packing the wheel and of running the tests. A missing Python or PyPI is none: the tests are skipped.
pub fn test(workspace: &Workspace) -> Result<Counts, Error> {
    if !process::succeeds(Command::new("python3").args(["-c", OLDEST])) {
        return Ok(stage::skipped(
            "the Python package: there is no Python 3.9 or later",
        ));
    }
    let python = match environment(workspace) {
        Ok(python) => python,
        Err(error) => {
            return Ok(stage::skipped(&format!(
                "the Python package: {error}; its tests need pip and PyPI, or its cache"
            )));
        }
    };
    // Their tests say that they were skipped if this fails.
    let _ = install(&python, "ray", FOR_RAY);
    if process::succeeds(Command::new("java").arg("-version")) {
        let _ = install(&python, "pyspark", FOR_SPARK);
    }
    let wheels = workspace.target.join("python/wheels");
    process::run(
        Command::new(&python)
            .args(["python/pack.py", "--maturin"])
            .arg(python.with_file_name("maturin"))
            .arg("--library")
            .arg(library(&workspace.target.join("debug")))
            .arg("--out")
            .arg(&wheels),
    )?;
    stage::tests(
        Command::new(&python)
            .args(["-B", "python/tests/run.py"])
            .arg(&wheels)
            .env("TAGLINE_TRAINER", program(&workspace.target, "trainer")),
    )
}

/// Builds the wheel for users, as maturin makes it, into `target/wheels`.
///
/// # Errors
/// Those of pip and of maturin.
pub fn wheel(workspace: &Workspace) -> Result<(), Error> {
    let python = environment(workspace)?;
    process::run(
        Command::new(python.with_file_name("maturin"))
            .args([
                "build",
                "--release",
                "--locked",
                "--manifest-path",
                "python/Cargo.toml",
            ])
            .arg("--interpreter")
            .arg(&python)
            .arg("--out")
            .arg(workspace.target.join("wheels")),
    )
}

/// The Python of an environment with what the tests need. It is made the first time.
fn environment(workspace: &Workspace) -> Result<PathBuf, Error> {
    let folder = workspace.target.join("python/environment");
    let python = in_environment(&folder, "python");
    if !python.is_file() {
        create_folder(&folder)?;
        process::run_to_stderr(Command::new("python3").args(["-m", "venv"]).arg(&folder))?;
    }
    install(&python, "maturin, mypy, numpy, pyarrow", REQUIREMENTS)?;
    Ok(python)
}

/// Installs `requirements` unless all modules of the list `modules` are there.
fn install(python: &Path, modules: &str, requirements: &str) -> Result<(), Error> {
    let import = format!("import {modules}");
    if process::succeeds(Command::new(python).args(["-c", &import])) {
        return Ok(());
    }
    process::run_to_stderr(
        Command::new(python)
            .args([
                "-m",
                "pip",
                "--quiet",
                "--disable-pip-version-check",
                "install",
            ])
            .args([
                "--no-deps",
                "--only-binary=:all:",
                "--requirement",
                requirements,
            ]),
    )
}

/// A program of an environment.
fn in_environment(folder: &Path, name: &str) -> PathBuf {
    let programs = if cfg!(windows) { "Scripts" } else { "bin" };
    let program = folder.join(programs).join(name);
    program.with_extension(std::env::consts::EXE_EXTENSION)
}

/// A program of the development build.
fn program(target: &Path, name: &str) -> PathBuf {
    let program = target.join("debug").join(name);
    program.with_extension(std::env::consts::EXE_EXTENSION)
}

/// The extension module as cargo names it.
fn library(folder: &Path) -> PathBuf {
    let (prefix, suffix) = (std::env::consts::DLL_PREFIX, std::env::consts::DLL_SUFFIX);
    folder.join(format!("{prefix}_tagline{suffix}"))
}
