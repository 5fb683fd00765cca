//! `cargo xtask demo` and `cargo xtask bench`: the release bundle in the headless host.

use std::ffi::{OsStr, OsString};
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::bundle::{self, Build};
use crate::error::Error;
use crate::process;
use crate::say::note;
use crate::target::Target;
use crate::workspace::{Workspace, cargo};

/// Streams a song through the release bundle: `tagline-host demo` with `arguments`.
///
/// Standard output is the demo's alone.
///
/// # Errors
/// Those of building. The exit code says how the demo ended.
pub fn demo(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Error> {
    bundle::run(workspace, &Target::builder(), Build::Release)?;
    exit_code(host(workspace, "demo", arguments).args(absolute(&workspace.started_in, arguments)))
}

/// Runs the engine's benchmarks, then `tagline-host bench` with `arguments`.
///
/// # Errors
/// Those of building and of the engine's benchmarks.
pub fn bench(workspace: &Workspace, arguments: &[OsString]) -> Result<ExitCode, Error> {
    bundle::run(workspace, &Target::builder(), Build::Release)?;
    if !names(arguments, "--part") {
        process::run(cargo().args(["bench", "--package", "tagline-engine"]))?;
    }
    exit_code(host(workspace, "bench", arguments).args(absolute(&workspace.started_in, arguments)))
}

/// The host with its command, and the release bundle, unless `arguments` name another.
fn host(workspace: &Workspace, command: &str, arguments: &[OsString]) -> Command {
    let mut host = Command::new(workspace.release_program("tagline-host"));
    host.arg(command);
    if !names(arguments, "--bundle") {
        let [clap, _] = bundle::bundles(workspace, &Target::builder());
        host.arg("--bundle").arg(clap);
    }
    host
}

/// Whether `option` is among the arguments, in either spelling.
fn names(arguments: &[OsString], option: &str) -> bool {
    arguments.iter().any(|argument| {
        let rest = argument.to_str().and_then(|text| text.strip_prefix(option));
        rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('='))
    })
}

/// Options that name a file or folder.
const PATH_OPTIONS: [&str; 4] = ["--model", "--out", "--bundle", "--songs"];
/// Options with another value.
const VALUE_OPTIONS: [&str; 3] = ["--block", "--part", "--focus"];

/// The arguments with every path in them made absolute. The host runs in the workspace's folder, but
/// a path, whether it exists or not, is meant from the folder in which the command was given.
fn absolute(started_in: &Path, arguments: &[OsString]) -> Vec<OsString> {
    let from_there = |path: &OsStr| started_in.join(path).into_os_string();
    let mut absolute = Vec::with_capacity(arguments.len());
    let mut rest = arguments.iter();
    let mut only_paths = false;
    while let Some(argument) = rest.next() {
        let text = argument.to_str().unwrap_or_default();
        if only_paths || !text.starts_with('-') {
            absolute.push(from_there(argument));
        } else if text == "--" {
            absolute.push(argument.clone());
            only_paths = true;
        } else if PATH_OPTIONS.contains(&text) {
            absolute.push(argument.clone());
            absolute.extend(rest.next().map(|path| from_there(path)));
        } else if let Some((option, path)) = text.split_once('=')
            && PATH_OPTIONS.contains(&option)
        {
            let mut joined = OsString::from(format!("{option}="));
            joined.push(from_there(OsStr::new(path)));
            absolute.push(joined);
        } else {
            absolute.push(argument.clone());
            if VALUE_OPTIONS.contains(&text) {
                absolute.extend(rest.next().cloned());
            }
        }
    }
    absolute
}

fn exit_code(command: &mut Command) -> Result<ExitCode, Error> {
    let status = process::status(command)?;
    Ok(match status.code() {
        Some(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        None => {
            // A signal ended it, which nothing else says.
            note!(
                "error: `{}` ended early ({status})",
                process::shown(command)
            );
            ExitCode::FAILURE
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn resolved(arguments: &[&str]) -> Vec<String> {
        let arguments: Vec<OsString> = arguments.iter().map(OsString::from).collect();
        let resolved = absolute(Path::new("/there"), &arguments);
        let text = |argument: OsString| argument.into_string().expect("UTF-8");
        resolved.into_iter().map(text).collect()
    }

    #[test]
    fn every_path_is_meant_from_where_the_command_was_given_in_either_spelling() {
        assert_eq!(
            resolved(&[
                "song.mp3",
                "--model=m.onnx",
                "--out",
                "new folder",
                "--json"
            ]),
            [
                "/there/song.mp3",
                "--model=/there/m.onnx",
                "--out",
                "/there/new folder",
                "--json"
            ]
        );
        assert_eq!(
            resolved(&["--bundle", "T.clap", "--model", "/abs/m.onnx", "--out=o"]),
            [
                "--bundle",
                "/there/T.clap",
                "--model",
                "/abs/m.onnx",
                "--out=/there/o"
            ]
        );
        assert_eq!(
            resolved(&["--raw", "--", "-song.wav"]),
            ["--raw", "--", "/there/-song.wav"]
        );
    }

    #[test]
    fn what_is_no_path_stays_even_if_a_file_has_its_name() {
        // There are files called 64 and cpu in many a folder.
        for same in [
            &["--block", "64"][..],
            &["--block=64"],
            &["--part", "cpu", "--part=memory"],
            &["--focus", "3"],
            &["--focus=12"],
            &["--realtime", "--json"],
        ] {
            assert_eq!(resolved(same), same);
        }
    }

    #[test]
    fn a_folder_of_songs_is_a_path() {
        assert_eq!(
            resolved(&["--part", "reaction", "--songs", "mine"]),
            ["--part", "reaction", "--songs", "/there/mine"]
        );
    }

    #[test]
    fn an_option_that_lacks_its_path_is_left_to_the_host_to_refuse() {
        assert_eq!(resolved(&["--model"]), ["--model"]);
    }
}
