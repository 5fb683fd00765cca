//! MTG-Jamendo in its own form.

use std::path::Path;

use trainer::data::{Dataset, Input, Split};
use trainer::prepare::Selection;
use trainer::prepare::jamendo::{Reading, read};

use super::corpus::{assert_window, clip, clips, options, run, samples, wav, window};

const HEADER: &str = "TRACK_ID\tARTIST_ID\tALBUM_ID\tPATH\tDURATION\tTAGS";

fn table(folder: &Path, split: &str, lines: &[&str]) {
    std::fs::create_dir_all(folder).unwrap();
    let mut text = HEADER.to_owned() + "\n";
    for line in lines {
        text += &(line.replace(' ', "\t") + "\n");
    }
    let name = format!("autotagging_top50tags-{split}.tsv");
    std::fs::write(folder.join(name), text).unwrap();
}

/// Five tracks, as a checkout of the data set's repository with its audio beside it.
fn corpus(root: &Path) {
    let folder = root.join("data/splits/split-0");
    table(
        &folder,
        "train",
        &[
            "track_0000214 artist_000014 album_000031 14/214.mp3 124.6 genre---rock",
            "track_0000382 artist_000020 album_000046 82/382.mp3 211.1 genre---jazz instrument---voice",
        ],
    );
    table(
        &folder,
        "validation",
        &["track_0000759 artist_000103 album_000124 59/759.mp3 379.8 mood/theme---happy"],
    );
    table(
        &folder,
        "test",
        &["track_0010053 artist_001493 album_001497 53/10053.mp3 221.8 genre---rock genre---jazz"],
    );
    for (seed, path) in ["14/214", "82/382", "59/759", "53/10053"]
        .iter()
        .enumerate()
    {
        clip(&root.join(format!("{path}.mp3")), seed as u32);
    }
}

fn reading(root: &Path) -> Reading {
    Reading {
        root: root.to_owned(),
        audio: None,
        split_files: None,
        split: 0,
        subset: "autotagging_top50tags".into(),
        tags: None,
    }
}

fn refused(reading: &Reading) -> String {
    read(reading).unwrap_err().to_string()
}

#[test]
fn more_tags_than_16_bits_number_stay_apart() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path());
    let names: Vec<_> = (0..65_540).map(|tag| format!("g---{tag:05}")).collect();
    let folder = root.path().join("data/splits/split-0");
    let all = format!("track_1 a b 14/214.mp3 9 {}", names.join(" "));
    let last = format!("track_2 a b 82/382.mp3 9 {}", names[65_539]);
    table(&folder, "train", &[&all, &last]);
    let collection = read(&reading(root.path())).unwrap();
    let tags = collection.items[1].labels.iter();
    let tags: Vec<_> = tags
        .map(|(tag, _)| &collection.tags[*tag as usize])
        .collect();
    assert_eq!(tags, [&names[65_539]]);
}

#[test]
fn ragged_lines_become_tags_in_alphabetical_order() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path());
    let collection = read(&reading(root.path())).unwrap();
    let tags = [
        "genre---jazz",
        "genre---rock",
        "instrument---voice",
        "mood/theme---happy",
    ];
    assert_eq!(collection.tags, tags);
    run(&collection, &options(out.path())).unwrap();
    let found = Split::ALL.map(|split| clips(out.path(), split));
    let expected = [
        vec![
            ("track_0000214".to_owned(), vec![0.0, 1.0, 0.0, 0.0]),
            ("track_0000382".to_owned(), vec![1.0, 0.0, 1.0, 0.0]),
        ],
        vec![("track_0000759".to_owned(), vec![0.0, 0.0, 0.0, 1.0])],
        vec![("track_0010053".to_owned(), vec![1.0, 1.0, 0.0, 0.0])],
    ];
    assert_eq!(found, expected);
    let data = Dataset::open(out.path(), Input::Mel).unwrap();
    assert_eq!(data.split(Split::Test).unwrap().source(0), "artist_001493");
}

#[test]
fn several_windows_of_a_long_track_are_clips_of_their_own() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path());
    let long = samples(3, 12_000, 100.0);
    wav(&root.path().join("82/382.mp3"), 12_000, &long);
    let mut options = options(out.path());
    options.windows = 2.try_into().unwrap();
    let prepared = run(&read(&reading(root.path())).unwrap(), &options).unwrap();
    assert_eq!(
        (prepared.items, prepared.summary.unwrap().clips.total()),
        (4, 5)
    );
    let train = Dataset::open(out.path(), Input::Mel)
        .unwrap()
        .split(Split::Train)
        .unwrap();
    let ids: Vec<&str> = (0..train.len()).map(|clip| train.id(clip)).collect();
    assert_eq!(ids, ["track_0000214", "track_0000382#1", "track_0000382#2"]);
    let mut found = vec![0.0; 96 * 1366];
    let length = 1365 * 256 + 256;
    for (clip, centre) in [(1, 300_000), (2, 900_000)] {
        let start = centre - length / 2;
        train.read(clip, &mut found).unwrap();
        let expected = window(Input::Mel, 12_000, &long[start..start + length]);
        assert_window(&format!("clip {clip}"), &found, &expected);
        assert_eq!(train.labels(clip), [1.0, 0.0, 1.0, 0.0]);
        assert_eq!(train.offset_seconds(clip), start as f64 / 12_000.0);
    }
}

#[test]
fn the_smaller_version_of_the_audio_is_found() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path());
    for path in ["14/214", "82/382", "59/759", "53/10053"] {
        let to = root.path().join(format!("raw_30s/audio/{path}.low.mp3"));
        std::fs::create_dir_all(to.parent().unwrap()).unwrap();
        std::fs::rename(root.path().join(format!("{path}.mp3")), to).unwrap();
    }
    let collection = read(&reading(root.path())).unwrap();
    assert_eq!(collection.audio, root.path().join("raw_30s/audio"));
    assert_eq!(&*collection.items[0].path, "14/214.low.mp3");
}

#[test]
fn what_is_wrong_is_named() {
    let root = tempfile::tempdir().unwrap();
    let missing = refused(&reading(root.path()));
    assert!(
        missing.contains("autotagging_top50tags-train.tsv in data/splits/split-0"),
        "{missing}"
    );
    corpus(root.path());
    let other = Reading {
        split: 1,
        ..reading(root.path())
    };
    assert!(refused(&other).contains("split-1"));
    let unknown = Reading {
        tags: Some(Selection::Named(vec!["genre---polka".into()])),
        ..reading(root.path())
    };
    assert!(refused(&unknown).contains("no tag `genre---polka` in jamendo"));
    let folder = root.path().join("data/splits/split-0");
    for (line, expected) in [
        (
            "track_1 artist album 14/214.mp3 1.0",
            "line 2: no value for `TAGS`",
        ),
        (
            "track_1 artist album ../214.mp3 1.0 tag",
            "leads out of the data set",
        ),
        (
            "track_0000214 artist album 14/214.mp3 1.0 tag",
            "`track_0000214` is there twice",
        ),
    ] {
        table(&folder, "test", &[line]);
        let error = refused(&reading(root.path()));
        assert!(error.contains(expected), "{line}: {error}");
    }
    table(&folder, "test", &[]);
    assert!(refused(&reading(root.path())).contains("no clips in the split `test`"));
    // The repository's links are text files on systems without links.
    let pointer = folder.join("autotagging_top50tags-test.tsv");
    std::fs::write(&pointer, "../autotagging.tsv").unwrap();
    assert!(refused(&reading(root.path())).contains("no column `TRACK_ID`; it has ../autotagging"));
    std::fs::remove_file(&pointer).unwrap();
    assert!(refused(&reading(root.path())).contains("autotagging_top50tags-test.tsv"));
}
