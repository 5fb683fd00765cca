//! Any folder of audio.

mod report;
mod tables;

use std::path::Path;

use trainer::data::Split;
use trainer::prepare::folder::{Reading, read};
use trainer::prepare::{Collection, Selection};

use super::corpus::{clip, clips, options, report, run, wav};

fn reading(root: &Path) -> Reading {
    Reading {
        root: root.to_owned(),
        labels: None,
        tags: None,
        seed: 1,
        valid: 0.2,
        test: 0.2,
        group: None,
        ignored: Vec::new(),
    }
}

/// Two folders with five files each. One file lies in a folder of its own.
fn folders(root: &Path) {
    for k in 0..5 {
        clip(&root.join(format!("rock/album {k}/song.wav")), k);
        clip(&root.join(format!("jazz/{k}.wav")), 10 + k);
    }
    std::fs::write(root.join("jazz/cover.jpg"), "no audio").unwrap();
    std::fs::write(root.join("readme.txt"), "no folder").unwrap();
}

fn table(root: &Path, lines: &[&str]) {
    std::fs::write(root.join("labels.csv"), lines.join("\n")).unwrap();
}

fn refused(reading: &Reading) -> String {
    read(reading).unwrap_err().to_string()
}

fn paths(collection: &Collection, split: Split) -> Vec<&str> {
    let items = collection.items.iter().filter(|item| item.split == split);
    items.map(|item| &*item.path).collect()
}

#[test]
fn each_folder_is_a_tag() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folders(root.path());
    let collection = read(&reading(root.path())).unwrap();
    assert_eq!(collection.tags, ["jazz", "rock"]);
    let counts = collection.counts();
    assert_eq!((counts.train, counts.valid, counts.test), (6, 2, 2));
    run(&collection, &options(out.path())).unwrap();
    for split in Split::ALL {
        for (id, labels) in clips(out.path(), split) {
            assert_eq!(labels[0] == 1.0, id.starts_with("jazz/"), "{id}");
            assert_eq!(labels[0] + labels[1], 1.0);
        }
    }
}

#[test]
fn the_split_is_that_of_the_seed() {
    let root = tempfile::tempdir().unwrap();
    folders(root.path());
    let split = |seed| {
        let reading = Reading {
            seed,
            ..reading(root.path())
        };
        read(&reading).unwrap().items
    };
    assert_eq!(split(1), split(1));
    assert!((2..9).any(|seed| split(seed) != split(1)));
}

#[test]
fn a_group_stays_in_one_split() {
    let root = tempfile::tempdir().unwrap();
    let mut lines = vec!["path,artist,tags".to_owned()];
    for k in 0..40 {
        clip(&root.path().join(format!("{k}.wav")), k);
        lines.push(format!("{k}.wav,artist {},tag", k / 4));
    }
    let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
    table(root.path(), &lines);
    for seed in 0..5 {
        let reading = Reading {
            seed,
            group: Some("artist".into()),
            ..reading(root.path())
        };
        let collection = read(&reading).unwrap();
        assert_eq!(collection.tags, ["tag"]);
        for group in collection.items.chunks(4) {
            assert!(group.iter().all(|item| item.split == group[0].split));
            assert!(group.iter().all(|item| item.source == group[0].source));
        }
        assert_eq!(&*collection.items[39].source, "artist 9");
        assert_eq!(collection.counts().valid, 8);
        assert_eq!(collection.counts().test, 8);
    }
    let unknown = Reading {
        group: Some("album".into()),
        ..reading(root.path())
    };
    assert!(refused(&unknown).contains("no column `album`; it has path, artist, tags"));
}

#[test]
fn what_is_wrong_is_named() {
    let root = tempfile::tempdir().unwrap();
    assert!(refused(&reading(root.path())).contains("one folder of audio files for each tag"));
    let nowhere = root.path().join("nowhere");
    assert!(refused(&reading(&nowhere)).contains("nowhere"));
    folders(root.path());
    let parts = |valid, test| Reading {
        valid,
        test,
        ..reading(root.path())
    };
    assert!(refused(&parts(0.5, 0.5)).contains("below 1 together"));
    assert!(refused(&parts(-0.1, 0.5)).contains("at least 0"));
    assert!(refused(&parts(f64::NAN, 0.5)).contains("at least 0"));
    assert!(read(&parts(0.0, 0.2)).is_ok(), "none was asked for");
    let grouped = Reading {
        group: Some("artist".into()),
        ..reading(root.path())
    };
    assert!(refused(&grouped).contains("a group is a column of a table"));

    for (lines, expected) in [
        (
            &["file,tags", "jazz/0.wav,cool"][..],
            "no column `path`; it has file, tags",
        ),
        (&["path,split", "jazz/0.wav,train"], "no column `tags`"),
        (&["path,tags", "jazz/0.wav,"], "no file in it has a tag"),
        (&["path,loud", "jazz/0.wav,2"], "line 2: `2` where a label"),
        (
            &["path,loud", "jazz/0.wav,NaN"],
            "line 2: `NaN` where a label",
        ),
        (
            &["path,loud,artist", "jazz/0.wav,1,x0"],
            "line 2: `x0` where a label from 0 to 1 is expected, or ? where it is not known; if the \
             column `artist` is no tag, leave it out with `--ignore artist`",
        ),
        (
            &["path,tags", "jazz/0.wav,Rock;slow", "jazz/1.wav,rock"],
            "the tags `Rock` and `rock` differ in upper and lower case only",
        ),
        (
            &["path,tags", "jazz/0.wav,['rock"],
            "line 2: `['rock` in the column `tags` begins like a list",
        ),
        (
            &["path,loud,split", "jazz/0.wav,1,dev"],
            "line 2: no split `dev`",
        ),
        (
            &["path,loud,split", "jazz/0.wav,1,train"],
            "no clips in the split `valid`",
        ),
        (&["path,loud", "jazz/0.wav,1,1"], "3 fields"),
        (
            &["path,loud", "jazz/0.wav,1", "jazz/1.wav,1"],
            "no clips in the split `test` (train 1, valid 1, test 0); each split needs a file",
        ),
        (
            &[
                "path,loud",
                "./jazz/0.wav,1",
                "jazz//0.wav,1",
                "jazz/1.wav,1",
            ],
            "the clip `jazz/0.wav` is there twice",
        ),
        (
            &["path,loud", "jazz/0.wav,1", "../jazz/1.wav,1"],
            "line 3: the path `../jazz/1.wav` leads out of the data set",
        ),
        (
            &["path,loud", "/jazz/0.wav,1"],
            "line 2: the path `/jazz/0.wav` leads out",
        ),
        (&["path,loud", ",1"], "line 2: no value for `path`"),
    ] {
        table(root.path(), lines);
        let error = refused(&reading(root.path()));
        assert!(error.contains(expected), "{lines:?}: {error}");
    }
    let gone: Vec<String> = (0..10).map(|k| format!("gone-{k}.wav,1")).collect();
    let gone: Vec<&str> = gone.iter().map(String::as_str).collect();
    table(root.path(), &[&["path,loud"], &gone[..]].concat());
    let error = refused(&reading(root.path()));
    assert!(error.contains("the first is gone-0.wav"), "{error}");
    // An option that this command does not have.
    assert!(!error.contains("--audio"), "{error}");
}
