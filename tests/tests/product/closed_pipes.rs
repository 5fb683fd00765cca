//! Programs whose output nobody reads, as after `2>&1 | head`, end without a panic. Those of the trainer are in
//! `trainer/tests/suite/documents.rs`.

use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use tagline_tests::{bundle, program, skipped, tiny_model, write_wav};

/// Runs `program` while nobody reads what it prints.
fn run_unread(program: &Path, arguments: &[&str]) -> ExitStatus {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = command.spawn().expect("the program starts");
    drop((child.stdout.take(), child.stderr.take()));
    child.wait().expect("the program ends")
}

#[test]
fn the_host_ends_quietly_when_nobody_reads() {
    let test = "the_host_ends_quietly_when_nobody_reads";
    let Some(host) = program("tagline-host") else {
        return skipped(test, "`tagline-host` is not built");
    };
    let Some(bundle) = bundle(test, "Tagline.clap") else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let tone = (0..8 * 32_000).map(|k| (12_000.0 * (k as f64 * 0.03).sin()) as i16);
    write_wav(Path::new(&path("tone.wav")), 32_000, tone);
    std::fs::write(path("tiny.onnx"), tiny_model(&["low", "high"])).expect("a model");
    let (song, model, out) = (path("tone.wav"), path("tiny.onnx"), path("out"));
    let bundle = bundle.display().to_string();
    let demo = [
        "demo", &song, "--bundle", &bundle, "--model", &model, "--out", &out,
    ];
    let json = [&demo[..], &["--json"]].concat();
    let help = ["demo", "--help"];
    for (arguments, code) in [
        (&demo[..], 0),
        (&json, 0),
        (&help, 0),
        (&["demo", "/nowhere.wav"], 1),
        (&["dance"], 2),
    ] {
        let status = run_unread(&host, arguments);
        assert_eq!(status.code(), Some(code), "{arguments:?}: {status}");
    }
}

#[test]
fn xtask_ends_quietly_when_nobody_reads() {
    let test = "xtask_ends_quietly_when_nobody_reads";
    let Some(xtask) = program("xtask") else {
        return skipped(test, "`xtask` is not built");
    };
    for (arguments, code) in [
        (&["--help"][..], 0),
        (&["bundle", "--help"], 0),
        (&["dance"], 2),
    ] {
        let status = run_unread(&xtask, arguments);
        assert_eq!(status.code(), Some(code), "{arguments:?}: {status}");
    }
}
