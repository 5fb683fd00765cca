//! MagnaTagATune with missing or wrong files.

use std::path::PathBuf;

use trainer::prepare::Selection;
use trainer::prepare::magnatagatune::{Reading, read};

use super::corpus::{options, report, run, samples, wav};
use super::magnatagatune::{ROWS, corpus, reading, refused};

#[test]
fn a_broken_table_of_artists_is_named_and_can_be_left_out() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path(), &ROWS);
    let path = root.path().join("clip_info_final.csv");
    for (text, expected) in [
        (
            "\"clip_id\"\t\"who\"\n",
            "no column `artist`; it has clip_id, who",
        ),
        (
            "\"clip_id\"\t\"artist\"\n\"2\"\n",
            "can be prepared without this table",
        ),
        (
            "",
            "the file is empty; tags can be prepared without this table",
        ),
    ] {
        std::fs::write(&path, text).unwrap();
        let error = refused(&reading(root.path()));
        assert!(
            error.contains("clip_info_final.csv") && error.contains(expected),
            "{error}"
        );
    }
    std::fs::remove_file(path).unwrap();
    let collection = read(&reading(root.path())).unwrap();
    assert!(collection.items.iter().all(|item| item.source.is_empty()));
}

#[test]
fn every_fault_of_a_clip_is_reported() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let file = |name: &str| root.path().join(name);
    std::fs::remove_file(file("0/b-01-0-29.wav")).unwrap();
    std::fs::write(file("9/b-02-0-29.wav"), b"").unwrap();
    std::fs::write(file("b/c-01-0-29.wav"), [0x5a; 5_000]).unwrap();
    wav(&file("a/c-02-0-29.wav"), 16_000, &samples(1, 16_000, 2.5));
    std::fs::remove_file(file("d/e-01-0-29.wav")).unwrap();
    std::fs::create_dir(file("d/e-01-0-29.wav")).unwrap();
    let prepared = run(&read(&reading(root.path())).unwrap(), &options(out.path())).unwrap();
    let summary = prepared.summary.unwrap();
    assert_eq!(prepared.items, summary.clips.total() + summary.skipped);
    assert_eq!(summary.skipped, 5);
    let report = report(out.path());
    for (line, expected) in report.iter().zip([
        "kept,10,",
        "kept,2,",
        "skipped,11,d/e-01-0-29.wav,not a file",
        "skipped,6,0/b-01-0-29.wav,missing",
        "skipped,7,9/b-02-0-29.wav,\"not an audio file in a known format",
        "skipped,8,b/c-01-0-29.wav,",
        "skipped,9,a/c-02-0-29.wav,\"too short: 2.50 s, where 3 s are needed\"",
    ]) {
        assert!(line.starts_with(expected), "{line}\n{expected}");
    }
    assert_eq!(report.len(), 7);
    let here = root.path().display().to_string();
    assert!(
        report.iter().all(|line| !line.contains(&here)),
        "{report:?}"
    );
}

#[test]
fn a_malformed_table_is_named() {
    let root = tempfile::tempdir().unwrap();
    assert!(
        refused(&reading(root.path())).contains("no MagnaTagATune; expected annotations_final")
    );
    corpus(root.path(), &ROWS);
    let path = root.path().join("annotations_final.csv");
    let good = std::fs::read_to_string(&path).unwrap();
    for (from, to, expected) in [
        (
            "\"clip_id\"",
            "\"clip\"",
            "no column `clip_id`; it has clip, no voice",
        ),
        ("\"mp3_path\"", "\"path\"", "no column `mp3_path`"),
        ("\"f/a-01", "\"x/a-01", "line 2: the path `x/a-01-0-29.wav`"),
        (
            "\"2\"\t\"0\"",
            "\"2\"\t\"yes\"",
            "line 2: `yes` where 0 or 1",
        ),
        ("\"2\"\t\"0\"", "\"2\"", "record 1"),
        ("\"6\"", "\"2\"", "the clip `2` is there twice"),
        (
            "\"c/d-01",
            "\"d/d-01",
            "no clips in the split `valid` (train 4, valid 0, test 3)",
        ),
        (good.as_str(), "", "the file is empty"),
    ] {
        assert!(good.contains(from), "{from}");
        std::fs::write(&path, good.replacen(from, to, 1)).unwrap();
        let error = refused(&reading(root.path()));
        assert!(error.contains(expected), "{from} → {to}: {error}");
    }
    std::fs::write(&path, &good).unwrap();
    let unknown = Reading {
        tags: Some(Selection::Named(vec!["techno".into(), "polka".into()])),
        ..reading(root.path())
    };
    assert!(refused(&unknown).contains("no tag `polka`"));
    let many = Reading {
        tags: Some(Selection::Top(6)),
        ..reading(root.path())
    };
    assert!(refused(&many).contains("6 tags were asked for, where magnatagatune has 5"));
}

#[test]
fn missing_audio_is_asked_for() {
    let (root, elsewhere) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    for (_, _, path) in ROWS {
        let to = elsewhere.path().join(path);
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(root.path().join(path), to).unwrap();
    }
    let error = refused(&reading(root.path()));
    assert!(error.contains("name their folder with --audio"), "{error}");
    let named = Reading {
        audio: Some(elsewhere.path().to_owned()),
        ..reading(root.path())
    };
    assert_eq!(read(&named).unwrap().audio, elsewhere.path());
    // As the zip files of the data set are often unpacked.
    let inside: PathBuf = root.path().join("mp3");
    for folder in ["0", "9", "a", "b", "c", "d", "f"] {
        std::fs::remove_dir(root.path().join(folder)).unwrap();
    }
    std::fs::rename(elsewhere.path(), &inside).unwrap();
    assert_eq!(read(&reading(root.path())).unwrap().audio, inside);
}
