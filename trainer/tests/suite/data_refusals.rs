//! Prepared data sets: damaged, foreign and impossible files are refused.

use std::path::Path;
use std::sync::Barrier;
use std::sync::atomic::{AtomicUsize, Ordering};

use tagline_tests::files;
use trainer::data::{Clip, DataError, Dataset, DatasetWriter, Plan, Split};

use crate::data::{VALUES, clip, opened, plan, skipped, write};

fn message(folder: &Path) -> String {
    opened(folder).unwrap_err().to_string()
}

#[test]
fn a_window_of_a_damaged_shard_is_never_read() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let path = folder.path().join("00001.mel.f16");
    let good = std::fs::read(&path).unwrap();
    // A changed bit in the window of a clip that is not read, and a NaN.
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
fn of_processes_that_begin_at_once_one_writes_and_the_others_are_busy() {
    let processes = 4;
    for _ in 0..50 {
        let parent = tempfile::tempdir().unwrap();
        let folder = parent.path().join("data");
        let (begun, ended) = (Barrier::new(processes), Barrier::new(processes));
        let writers = AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..processes {
                scope.spawn(|| {
                    begun.wait();
                    let writer = DatasetWriter::create(&folder, plan());
                    // Nobody gives the folder up before all have tried.
                    ended.wait();
                    match writer {
                        Ok(_) => _ = writers.fetch_add(1, Ordering::Relaxed),
                        Err(error) => assert!(matches!(error, DataError::Busy { .. }), "{error}"),
                    }
                });
            }
        });
        assert_eq!(writers.into_inner(), 1);
        let names: Vec<_> = files(&folder).into_keys().collect();
        assert_eq!(names, ["plan.json"]);
    }
}

#[test]
fn a_preparation_that_was_killed_at_its_end_is_tidied_up() {
    let folder = tempfile::tempdir().unwrap();
    write(folder.path());
    let before = files(folder.path());
    for name in [".lock", ".tagline-a.json", "plan.json", "00000.shard.json"] {
        std::fs::write(folder.path().join(name), "left").unwrap();
        let complete = DatasetWriter::create(folder.path(), plan());
        assert!(matches!(complete, Err(DataError::Complete { .. })));
        assert!(files(folder.path()) == before, "{name}");
    }
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
    Dataset::verify(folder.path(), &()).unwrap();
    for (name, bytes) in files(folder.path()) {
        if name == "manifest.json" {
            continue;
        }
        let path = folder.path().join(&name);
        for at in [0, bytes.len() / 2, bytes.len() - 1] {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            std::fs::write(&path, changed).unwrap();
            let error = Dataset::verify(folder.path(), &()).unwrap_err();
            assert!(
                matches!(error, DataError::Hash { .. }),
                "{name} {at}: {error}"
            );
            if name.ends_with(".arrow") {
                // The reader of Arrow files only sees bytes that we wrote.
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
            "format version 1, but only 2 is understood; prepare the data set again",
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
