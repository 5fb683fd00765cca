//! Prepared data sets: what is written is read back, and nothing damaged is taken for data.

use std::collections::BTreeMap;
use std::path::Path;

use trainer::data::{
    Clip, ClipInfo, DataError, Dataset, DatasetWriter, Input, Plan, Remark, SourceFile, Split,
};

const VALUES: usize = 96 * 1366;

fn plan() -> Plan {
    let mut plan = Plan::new("tiny", vec!["rock".into(), "jazz".into()], &[Input::Mel]);
    plan.shard_items = 3;
    plan.with_option("seed", 7)
}

/// Clip `k`, whose window holds values that f16 holds exactly.
fn clip(k: usize) -> Clip {
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

fn skipped(k: usize) -> Remark {
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

fn write(folder: &Path) {
    let mut writer = DatasetWriter::create(folder, plan()).unwrap();
    for item in 0..8 {
        push(&mut writer, item).unwrap();
    }
    let summary = writer.finish().unwrap();
    assert_eq!((summary.clips.total(), summary.skipped), (7, 1));
}

fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap())
        .map(|entry| {
            let name = entry.file_name().into_string().unwrap();
            (name, std::fs::read(entry.path()).unwrap())
        })
        .collect()
}

fn opened(folder: &Path) -> Result<Dataset, DataError> {
    Dataset::open(folder, Input::Mel)
}

fn message(folder: &Path) -> String {
    opened(folder).unwrap_err().to_string()
}

#[test]
fn what_is_written_is_read_back() {
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
    // Cut, and of the right length with one bit changed.
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
fn a_window_of_a_damaged_shard_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let path = folder.path().join("00001.mel.f16");
    let good = std::fs::read(&path).unwrap();
    // A changed bit in another clip's window than the one that is read, and a NaN.
    for (at, bytes) in [(5, [good[5] ^ 1, good[6]]), (2 * VALUES, [0x00, 0x7e])] {
        let mut damaged = good.clone();
        damaged[at..at + 2].copy_from_slice(&bytes);
        std::fs::write(&path, &damaged).unwrap();
        let clips = opened(folder.path()).unwrap().split(Split::Train).unwrap();
        let mut window = vec![0.0; VALUES];
        clips.read(0, &mut window).unwrap();
        for _ in 0..2 {
            let error = clips.read(1, &mut window).unwrap_err();
            assert!(matches!(error, DataError::Hash { .. }), "{error}");
            assert!(error.to_string().contains("00001.mel.f16"), "{error}");
        }
        clips.read(2, &mut window).unwrap();
    }
    std::fs::write(&path, &good).unwrap();
    let clips = opened(folder.path()).unwrap().split(Split::Train).unwrap();
    clips.read(1, &mut vec![0.0; VALUES]).unwrap();
}

#[test]
fn other_options_are_refused_and_named() {
    let folder = tempfile::tempdir().unwrap();
    drop(DatasetWriter::create(folder.path(), plan()).unwrap());
    let begun = |plan: Plan| match DatasetWriter::create(folder.path(), plan) {
        Ok(_) => panic!("taken for the same"),
        Err(error) => error.to_string(),
    };
    let other_option = plan().with_option("seed", 8);
    assert!(begun(other_option).contains("seed: 7, now 8"));
    let mut other = plan();
    other.tags.push("pop".into());
    assert!(begun(other).contains("2 tags, now 3 others"));
    let mut other = plan();
    other.shard_items = 4;
    assert!(begun(other).contains("3 clips a shard, now 4"));

    write(folder.path());
    assert!(begun(plan().with_option("seed", 8)).contains("seed: 7, now 8"));
    assert!(begun(plan()).contains("finished"));
}

#[test]
fn a_second_process_is_kept_out() {
    let folder = tempfile::tempdir().unwrap();
    let first = DatasetWriter::create(folder.path(), plan()).unwrap();
    let second = DatasetWriter::create(folder.path(), plan());
    assert!(matches!(second, Err(DataError::Busy { .. })));
    drop(first);
    assert!(DatasetWriter::create(folder.path(), plan()).is_ok());
}

#[test]
fn a_folder_of_other_things_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("thesis.tex"), "precious").unwrap();
    let error = DatasetWriter::create(folder.path(), plan()).err().unwrap();
    assert!(error.to_string().contains("thesis.tex"), "{error}");
    assert_eq!(files(folder.path()).len(), 1);
    assert!(message(folder.path()).contains("no manifest.json"));
}

#[test]
fn a_truncated_or_grown_file_is_an_error_at_opening() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    for (name, bytes) in files(folder.path()) {
        if name == "manifest.json" || name == "report.csv" {
            continue;
        }
        let path = folder.path().join(&name);
        let mut grown = bytes.clone();
        grown.push(0);
        for wrong in [&bytes[..bytes.len() - 1], &[], &grown] {
            std::fs::write(&path, wrong).unwrap();
            let error = message(folder.path());
            assert!(
                error.contains(&name) && error.contains("bytes long"),
                "{error}"
            );
        }
        std::fs::remove_file(&path).unwrap();
        assert!(message(folder.path()).contains(&name));
        std::fs::write(&path, &bytes).unwrap();
    }
    opened(folder.path()).unwrap();
}

#[test]
fn every_changed_byte_is_found() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    Dataset::verify(folder.path(), |_, _| {}).unwrap();
    for (name, bytes) in files(folder.path()) {
        if name == "manifest.json" {
            continue;
        }
        let path = folder.path().join(&name);
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            let error = Dataset::verify(folder.path(), |_, _| {}).unwrap_err();
            assert!(
                matches!(error, DataError::Hash { .. }),
                "{name} {at}: {error}"
            );
            if name.ends_with(".arrow") {
                // The reader of Arrow files never sees bytes that were not written by us.
                assert!(matches!(opened(folder.path()), Err(DataError::Hash { .. })));
            }
        }
        std::fs::write(&path, bytes).unwrap();
    }
}

#[test]
fn a_manifest_that_does_not_fit_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let path = folder.path().join("manifest.json");
    let good = std::fs::read_to_string(&path).unwrap();
    for (from, to, expected) in [
        ("{", "", "not a manifest"),
        ("tagline-data", "other-data", "its format is `other-data`"),
        (
            "\"format_version\": 2",
            "\"format_version\": 1",
            "format version 1, where 2 is understood; prepare the data set again",
        ),
        ("\"rock\"", "\"jazz\"", "there twice"),
        ("\"rock\"", "\"punk\"", "not those of the manifest"),
        ("\"train\": 3", "\"train\": 4", "do not add up"),
        ("\"frames\": 1366", "\"frames\": 1365", "front-end gives"),
        ("00000.arrow", "../00000.arrow", "not the name of a file"),
        (
            "\"bytes\": 786816",
            "\"bytes\": 786815",
            "where its clips take",
        ),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let error = message(folder.path());
        assert!(error.contains(expected), "{from} → {to}: {error}");
    }
}

#[test]
fn an_empty_split_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    writer.push(&[clip(0)], &[]).unwrap();
    writer.finish().unwrap();
    let data = opened(folder.path()).unwrap();
    let error = data.split(Split::Test).unwrap_err();
    assert!(error.to_string().contains("no clips in the split `test`"));
}

#[test]
fn a_data_set_without_a_clip_is_an_error_that_says_why() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    writer.push(&[], &[skipped(0)]).unwrap();
    let error = writer.finish().unwrap_err().to_string();
    assert!(
        error.contains("no clip could be prepared: 0.mp3: broken"),
        "{error}"
    );
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
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_trainer"))
            .arg("data")
            .arg(folder.path())
            .args(option)
            .output()
            .unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    let table = shown(&[]);
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
    let json: serde_json::Value = serde_json::from_str(&shown(&["--json"])).unwrap();
    assert_eq!(json["tags"][1]["train"], 0.0);
    assert_eq!(json["tags"][1]["unknown"]["train"], 3);
}

#[test]
fn a_clip_that_cannot_be_stored_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let mut writer = DatasetWriter::create(folder.path(), plan()).unwrap();
    let mut refused = |change: fn(&mut Clip), expected: &str| {
        let mut clip = clip(0);
        change(&mut clip);
        let error = writer.push(&[clip], &[]).unwrap_err().to_string();
        assert!(
            error.contains("`clip-0`") && error.contains(expected),
            "{error}"
        );
    };
    refused(|c| c.info.labels.truncate(1), "1 labels for 2 tags");
    refused(|c| c.info.labels[0] = 1.5, "a label of 1.5");
    refused(|c| c.windows.clear(), "0 windows for 1 inputs");
    refused(|c| c.windows[0].truncate(131_135), "131135 values of mel");
    refused(|c| c.info.heard_frames = 0, "0 frames heard");
    refused(|c| c.info.heard_frames = 1367, "1367 frames heard");
    refused(|c| c.windows[0][3] = f32::NAN, "value 3");
    refused(|c| c.windows[0][4] = 1e6, "value 4");
}

#[test]
fn reading_outside_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let clips = opened(folder.path()).unwrap().split(Split::Test).unwrap();
    assert!(clips.read(1, &mut vec![0.0; VALUES]).is_err());
    assert!(clips.read(0, &mut vec![0.0; VALUES - 1]).is_err());
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
