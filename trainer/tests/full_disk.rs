//! Disks that are full before the work is done.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Output};

use tagline_tests::{SmallDisk, pcm, write_wav};
use tempfile::TempDir;

/// KiB of a shard of two clips, and of one of 128.
const TWO_CLIPS: usize = 513;
const MANY_CLIPS: usize = 128 * 257;

fn trainer(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command.args(arguments).output().unwrap()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap());
    entries
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

/// Seven files of two tags.
fn music() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    for file in 0..7 {
        let tag = ["rock", "jazz"][file % 2];
        let hz = 100.0 + 70.0 * file as f32;
        let samples = (0..32_000).map(|at| pcm(0.5 * (at as f32 * hz / 1_273.0).sin()));
        write_wav(
            &folder.path().join(format!("{tag}/{file}.wav")),
            8_000,
            samples,
        );
    }
    folder
}

/// Checks that a command that found no room says what to do, keeps the first shard, and leaves
/// nothing half-written; `whole` is what it would have made.
fn assert_kept(output: &Output, out: &Path, whole: &Path, expected: &str) {
    let error = String::from_utf8_lossy(&output.stderr);
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
    let whole = tempfile::tempdir().unwrap();
    let whole = whole.path().join("data");
    let done = trainer(&[command, &["--out", text(&whole)]].concat());
    assert!(done.status.success(), "{done:?}");
    let out = disk.path().join("data");
    let command = [command, &["--out", text(&out)]].concat();
    // Twice: the second time, there is no room from the start on.
    for _ in 0..2 {
        assert_kept(&trainer(&command), &out, &whole, "the disk is full");
    }
    disk.resize(10 * kib);
    let done = trainer(&command);
    assert!(done.status.success(), "{done:?}");
    assert!(files(&out) == files(&whole));
}

#[test]
fn prepare_keeps_its_finished_shards_on_a_full_disk_and_goes_on_later() {
    let music = music();
    let command = ["prepare", "folder", text(music.path()), "--shard", "2"];
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

/// Where nobody may mount a disk, a limit on the length of files does.
#[cfg(unix)]
#[test]
fn prepare_says_what_to_do_where_files_must_be_short() {
    let music = music();
    let (out, whole) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (out, whole) = (out.path().join("data"), whole.path().join("data"));
    let command = ["prepare", "folder", text(music.path()), "--shard", "4"];
    let done = trainer(&[&command[..], &["--out", text(&whole)]].concat());
    assert!(done.status.success(), "{done:?}");
    let command_out = [&command[..], &["--out", text(&out)]].concat();
    let program = env!("CARGO_BIN_EXE_trainer");
    let short = tagline_tests::with_short_files(TWO_CLIPS + 300, program, &command_out);
    let error = String::from_utf8_lossy(&short.stderr);
    assert!(!short.status.success());
    assert!(
        error.contains("00000.mel.f16: the disk cannot hold") && error.contains("--shard"),
        "{error}"
    );
    let names: Vec<_> = files(&out).into_keys().collect();
    assert_eq!(names, ["plan.json"]);
    let done = trainer(&command_out);
    assert!(done.status.success(), "{done:?}");
    assert!(files(&out) == files(&whole));
}
