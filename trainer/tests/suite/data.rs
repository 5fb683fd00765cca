//! Prepared data sets are written, read back, and go on after an interruption.

use std::path::Path;

use tagline_tests::files;
use trainer::data::{
    Clip, ClipInfo, DataError, Dataset, DatasetWriter, Input, Plan, Remark, SourceFile, Split,
};

use crate::common::program::{argument, json, stdout, trainer};

pub const VALUES: usize = 96 * 1366;

pub fn plan() -> Plan {
    let mut plan = Plan::new("tiny", vec!["rock".into(), "jazz".into()], &[Input::Mel]);
    plan.shard_items = 3;
    plan.with_option("seed", 7)
}

/// Clip `k`. f16 holds the values of its window exactly.
pub fn clip(k: usize) -> Clip {
    let split = Split::ALL[k % 3];
    let window = (0..VALUES).map(|i| ((i * 31 + k * 7) % 1024) as f32 / 256.0 - 2.0);
    Clip {
        info: ClipInfo {
            id: format!("clip-{k}"),
            path: format!("{k}/clip, {k}.mp3"),
            source: ["", "the artist"][k / 3 % 2].into(),
            split,
            labels: vec![(k % 2) as f32, k as f32 / 10.0],
            heard_frames: 1366 - k,
            offset_seconds: k as f64 / 2.0,
        },
        windows: vec![window.collect()],
    }
}

pub fn skipped(k: usize) -> Remark {
    Remark {
        skipped: true,
        id: format!("clip-{k}"),
        path: format!("{k}.mp3"),
        reason: "broken, \"truly\"".into(),
    }
}

/// Items 0 to 7; the fifth gives no clip.
fn push(writer: &mut DatasetWriter, item: usize) -> Result<(), DataError> {
    if item == 5 {
        writer.push(&[], &[skipped(item)])
    } else {
        writer.push(&[clip(item)], &[])
    }
}

pub fn write(folder: &Path) {
    let mut writer = DatasetWriter::create(folder, plan()).unwrap();
    for item in 0..8 {
        push(&mut writer, item).unwrap();
    }
    let summary = writer.finish().unwrap();
    assert_eq!((summary.clips.total(), summary.skipped), (7, 1));
}

pub fn opened(folder: &Path) -> Result<Dataset, DataError> {
    Dataset::open(folder, Input::Mel)
}

#[test]
fn a_data_set_reads_back_as_it_was_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let data = opened(folder.path()).unwrap();
    assert_eq!(data.name(), "tiny");
    assert_eq!(data.tags(), ["rock", "jazz"]);
    assert_eq!(
        (data.front_end().scale, data.front_end().offset),
        (0.05, 2.0)
    );
    assert_eq!(data.skipped(), 1);
    for (split, numbers) in [
        (Split::Train, vec![0, 3, 6]),
        (Split::Valid, vec![1, 4, 7]),
        (Split::Test, vec![2]),
    ] {
        let clips = data.split(split).unwrap().clone();
        assert_eq!(clips.len(), numbers.len(), "{split}");
        assert_eq!((clips.bands(), clips.frames()), (96, 1366));
        for (at, k) in numbers.into_iter().enumerate() {
            let expected = clip(k);
            let mut window = vec![f32::NAN; VALUES];
            clips.read(at, &mut window).unwrap();
            assert!(window == expected.windows[0], "{split} {at}");
            assert_eq!(clips.id(at), expected.info.id);
            assert_eq!(clips.path(at), expected.info.path);
            assert_eq!(clips.labels(at), expected.info.labels);
            assert_eq!(clips.heard_frames(at), expected.info.heard_frames);
            assert_eq!(clips.offset_seconds(at), expected.info.offset_seconds);
            let source = match expected.info.source.is_empty() {
                true => expected.info.path,
                false => expected.info.source,
            };
            assert_eq!(clips.source(at), source);
        }
    }
    let report = std::fs::read_to_string(folder.path().join("report.csv")).unwrap();
    let expected = "status,id,path,reason\nskipped,clip-5,5.mp3,\"broken, \"\"truly\"\"\"\n";
    assert_eq!(report, expected);
}

#[test]
fn only_what_a_reader_needs_is_left_when_all_is_written() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let names: Vec<_> = files(folder.path()).into_keys().collect();
    let expected = [
        "00000.arrow",
        "00000.mel.f16",
        "00001.arrow",
        "00001.mel.f16",
        "00002.arrow",
        "00002.mel.f16",
        "manifest.json",
        "report.csv",
    ];
    assert_eq!(names, expected);
}

#[test]
fn an_interrupted_preparation_goes_on_to_the_same_bytes() {
    let whole = tempfile::tempdir().unwrap();
    write(whole.path());
    let expected = files(whole.path());
    for interrupted_after in 0..8 {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
        for item in 0..interrupted_after {
            push(&mut writer, item).unwrap();
        }
        drop(writer);
        let error = opened(folder.path()).unwrap_err();
        let unfinished = matches!(
            error,
            DataError::NotPrepared {
                unfinished: true,
                ..
            }
        );
        assert!(unfinished, "{error}");

        let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
        assert_eq!(writer.next_item(), interrupted_after / 3 * 3);
        for item in writer.next_item()..8 {
            push(&mut writer, item).unwrap();
        }
        writer.finish().unwrap();
        assert!(
            files(folder.path()) == expected,
            "after {interrupted_after}"
        );
    }
}

#[test]
fn the_list_of_files_outlives_an_interruption() {
    let file = |item: usize| SourceFile {
        source: format!("album {item}"),
        path: "a, b.mp3".into(),
        sha256: "0".repeat(64),
        windows: item,
    };
    let write = |folder: &Path, items: std::ops::Range<usize>| {
        let mut writer = DatasetWriter::create(folder, plan()).unwrap();
        for item in items {
            assert_eq!(writer.next_item(), item);
            writer.add_source(&file(item)).unwrap();
            push(&mut writer, item).unwrap();
        }
        writer
    };
    let (whole, parts) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    write(whole.path(), 0..8).finish().unwrap();
    drop(write(parts.path(), 0..5));
    write(parts.path(), 3..8).finish().unwrap();
    assert!(files(whole.path()) == files(parts.path()));
    let list = std::fs::read_to_string(parts.path().join("files.csv")).unwrap();
    assert_eq!(list.lines().count(), 9);
    assert!(list.contains("album 7,\"a, b.mp3\",0000"), "{list}");
}

#[test]
fn a_finished_shard_that_was_damaged_is_made_again() {
    let whole = tempfile::tempdir().unwrap();
    write(whole.path());
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    for item in 0..7 {
        push(&mut writer, item).unwrap();
    }
    drop(writer);
    std::fs::write(folder.path().join(".tagline-left-over"), b"half").unwrap();
    let windows = folder.path().join("00000.mel.f16");
    let good = std::fs::read(&windows).unwrap();
    // A cut file, and one of the right length with one bit changed.
    let mut changed = good.clone();
    changed[12_345] ^= 1;
    for damaged in [&good[..5], &changed] {
        std::fs::write(&windows, damaged).unwrap();
        let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
        for item in 0..3 {
            assert_eq!(writer.next_item(), item);
            push(&mut writer, item).unwrap();
        }
        assert_eq!(writer.next_item(), 6, "the second shard is kept");
    }
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    for item in 6..8 {
        push(&mut writer, item).unwrap();
    }
    writer.finish().unwrap();
    assert!(files(folder.path()) == files(whole.path()));
}

#[test]
fn a_label_that_is_not_known_stays_unknown() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    let mut unknown = clip(0);
    unknown.info.labels[1] = f32::NAN;
    writer.push(&[unknown], &[]).unwrap();
    writer.finish().unwrap();
    let data = Dataset::open(folder.path(), Input::Mel).unwrap();
    let clips = data.split(Split::Train).unwrap();
    assert_eq!(clips.labels(0)[0], 0.0);
    assert!(clips.labels(0)[1].is_nan());
}

#[test]
fn labels_that_are_not_known_are_counted_apart_and_not_added_up() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    for k in [3, 6, 9] {
        let mut clip = clip(k);
        clip.info.labels = match k {
            3 => vec![1.0, f32::NAN],
            _ => vec![0.3, f32::NAN],
        };
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
    let shown = |option: &[&str]| {
        let data = ["data", argument(folder.path())];
        trainer(folder.path(), &[&data, option].concat())
    };
    let table = stdout(&shown(&[]));
    let rows: Vec<Vec<&str>> = table
        .lines()
        .map(|line| line.split_whitespace().collect())
        .collect();
    for row in [
        ["rock", "1.6", "0", "0", "0", "0", "0"],
        ["jazz", "0", "0", "0", "3", "0", "0"],
    ] {
        assert!(rows.contains(&row.to_vec()), "{table}");
    }
    assert!(
        table.contains("unknown") && !table.contains("NaN"),
        "{table}"
    );
    let json = json(&shown(&["--json"]));
    assert_eq!(json["tags"][1]["train"], 0.0);
    assert_eq!(json["tags"][1]["unknown"]["train"], 3);
}

#[test]
fn the_identity_is_that_of_the_content() {
    let identity = |label: f32| {
        let folder = tempfile::tempdir().unwrap();
        let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
        let mut clip = clip(0);
        clip.info.labels[0] = label;
        writer.push(&[clip], &[]).unwrap();
        writer.finish().unwrap();
        opened(folder.path()).unwrap().sha256().to_owned()
    };
    assert_eq!(identity(0.0), identity(0.0));
    assert_ne!(identity(0.0), identity(1.0));
}
