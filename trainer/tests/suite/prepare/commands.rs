//! `trainer prepare` and `trainer data`, as they are run.

use std::path::Path;

use serde_json::Value;
use tagline_tests::{interrupt_once, with_peak_memory};
use trainer::data::{Dataset, Input, Split};

use super::corpus::{assert_window, window_of};
use super::magnatagatune::{ROWS, corpus};
use crate::common::program::{argument, assert_refused, command, json, stderr, stdout, trainer};
use crate::common::sounds::tones;

#[test]
fn a_data_set_is_prepared_shown_and_verified() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    std::fs::remove_file(root.path().join("b/c-01-0-29.wav")).unwrap();
    let out = out.path().join("data");
    let prepare = [
        "prepare",
        "magnatagatune",
        argument(root.path()),
        "--out",
        argument(&out),
    ];
    let options = [
        "--tags", "2", "--split", "top50", "--shard", "2", "--inputs", "mel,mfcc",
    ];
    let arguments = [&prepare[..], &options].concat();
    let run = |arguments: &[&str]| trainer(root.path(), arguments);
    let lines = stdout(&run(&arguments));
    assert!(lines.contains("magnatagatune, 2 tags\n"), "{lines}");
    assert!(
        lines.contains("5 files listed = 4 prepared + 1 left out\n"),
        "{lines}"
    );
    assert!(
        lines.contains("clips: train 2, valid 1, test 1\n"),
        "{lines}"
    );
    assert!(lines.contains("report.csv says why"), "{lines}");
    let again = json(&run(&[&arguments[..], &["--json"]].concat()));
    assert_eq!((&again["files"], &again["skipped"]), (&5.into(), &1.into()));

    let shown = json(&run(&["data", argument(&out), "--json", "--verify"]));
    assert_eq!(shown["sha256"], again["sha256"]);
    assert_eq!(shown["inputs"], serde_json::json!(["mel", "mfcc"]));
    assert_eq!(shown["verified"], true);
    assert_eq!(shown["options"]["split"], "top50");
    let guitar = serde_json::json!({
        "tag": "guitar", "train": 1.0, "valid": 1.0, "test": 1.0,
        "unknown": {"train": 0, "valid": 0, "test": 0},
    });
    assert_eq!(shown["tags"][0], guitar);
    let table = stdout(&run(&["data", argument(&out)]));
    assert!(
        table.contains("guitar        1       1       1\n"),
        "{table}"
    );

    let shard = out.join("00001.mfcc.f16");
    let mut bytes = std::fs::read(&shard).unwrap();
    bytes[77] ^= 4;
    std::fs::write(&shard, bytes).unwrap();
    let damaged = run(&["data", argument(&out), "--verify"]);
    assert_refused(&damaged, "00001.mfcc.f16: damaged");
}

#[test]
fn damaged_audio_that_is_used_stands_in_the_report() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str| folder.path().join("music/noise").join(name);
    tones(&file("whole.wav"), &[(300.0, 32.0)]);
    tones(&file("cut.wav"), &[(300.0, 62.0)]);
    let bytes = std::fs::read(file("cut.wav")).unwrap();
    std::fs::write(file("cut.wav"), &bytes[..bytes.len() / 2]).unwrap();
    let all_train = ["--valid", "0", "--test", "0", "--out", "data"];
    let command = ["prepare", "folder", "music"];
    stdout(&trainer(
        folder.path(),
        &[&command[..], &all_train].concat(),
    ));
    let report = std::fs::read_to_string(folder.path().join("data/report.csv")).unwrap();
    let lines: Vec<&str> = report.lines().skip(1).collect();
    assert_eq!(lines.len(), 1, "{report}");
    assert!(lines[0].starts_with("kept,"), "{report}");
    assert!(lines[0].contains("noise/cut.wav,"), "{report}");
    assert!(lines[0].contains("truncated after 31.00 s"), "{report}");
}

/// Prepares a folder and returns the peak of its memory, in bytes.
#[cfg(target_os = "linux")]
fn peak_of_preparing(folder: &Path, options: &[&str]) -> (Value, u64) {
    let given = ["prepare", "folder", "music", "--out", "data", "--json"];
    let all_train = ["--valid", "0", "--test", "0"];
    let child = command(folder, &[&given[..], &all_train, options].concat())
        .spawn()
        .unwrap();
    let (output, peak) = with_peak_memory(child);
    let peak = peak.unwrap();
    eprintln!("{options:?}: {} MB", peak / 1_000_000);
    (json(&output), peak)
}

/// A file of so many samples at a low rate, at which hours are cheap.
#[cfg(target_os = "linux")]
fn long_file(path: &Path, samples: u32) {
    let samples = (0..samples).map(|at| (at.wrapping_mul(at >> 9) % 20_000) as i16);
    tagline_tests::write_wav(path, 1_000, samples);
}

/// It would be half a gigabyte if all windows and their samples were held at once.
#[cfg(target_os = "linux")]
#[test]
fn many_windows_of_a_long_file_are_not_held_at_once() {
    let folder = tempfile::tempdir().unwrap();
    long_file(&folder.path().join("music/long/day.wav"), 30_000_000);
    let (summary, peak) = peak_of_preparing(folder.path(), &["--windows", "600"]);
    assert_eq!(summary["clips"]["train"], 600);
    assert!(peak < 300_000_000, "{peak} bytes");
}

/// Sixteen files that are just short enough to be kept whole, 60 MB each.
#[cfg(target_os = "linux")]
#[test]
fn many_jobs_share_one_limit_of_memory() {
    let folder = tempfile::tempdir().unwrap();
    let first = folder.path().join("music/long/0.wav");
    long_file(&first, 15_000_000);
    for link in 1..16 {
        std::fs::hard_link(&first, first.with_file_name(format!("{link}.wav"))).unwrap();
    }
    let (summary, peak) = peak_of_preparing(folder.path(), &["--jobs", "1000"]);
    assert_eq!(summary["clips"]["train"], 16);
    assert!(peak < 600_000_000, "{peak} bytes");
}

/// A table with as many clips as the whole data set, of which three have a tag.
#[test]
fn a_table_of_the_whole_data_set_with_other_counts_is_warned_about() {
    let root = tempfile::tempdir().unwrap();
    let tags: String = (0..50).map(|tag| format!("tag {tag}\t")).collect();
    let (none, some) = ("0\t".repeat(50), "1\t".repeat(50));
    let mut table = format!("clip_id\t{tags}mp3_path\n");
    for (id, path) in [(1, "0/a.wav"), (2, "c/a.wav"), (3, "d/a.wav")] {
        table += &format!("{id}\t{some}{path}\n");
        super::corpus::clip(&root.path().join(path), id);
    }
    for id in 4..25_863 {
        table += &format!("{id}\t{none}0/{id}.wav\n");
    }
    let warned = |table: &str, out: &str| {
        std::fs::write(root.path().join("annotations_final.csv"), table).unwrap();
        let out = root.path().join(out);
        let common = ["prepare", "magnatagatune", argument(root.path())];
        let own = ["--split", "top50", "--out", argument(&out)];
        let output = trainer(root.path(), &[&common[..], &own].concat());
        stdout(&output);
        stderr(&output).contains("1 / 1 / 1 clips have one of the 50")
    };
    assert!(!warned(&table, "one-missing"));
    table += &format!("25863\t{none}0/25863.wav\n");
    assert!(warned(&table, "all"));
}

#[test]
fn a_preparation_that_cannot_begin_says_why_in_one_line() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let list = root.path().join("list.txt");
    std::fs::write(&list, "guitar\npolka\n").unwrap();
    let run = |arguments: &[&str]| trainer(root.path(), arguments);
    let root = argument(root.path());
    let common = [
        "prepare",
        "magnatagatune",
        root,
        "--out",
        argument(out.path()),
    ];
    for (arguments, expected) in [
        (&["--tag-list", argument(&list)][..], "no tag `polka`"),
        (
            &["--tags", "2", "--inputs", "mel,wave"],
            "no input `wave`: mel, stft, mfcc are known",
        ),
        (&["--tags", "2", "--shard", "0"], "0 clips a shard"),
        (&["--tags", "2", "--least-seconds", "0"], "from 0.1 to 29"),
        (
            &["--tags", "2", "--split-files", root],
            "no published split",
        ),
        (
            &["--tags", "2", "--audio", "/nowhere"],
            "none of the listed audio files",
        ),
    ] {
        assert_refused(&run(&[&common[..], arguments].concat()), expected);
    }
    assert_eq!(std::fs::read_dir(out.path()).unwrap().count(), 0);
    let nothing = run(&["data", argument(out.path())]);
    assert_refused(&nothing, "no prepared data set");
}

/// After an interruption at any moment, the same command goes on to the same bytes.
#[cfg(unix)]
#[test]
fn ctrl_c_ends_a_preparation_that_goes_on_later() {
    use super::corpus::{samples, wav};
    use tagline_tests::files;
    let root = tempfile::tempdir().unwrap();
    let rows: Vec<(String, String)> = (0..60)
        .map(|k| (k.to_string(), format!("{:x}/{k}.wav", k % 16)))
        .collect();
    let rows: Vec<_> = rows
        .iter()
        .map(|(id, path)| (id.as_str(), "0 1 0 1 0", path.as_str()))
        .collect();
    corpus(root.path(), &rows);
    let long = samples(7, 48_000, 60.0);
    for (_, _, path) in &rows {
        wav(&root.path().join(path), 48_000, &long);
    }
    let out = tempfile::tempdir().unwrap();
    let out = out.path().join("data");
    let run = |arguments: &[&str]| trainer(root.path(), arguments);
    let from = argument(root.path());
    let options = ["--tags", "2", "--shard", "5", "--out"];
    let arguments = [
        &["prepare", "magnatagatune", from][..],
        &options,
        &[argument(&out)],
    ]
    .concat();
    let child = command(root.path(), &arguments).spawn().unwrap();
    let first = out.join("00000.shard.json");
    let ended = interrupt_once(|| first.exists(), child);
    let error = stderr(&ended);
    assert_eq!(ended.status.code(), Some(130), "{error}");
    assert!(error.contains("run the same command again"), "{error}");
    let names: Vec<String> = files(&out).into_keys().collect();
    assert!(!names.iter().any(|name| name.starts_with('.')), "{names:?}");
    assert!(first.exists() && !out.join("manifest.json").exists());

    stdout(&run(&arguments));
    let whole = tempfile::tempdir().unwrap();
    let whole = whole.path().join("data");
    stdout(&run(&[
        &["prepare", "magnatagatune", from][..],
        &options,
        &[argument(&whole)],
    ]
    .concat()));
    assert!(files(&out) == files(&whole));
}

#[test]
fn real_mp3_files_give_the_engines_windows() {
    let Some(reference) = tagline_tests::reference("real_mp3_files_give_the_engines_windows")
    else {
        return;
    };
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let clips = ["actionable", "cute", "dubstep", "thejazzpiano"];
    for (clip, split) in clips.iter().zip(["train", "train", "valid", "test"]) {
        let folder = root.path().join(split);
        std::fs::create_dir_all(&folder).unwrap();
        let name = format!("bensound-{clip}.mp3");
        std::fs::copy(
            reference.join("choi2016/clips").join(&name),
            folder.join(&name),
        )
        .unwrap();
    }
    let table = "path,split,tags\n\
        train/bensound-actionable.mp3,train,rock\n\
        train/bensound-cute.mp3,train,pop\n\
        valid/bensound-dubstep.mp3,valid,dubstep\n\
        test/bensound-thejazzpiano.mp3,test,jazz\n";
    std::fs::write(root.path().join("labels.csv"), table).unwrap();
    let out = out.path().join("data");
    let arguments = [
        "prepare",
        "folder",
        argument(root.path()),
        "--out",
        argument(&out),
    ];
    stdout(&trainer(root.path(), &arguments));
    for split in Split::ALL {
        let clips = Dataset::open(&out, Input::Mel)
            .unwrap()
            .split(split)
            .unwrap();
        let mut found = vec![0.0; clips.bands() * clips.frames()];
        for clip in 0..clips.len() {
            let audio = tagline_media::decode(&root.path().join(clips.path(clip))).unwrap();
            let rate_hz = audio.sample_rate_hz;
            let mono = audio.mono();
            let start = (clips.offset_seconds(clip) * f64::from(rate_hz)).round() as usize;
            let length = (349_696.0 / 12_000.0 * f64::from(rate_hz)).ceil() as usize;
            assert!(start > 0 && start + length <= mono.len());
            let expected = window_of(Input::Mel, rate_hz, &mono[start..start + length]);
            clips.read(clip, &mut found).unwrap();
            assert_window(clips.id(clip), &found, &expected);
            assert_eq!(clips.heard_frames(clip), 1366);
        }
    }
}
