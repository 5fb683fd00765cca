//! Disks that are full before the work is done.

use std::io::{Error, ErrorKind};
use std::path::Path;
use std::process::Output;

use tagline_tests::{SmallDisk, files};
use tempfile::TempDir;
use trainer::calibration::CalibrateError;
use trainer::convert::export::ExportError;
use trainer::convert::import::ImportError;
use trainer::experiment::ExperimentError;
use trainer::train::TrainError;

use crate::common::program::{PROGRAM, argument, stderr, stdout, trainer};
use crate::common::sounds::tones;

#[test]
fn every_command_says_what_to_do_about_a_full_disk() {
    let full = || Error::from(ErrorKind::StorageFull);
    let path = || "a/file".to_owned();
    let messages = [
        TrainError::Write {
            path: path(),
            source: full(),
        }
        .to_string(),
        ExportError::Write {
            path: path(),
            source: full(),
        }
        .to_string(),
        ImportError::Write {
            path: path(),
            source: full(),
        }
        .to_string(),
        CalibrateError::Write {
            path: path(),
            source: full(),
        }
        .to_string(),
        ExperimentError::Io {
            path: path(),
            source: full(),
        }
        .to_string(),
    ];
    for message in messages {
        assert!(message.starts_with("a/file"), "{message}");
        let end = ". Make room and run the same command again";
        assert!(message.ends_with(end), "{message}");
    }
}

/// KiB of a shard of two clips, and of one of 128.
const TWO_CLIPS: usize = 513;
const MANY_CLIPS: usize = 128 * 257;

/// Seven files of two tags.
fn music() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..7 {
        let tag = ["rock", "jazz"][file % 2];
        let hz = 100.0 + 70.0 * file as f32;
        let path = folder.path().join(format!("{tag}/{file}.wav"));
        tones(&path, &[(hz, 4.0)]);
    }
    folder
}

/// Asserts that a command without room says what to do, keeps the first shard, and leaves nothing
/// half-written. `whole` is its complete output.
fn assert_kept(output: &Output, out: &Path, whole: &Path, expected: &str) {
    let error = stderr(output);
    assert!(!output.status.success(), "it found room");
    for words in [expected, "00001.mel.f16", "run the same command again"] {
        assert!(error.contains(words), "{words:?} is not in {error:?}");
    }
    assert!(!error.contains("panicked"), "{error}");
    let (found, whole) = (files(out), files(whole));
    assert!(
        !found.keys().any(|name| name.starts_with('.')),
        "{:?}",
        found.keys()
    );
    assert!(!found.contains_key("manifest.json"));
    for name in ["00000.mel.f16", "00000.arrow"] {
        assert!(found[name] == whole[name], "{name}");
    }
}

/// Runs a command on a disk of `kib` KiB, then again with more room.
fn fill_up(test: &str, kib: usize, command: &[&str]) {
    let Some(disk) = SmallDisk::mount(test, kib) else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let run = |command: &[&str]| trainer(folder.path(), command);
    let whole = folder.path().join("data");
    stdout(&run(&[command, &["--out", argument(&whole)]].concat()));
    let out = disk.path().join("data");
    let command = [command, &["--out", argument(&out)]].concat();
    // It runs twice. The second time there is no room from the start.
    for _ in 0..2 {
        assert_kept(&run(&command), &out, &whole, "the disk is full");
    }
    disk.resize(10 * kib);
    stdout(&run(&command));
    assert!(files(&out) == files(&whole));
}

#[test]
fn prepare_keeps_its_finished_shards_on_a_full_disk_and_goes_on_later() {
    let music = music();
    let command = ["prepare", "folder", argument(music.path()), "--shard", "2"];
    let name = "prepare_keeps_its_finished_shards_on_a_full_disk_and_goes_on_later";
    fill_up(name, TWO_CLIPS + 300, &command);
}

#[test]
fn distill_keeps_its_finished_shards_on_a_full_disk_and_goes_on_later() {
    let vocabulary = concat!(env!("CARGO_MANIFEST_DIR"), "/../models/tags.toml");
    let command = ["distill", "--vocabulary", vocabulary, "--no-music", "136"];
    let name = "distill_keeps_its_finished_shards_on_a_full_disk_and_goes_on_later";
    fill_up(name, MANY_CLIPS + 1_000, &command);
}

/// Without the right to mount a disk, a limit on the length of files serves.
#[cfg(unix)]
#[test]
fn prepare_says_what_to_do_where_files_must_be_short() {
    let music = music();
    let (out, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (out, whole) = (out.path().join("data"), whole.path().join("data"));
    let command = ["prepare", "folder", argument(music.path()), "--shard", "4"];
    let run = |command: &[&str]| stdout(&trainer(music.path(), command));
    run(&[&command[..], &["--out", argument(&whole)]].concat());
    let command_out = [&command[..], &["--out", argument(&out)]].concat();
    let short = tagline_tests::with_short_files(TWO_CLIPS + 300, PROGRAM, &command_out);
    let error = stderr(&short);
    assert!(!short.status.success());
    assert!(
        error.contains("00000.mel.f16: the disk cannot hold") && error.contains("--shard"),
        "{error}"
    );
    let names: Vec<_> = files(&out).into_keys().collect();
    assert_eq!(names, ["plan.json"]);
    run(&command_out);
    assert!(files(&out) == files(&whole));
}
