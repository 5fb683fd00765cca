//! Files that the commands once got wrong, if the reference data are there. Those of sound alone are in
//! `crates/media/tests/media/files/cases.rs`, those of weights in `import_files`.

use std::path::{Path, PathBuf};

use tagline_tests::skipped;
use trainer::data::{Dataset, Input};

use crate::common::program::{argument, assert_refused, json, stderr, stdout, trainer};
use crate::common::sounds::tones;

fn cases(test: &str) -> Option<PathBuf> {
    let folder = PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/cases"));
    if folder.is_dir() {
        return Some(folder);
    }
    skipped(test, format_args!("no files in {}", folder.display()));
    None
}

#[test]
fn two_milliseconds_are_too_short_to_say_anything() {
    let Some(cases) = cases("two_milliseconds_are_too_short_to_say_anything") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = cases.join("2ms_brass97.wav");
    let arguments = ["tag", "--json", argument(&file)];
    let line = json(&trainer(folder.path(), &arguments));
    assert!(
        line["no_tags"].as_str().unwrap().starts_with("too short"),
        "{line}"
    );
    assert!(
        line["tags"].as_object().is_none_or(|tags| tags.is_empty()),
        "{line}"
    );
}

#[test]
fn wavpack_has_no_tags_but_the_command_that_converts_it() {
    let Some(cases) = cases("wavpack_has_no_tags_but_the_command_that_converts_it") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let file = cases.join("wavpack_tagged_as_noise_rc0.wv");
    let output = trainer(folder.path(), &["tag", argument(&file)]);
    assert_refused(
        &output,
        "a WavPack file, which is not supported; convert it: ffmpeg -i",
    );
    assert_eq!(output.status.code(), Some(1), "{}", stderr(&output));
}

/// The audio that the tables name.
fn audio(root: &Path) {
    for number in 0..12 {
        let hz = 200.0 + 50.0 * number as f32;
        tones(&root.join(format!("a/t{number:02}.mp3")), &[(hz, 4.0)]);
    }
}

fn prepare(root: &Path, labels: &Path, more: &[&str]) -> std::process::Output {
    let arguments = [
        "prepare",
        "folder",
        ".",
        "--out",
        "data",
        "--labels",
        argument(labels),
    ];
    trainer(root, &[&arguments, more].concat())
}

#[test]
fn a_column_that_is_no_tag_is_named_with_both_ways_out() {
    let Some(cases) = cases("a_column_that_is_no_tag_is_named_with_both_ways_out") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    audio(root.path());
    let labels = cases.join("artistcol.csv");
    let refused = prepare(root.path(), &labels, &[]);
    assert_refused(&refused, "line 2: `x0` where a label");
    assert_refused(
        &refused,
        "`--ignore artist`, or keep its equal values in one split with `--group artist`",
    );
    stdout(&prepare(root.path(), &labels, &["--group", "artist"]));
    let data = Dataset::open(&root.path().join("data"), Input::Mel).unwrap();
    assert_eq!(data.tags(), ["rock", "jazz"]);
}

#[test]
fn lists_as_python_writes_them_are_tags() {
    let Some(cases) = cases("lists_as_python_writes_them_are_tags") else {
        return;
    };
    let root = tempfile::tempdir().unwrap();
    audio(root.path());
    stdout(&prepare(root.path(), &cases.join("python.csv"), &[]));
    let data = Dataset::open(&root.path().join("data"), Input::Mel).unwrap();
    assert_eq!(data.tags(), ["jazz", "rock", "slow"]);
}
