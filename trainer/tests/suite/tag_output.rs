//! `trainer tag` as its user meets it: the form and order of its results, and its messages.

use std::io::Read;

use serde_json::Value;

use crate::common::program::{assert_refused, command, stderr, stdout, trainer};
use crate::tag::{TAG, folder, json, wav};

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_go_on() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    wav(folder.path(), "b.wav", &[(200.0, 4.0)]);
    wav(folder.path(), "empty.wav", &[]);
    std::fs::write(folder.path().join("noise.mp3"), [7; 5_000]).unwrap();
    let files = ["a.wav", "noise.mp3", "gone.wav", "empty.wav", "b.wav"];
    let mut arguments = vec!["tag", "--model", "model.onnx", "--json"];
    arguments.extend(files);
    let output = trainer(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let (out, errors) = (String::from_utf8_lossy(&output.stdout), stderr(&output));
    let lines: Vec<Value> = out
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let tagged: Vec<&str> = lines
        .iter()
        .map(|line| line["file"].as_str().unwrap())
        .collect();
    assert_eq!(tagged, ["a.wav", "b.wav"]);
    for file in ["noise.mp3", "gone.wav", "empty.wav"] {
        assert_eq!(
            errors.lines().filter(|line| line.contains(file)).count(),
            1,
            "{errors}"
        );
    }
    assert_eq!(errors.lines().count(), 3, "{errors}");
}

#[test]
fn results_come_in_the_order_of_the_files_whatever_takes_longest() {
    let folder = folder();
    wav(folder.path(), "long.wav", &[(200.0, 60.0)]);
    for name in ["a.wav", "b.wav", "c, d.wav"] {
        wav(folder.path(), name, &[(200.0, 4.0)]);
    }
    let files = ["long.wav", "a.wav", "b.wav", "c, d.wav"];
    let mut arguments = vec!["--updates", "--jobs", "3"];
    arguments.extend(files);
    let lines = json(folder.path(), &arguments);
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line["file"].as_str().unwrap())
        .collect();
    assert_eq!(names, files);
}

#[test]
fn csv_has_a_header_and_a_row_for_each_file_or_update() {
    let folder = folder();
    wav(folder.path(), "a, b.wav", &[(200.0, 6.0)]);
    let base = [&TAG[..], &["--csv", "a, b.wav"]].concat();
    let out = stdout(&trainer(folder.path(), &base));
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    let columns = "file,seconds,position,seconds_heard,model,backend,low,middle,high";
    assert_eq!(lines[0], columns);
    assert!(lines[1].starts_with("\"a, b.wav\",6,"), "{out}");
    let out = stdout(&trainer(
        folder.path(),
        &[&base[..], &["--updates"]].concat(),
    ));
    assert!(out.lines().count() >= 4);
}

#[test]
fn the_table_shows_the_strongest_tags_first() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(5_000.0, 4.0)]);
    let arguments = ["tag", "--model", "model.onnx", "a.wav"];
    let out = stdout(&trainer(folder.path(), &arguments));
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("a.wav  (4.0 s; Tiny on "), "{out}");
    assert!(lines[1].trim_start().starts_with("high"), "{out}");
}

#[test]
fn taggrams_are_pictures_of_every_file() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 6.0)]);
    std::fs::create_dir(folder.path().join("more")).unwrap();
    wav(folder.path(), "more/a.wav", &[(200.0, 6.0)]);
    json(folder.path(), &["a.wav", "--taggram", "one.png"]);
    json(
        folder.path(),
        &["a.wav", "more/a.wav", "--taggram", "pictures"],
    );
    for picture in ["one.png", "pictures/a.png", "pictures/a-2.png"] {
        let bytes = std::fs::read(folder.path().join(picture)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"), "{picture}");
    }
    let arguments = [
        "tag",
        "--model",
        "model.onnx",
        "a.wav",
        "--taggram",
        "gone/a.png",
    ];
    let output = trainer(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert_refused(&output, "gone/a.png");
}

#[test]
fn a_reader_that_goes_away_is_not_an_error() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let arguments = [
        "tag",
        "--model",
        "model.onnx",
        "--json",
        "a.wav",
        "a.wav",
        "a.wav",
    ];
    let mut child = command(folder.path(), &arguments).spawn().unwrap();
    drop(child.stdout.take());
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn an_impossible_update_interval_is_refused() {
    let folder = folder();
    for seconds in ["0", "-1", "nan", "inf", "100", "x"] {
        let output = trainer(folder.path(), &["tag", "a.wav", "--update", seconds]);
        assert_eq!(output.status.code(), Some(2), "{seconds}");
    }
}

/// Only Windows has DirectML.
#[cfg(not(windows))]
#[test]
fn a_backend_that_is_not_there_is_named_with_the_one_that_runs_and_why() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let arguments = ["tag", "--model", "model.onnx", "--backend", "directml"];
    let output = trainer(folder.path(), &[&arguments[..], &["a.wav"]].concat());
    assert!(stdout(&output).contains("on tract"), "{output:?}");
    let said = stderr(&output);
    let expected = "DirectML does not run the network, tract does: ";
    assert!(said.contains(expected), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
}

#[test]
fn damage_in_a_file_is_told_in_a_plain_line_beside_its_tags() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 8.0)]);
    let file = folder.path().join("a.wav");
    let bytes = std::fs::read(&file).unwrap();
    std::fs::write(&file, &bytes[..bytes.len() / 2]).unwrap();
    let output = trainer(folder.path(), &[&TAG[..], &["a.wav"]].concat());
    assert!(stdout(&output).contains("a.wav  (4.0 s"), "{output:?}");
    let said = stderr(&output);
    assert!(said.contains("a.wav: truncated after 4.00 s"), "{said}");
    assert!(!said.contains('\u{1b}'), "{said}");
}

#[test]
fn options_that_would_have_no_effect_are_refused() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let refused = |options: &[&str], message: &str| {
        let arguments = ["tag", "--model", "model.onnx", "a.wav"];
        let output = trainer(folder.path(), &[&arguments[..], options].concat());
        assert_refused(&output, message);
    };
    refused(&["--updates"], "<--out <PARQUET>|--json|--csv>");
    refused(&["--json", "--csv"], "cannot be used with");
    refused(&["--taggram", "a.jpg"], "a.jpg: a taggram is a PNG");
}
