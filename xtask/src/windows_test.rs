//! `cargo xtask windows-test`: what was built for Windows on Linux, run there by Wine.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

use crate::bundle::{self, Build};
use crate::counts::Counts;
use crate::error::Error;
use crate::packages::Purpose;
use crate::say::say;
use crate::setup::{self, WINDOWS};
use crate::stage::{self, Stage};
use crate::target::Target;
use crate::wine::Wine;
use crate::workspace::{Workspace, cargo};
use crate::xvfb::Xvfb;
use crate::{onnxruntime, process};

/// How far a tag under Wine may lie from the same on Linux.
const TOLERANCE: f64 = 1e-5;

/// The libraries that every Windows 10 and later has, as far as the plugin uses them.
const OF_WINDOWS: [&str; 25] = [
    "advapi32.dll",
    "bcrypt.dll",
    "bcryptprimitives.dll",
    "combase.dll",
    "crypt32.dll",
    "dwmapi.dll",
    "dxgi.dll",
    "gdi32.dll",
    "imm32.dll",
    "kernel32.dll",
    "msvcrt.dll",
    "ntdll.dll",
    "ole32.dll",
    "oleaut32.dll",
    "opengl32.dll",
    "propsys.dll",
    "rpcrt4.dll",
    "secur32.dll",
    "shell32.dll",
    "shlwapi.dll",
    "user32.dll",
    "userenv.dll",
    "uxtheme.dll",
    "winmm.dll",
    "ws2_32.dll",
];

/// Builds for Windows and runs every stage.
///
/// # Errors
/// What is missing and may not be installed; those of building for this machine, whose tags are compared.
pub fn run(workspace: &Workspace) -> Result<ExitCode, Error> {
    if !cfg!(target_os = "linux") {
        return Err(Error::OnlyOnLinux {
            command: "windows-test",
            instead: "on Windows, `cargo xtask test` tests the same",
        });
    }
    setup::require(Purpose::RunForWindows)?;
    setup::prepare_tests();
    bundle::run(workspace, &Target::builder(), Build::Dev)?;
    Ok(stage::summary(&stages(workspace)?))
}

/// The stages, or the one that says why they cannot be run here.
pub fn stages_or_absence(workspace: &Workspace) -> Vec<Stage> {
    const NAME: &str = "Windows";
    let stages = absence().and_then(|absence| match absence {
        None => stages(workspace),
        Some(reason) => Ok(vec![stage::run(NAME, || Ok(stage::skipped(&reason)))]),
    });
    stages.unwrap_or_else(|error| vec![stage::run(NAME, || Err(error))])
}

/// Why the stages cannot be run here, if they cannot.
fn absence() -> Result<Option<String>, Error> {
    Ok(if !setup::has_standard_library(WINDOWS) {
        Some(format!(
            "Windows: Rust's standard library for {WINDOWS} is missing; `rustup target add {WINDOWS}` \
             brings it"
        ))
    } else if Wine::find()?.is_none() {
        Some("Windows: there is no Wine; `cargo xtask windows-test` installs it".to_owned())
    } else {
        None
    })
}

/// The stages. This machine's own bundles and host are there already.
///
/// # Errors
/// What is missing and may not be installed.
fn stages(workspace: &Workspace) -> Result<Vec<Stage>, Error> {
    let target: Target = WINDOWS.parse().map_err(Error::Bundle)?;
    setup::require_target(&target)?;
    let Some(program) = Wine::find()? else {
        return Err(Error::NoWine);
    };
    let folder = target.folder(&workspace.target);
    let build = stage::run("Windows: bundles", || bundles(workspace, &target));
    let built = build.counts.failed == 0;
    let mut stages = vec![build];
    if !built {
        return Ok(stages);
    }
    let wine = Wine::start(program, &folder.join("wine"))?;
    let server = Xvfb::start();
    say!("{} runs what was built for Windows.", wine.version);
    let tests = |arguments: &[&str]| {
        let mut command = cargo();
        command
            .args(["test", "--locked", "--workspace", "--no-fail-fast"])
            .arg(format!("--target={WINDOWS}"))
            .args(arguments)
            .args(["--", "--show-output"])
            .env("CARGO_TARGET_X86_64_PC_WINDOWS_GNU_RUNNER", wine.program())
            .env("TAGLINE_MODELS", folder.join("no-models"))
            .envs(wine.environment());
        if let Some(server) = &server {
            command
                .env("DISPLAY", &server.display)
                .env("LIBGL_ALWAYS_SOFTWARE", "1");
        }
        match onnxruntime::library(workspace, &target) {
            Ok(library) => {
                command.env("TAGLINE_ORT_LIB", library);
            }
            Err(error) => say!("No ONNX Runtime for the tests, so some will skip: {error}"),
        }
        stage::tests(&mut command)
    };
    stages.push(stage::run("Windows: libraries", || {
        libraries(workspace, &target)
    }));
    stages.push(stage::run("Windows: tests of crates", || tests(&["--lib"])));
    stages.push(stage::run("Windows: both formats", || {
        tests(&["--test=formats"])
    }));
    stages.push(stage::run("Windows: demo", || {
        demo(workspace, &target, &wine, server.as_ref())
    }));
    Ok(stages)
}

fn bundles(workspace: &Workspace, target: &Target) -> Result<Counts, Error> {
    bundle::run(workspace, target, Build::Dev)?;
    Ok(passed())
}

fn passed() -> Counts {
    Counts {
        passed: 1,
        ..Counts::default()
    }
}

/// Each bundle needs no library but Windows' own, and says its version.
fn libraries(workspace: &Workspace, target: &Target) -> Result<Counts, Error> {
    let mut counts = Counts::default();
    for library in bundle::libraries(workspace, target) {
        let output = Command::new("x86_64-w64-mingw32-objdump")
            .arg("-p")
            .arg(&library)
            .output()
            .map_err(|source| Error::Start {
                program: "x86_64-w64-mingw32-objdump".into(),
                source,
            })?;
        let foreign = foreign(&String::from_utf8_lossy(&output.stdout));
        let code = std::fs::read(&library).map_err(|source| Error::File {
            what: "read",
            path: library.clone(),
            source,
        })?;
        let wide: Vec<u8> = "FileVersion\0"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        let says_version = code.windows(wide.len()).any(|part| part == wide);
        let library = library.display();
        if !output.status.success() || !foreign.is_empty() || !says_version {
            say!(
                "FAILED {library}: needs {}; says its version: {says_version}",
                foreign.join(", ")
            );
            counts.failed += 1;
        } else {
            say!("{library} needs only what Windows has, and says its version.");
            counts.passed += 1;
        }
    }
    Ok(counts)
}

/// The libraries that a list of objdump's names and Windows does not have.
fn foreign(list: &str) -> Vec<String> {
    list.lines()
        .filter_map(|line| line.trim().strip_prefix("DLL Name: "))
        .map(str::to_ascii_lowercase)
        .filter(|name| !name.starts_with("api-ms-win-") && !OF_WINDOWS.contains(&name.as_str()))
        .collect()
}

/// The demo's song on Linux and under Wine: the same tags, and the sound unchanged.
fn demo(
    workspace: &Workspace,
    target: &Target,
    wine: &Wine,
    server: Option<&Xvfb>,
) -> Result<Counts, Error> {
    let builder = Target::builder();
    let host = |target: &Target| {
        let folder = target.folder(&workspace.target).join(Build::Dev.folder());
        folder.join(target.program("tagline-host"))
    };
    let out = target.folder(&workspace.target).join("demo");
    let linux = tags(
        Command::new(host(&builder)),
        workspace,
        &builder,
        &out.join("linux"),
    )?;
    let mut program = wine.command();
    program.arg(host(target));
    if let Some(server) = server {
        program.env("DISPLAY", &server.display);
    }
    let windows = tags(program, workspace, target, &out.join("windows"))?;
    let Some(difference) = largest_difference(&linux, &windows) else {
        say!("FAILED the demo names other tags under Wine: {windows} and not {linux}");
        return Ok(Counts {
            failed: 1,
            ..Counts::default()
        });
    };
    say!("Tags under Wine lie within {difference:.1e} of Linux's.");
    Ok(match difference <= TOLERANCE {
        true => passed(),
        false => Counts {
            failed: 1,
            ..Counts::default()
        },
    })
}

/// What the demo says of its tags.
fn tags(
    mut host: Command,
    workspace: &Workspace,
    target: &Target,
    out: &Path,
) -> Result<serde_json::Value, Error> {
    let [clap, _]: [PathBuf; 2] = bundle::bundles(workspace, target);
    host.args(["demo", "--json", "--bundle"])
        .arg(clap)
        .arg("--out")
        .arg(out);
    let output = host.output().map_err(|source| Error::Start {
        program: process::shown(&host),
        source,
    })?;
    if !output.status.success() {
        crate::say::error_line(&String::from_utf8_lossy(&output.stderr));
        return Err(Error::Failed {
            command: process::shown(&host),
            status: output.status,
        });
    }
    let said: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Ok(said["tags"].clone())
}

/// How far the values in two answers of the same shape lie apart at most; `None` if their shapes differ,
/// or nothing is compared.
fn largest_difference(one: &serde_json::Value, other: &serde_json::Value) -> Option<f64> {
    use serde_json::Value;
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => Some((one.as_f64()? - other.as_f64()?).abs()),
        (Value::Object(one), Value::Object(other)) if one.len() == other.len() => one
            .iter()
            .map(|(name, value)| largest_difference(value, other.get(name)?))
            .reduce(|a, b| Some(a?.max(b?)))?,
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => one
            .iter()
            .zip(other)
            .map(|(one, other)| largest_difference(one, other))
            .reduce(|a, b| Some(a?.max(b?)))?,
        (one, other) => (one == other && !one.is_null()).then_some(0.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_library_of_the_compilers_is_foreign_and_windows_own_are_not() {
        let list = "\tDLL Name: KERNEL32.dll\n vma: Hint\n\tDLL Name: libgcc_s_seh-1.dll\n\
                    \tDLL Name: api-ms-win-core-synch-l1-2-0.dll\n";
        assert_eq!(foreign(list), ["libgcc_s_seh-1.dll"]);
    }

    #[test]
    fn the_largest_difference_of_all_values_counts_and_other_tags_are_no_difference() {
        let one = serde_json::json!({"tags": [{"name": "rock", "value": 0.5}, {"name": "a", "value": 0.1}]});
        let mut other = one.clone();
        assert_eq!(largest_difference(&one, &other), Some(0.0));
        other["tags"][1]["value"] = 0.25.into();
        let difference = largest_difference(&one, &other).expect("the same shape");
        assert!((difference - 0.15).abs() < 1e-12);
        other["tags"][0]["name"] = "jazz".into();
        assert_eq!(largest_difference(&one, &other), None);
        assert_eq!(
            largest_difference(&serde_json::Value::Null, &serde_json::Value::Null),
            None
        );
    }
}
