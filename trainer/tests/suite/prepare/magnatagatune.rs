//! MagnaTagATune in its own form.

use std::path::Path;

use trainer::data::{Dataset, Input, Split};
use trainer::prepare::Selection;
use trainer::prepare::magnatagatune::{Reading, Splitting, read};

use super::corpus::{
    assert_window, clip, clips, npy_texts, options, report, run, samples, wav, window,
};
use crate::common::program::{argument, json, stdout, trainer};

const HEADER: &str = "clip_id\tno voice\tguitar\tbeat\tbeats\ttechno\tmp3_path";

/// Clips in their folders, and the table that names them, with the quotes of the real one.
pub fn corpus(root: &Path, rows: &[(&str, &str, &str)]) {
    let mut table = String::new();
    for line in std::iter::once(HEADER.to_owned()).chain(
        rows.iter()
            .map(|(id, tags, path)| format!("{id}\t{}\t{path}", tags.replace(' ', "\t"))),
    ) {
        let cells: Vec<_> = line.split('\t').map(|cell| format!("\"{cell}\"")).collect();
        table += &(cells.join("\t") + "\n");
    }
    std::fs::write(root.join("annotations_final.csv"), table).unwrap();
    for (id, _, path) in rows {
        clip(&root.join(path), id.parse().unwrap());
    }
}

/// no voice 1, guitar 4, beat 2, beats 2, techno 1; clip 9 has none.
pub const ROWS: [(&str, &str, &str); 7] = [
    ("2", "0 1 1 0 0", "f/a-01-0-29.wav"),
    ("6", "0 1 0 0 1", "0/b-01-0-29.wav"),
    ("7", "1 0 1 1 0", "9/b-02-0-29.wav"),
    ("8", "0 1 0 1 0", "b/c-01-0-29.wav"),
    ("9", "0 0 0 0 0", "a/c-02-0-29.wav"),
    ("10", "0 1 0 0 0", "c/d-01-0-29.wav"),
    ("11", "0 0 0 0 0", "d/e-01-0-29.wav"),
];

pub fn reading(root: &Path) -> Reading {
    Reading {
        root: root.to_owned(),
        audio: None,
        splitting: Splitting::Folders,
        tags: Some(Selection::Top(3)),
        merge_synonyms: false,
    }
}

fn ids(out: &Path, split: Split) -> Vec<String> {
    clips(out, split).into_iter().map(|(id, _)| id).collect()
}

pub fn refused(reading: &Reading) -> String {
    read(reading).unwrap_err().to_string()
}

#[test]
fn clips_are_split_by_folder_and_tagged_by_frequency() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let collection = read(&reading(root.path())).unwrap();
    assert_eq!(collection.tags, ["guitar", "beat", "beats"]);
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!(prepared.items, 7);
    assert_eq!(ids(out.path(), Split::Train), ["6", "7", "8", "9"]);
    assert_eq!(ids(out.path(), Split::Valid), ["10"]);
    let test = clips(out.path(), Split::Test);
    let expected = [
        ("2".to_owned(), vec![1.0, 1.0, 0.0]),
        ("11".to_owned(), vec![0.0; 3]),
    ];
    assert_eq!(test, expected);
}

#[test]
fn the_windows_are_the_engines_own() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    // A whole window, a long file whose centre is taken, and one that is repeated.
    let long = samples(40, 44_100, 61.0);
    wav(&root.path().join("0/b-01-0-29.wav"), 44_100, &long);
    // 1365 hops and half an FFT.
    let exact = samples(41, 12_000, 349_696.0 / 12_000.0);
    wav(&root.path().join("9/b-02-0-29.wav"), 12_000, &exact);
    let mut options = options(out.path());
    options.inputs = Input::ALL.to_vec();
    run(&read(&reading(root.path())).unwrap(), &options).unwrap();
    // 1365 hops and half an FFT, at the file's rate.
    let length = ((1365.0 * 256.0 + 256.0) / 12_000.0 * 44_100.0_f64).ceil() as usize;
    let start = long.len() / 2 - length / 2;
    let long = &long[start..start + length];
    let short = samples(8, 16_000, 4.0);
    for input in Input::ALL {
        let train = Dataset::open(out.path(), input)
            .unwrap()
            .split(Split::Train)
            .unwrap();
        let mut found = vec![0.0; train.bands() * train.frames()];
        for (clip, rate_hz, samples, heard) in [
            (0, 44_100, long, 1366),
            (1, 12_000, &exact[..], 1366),
            (2, 16_000, &short[..], 1 + 48_000 / 256),
        ] {
            train.read(clip, &mut found).unwrap();
            let what = format!("{input}, clip {clip}");
            assert_window(&what, &found, &window(input, rate_hz, samples));
            assert_eq!(train.heard_frames(clip), heard);
        }
        assert!((train.offset_seconds(0) - start as f64 / 44_100.0).abs() < 1e-9);
    }
    let short = report(out.path());
    assert_eq!(short.len(), 5, "{short:?}");
    assert_eq!(
        short[0],
        "kept,10,c/d-01-0-29.wav,\"short: 4.00 s, repeated to fill 29.14 s\""
    );
}

/// The table of titles and artists, with the quotes of the real one.
fn clip_info(root: &Path, rows: &[(&str, &str)]) {
    let columns = [
        "clip_id",
        "track_number",
        "title",
        "artist",
        "album",
        "url",
        "segmentStart",
        "segmentEnd",
        "original_url",
        "mp3_path",
    ];
    let mut table = columns.map(|name| format!("\"{name}\"")).join("\t") + "\n";
    for (id, artist) in rows {
        let cells = [id, "3", "A\tTitle", artist, "", "", "0", "29", "", ""];
        table += &(cells.map(|cell| format!("\"{cell}\"")).join("\t") + "\n");
    }
    std::fs::write(root.join("clip_info_final.csv"), table).unwrap();
}

#[test]
fn an_artist_whose_clips_are_in_two_splits_is_counted() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    // 8 has no name, 9 and 10 have no line, and 99 has no tags.
    let artists = [
        ("2", "Ana & Bo"),
        ("6", "Ana & Bo"),
        ("7", "the \"\"Seven\"\""),
        ("8", ""),
        ("11", "Ana & Bo"),
        ("99", "Cy"),
    ];
    clip_info(root.path(), &artists);
    run(&read(&reading(root.path())).unwrap(), &options(out.path())).unwrap();
    let data = Dataset::open(out.path(), Input::Mel).unwrap();
    let sources = |split| {
        let clips = data.split(split).unwrap();
        (0..clips.len())
            .map(|clip| clips.source(clip).to_owned())
            .collect::<Vec<_>>()
    };
    let own = ["b/c-01-0-29.wav", "a/c-02-0-29.wav"];
    let train = ["Ana & Bo", "the \"Seven\"", own[0], own[1]];
    assert_eq!(sources(Split::Train), train);
    assert_eq!(sources(Split::Valid), ["c/d-01-0-29.wav"]);
    assert_eq!(sources(Split::Test), ["Ana & Bo"; 2]);

    let shown = |option: &[&str]| {
        let data = ["data", argument(out.path())];
        trainer(out.path(), &[&data, option].concat())
    };
    let table = stdout(&shown(&[]));
    let line = "sources       4       1       1   2 clips of test are of sources in train";
    assert!(table.lines().any(|found| found == line), "{table}");
    let json = json(&shown(&["--json"]));
    let expected = serde_json::json!({"train": 4, "valid": 1, "test": 1, "test_clips_of_train": 2});
    assert_eq!(json["sources"], expected);
}

#[test]
fn a_synthetic_corpus_is_not_taken_for_the_real_data_set() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path(), &ROWS);
    assert_eq!(read(&reading(root.path())).unwrap().name, "magnatagatune");
    std::fs::write(root.path().join("synth.json"), "{}").unwrap();
    assert_eq!(read(&reading(root.path())).unwrap().name, "synth");
}

#[test]
fn the_smaller_split_leaves_out_clips_without_a_chosen_tag() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path(), &ROWS);
    let reading = Reading {
        splitting: Splitting::Tagged,
        ..reading(root.path())
    };
    let collection = read(&reading).unwrap();
    let ids: Vec<_> = collection.items.iter().map(|item| &*item.id).collect();
    assert_eq!(ids, ["2", "6", "7", "8", "10"]);
}

#[test]
fn synonyms_are_merged_before_tags_are_counted() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let reading = Reading {
        merge_synonyms: true,
        ..reading(root.path())
    };
    let collection = read(&reading).unwrap();
    // beat and beats have three clips together. `no voice` is kept under its group's name.
    assert_eq!(collection.tags, ["guitar", "beat", "no singer"]);
    run(&collection, &options(out.path())).unwrap();
    let train = clips(out.path(), Split::Train);
    assert_eq!(train[1], ("7".to_owned(), vec![0.0, 1.0, 1.0]));
    assert_eq!(train[2], ("8".to_owned(), vec![1.0, 1.0, 0.0]));
}

#[test]
fn a_published_split_decides_clips_order_and_tags() {
    let (root, split) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path(), &ROWS);
    let write = |name: &str, lines: &[&str]| {
        std::fs::write(split.path().join(name), npy_texts(lines)).unwrap();
    };
    write("train.npy", &["1\tf/a-01-0-29.mp3", "0\tb/c-01-0-29.npy"]);
    write("valid.npy", &["5\tc/d-01-0-29.wav"]);
    write("test.npy", &["2\t0/b-01-0-29.wav"]);
    let reading = Reading {
        splitting: Splitting::Files(split.path().to_owned()),
        tags: None,
        ..reading(root.path())
    };
    // Without tags.npy the 50 most frequent are asked for.
    assert!(refused(&reading).contains("50 tags were asked for"));
    write("tags.npy", &["techno", "guitar"]);
    let collection = read(&reading).unwrap();
    assert_eq!(collection.tags, ["techno", "guitar"]);
    let found: Vec<_> = collection
        .items
        .iter()
        .map(|item| (&*item.id, item.split, item.labels.to_vec()))
        .collect();
    let expected = [
        ("2", Split::Train, vec![(1, 1.0)]),
        ("8", Split::Train, vec![(1, 1.0)]),
        ("10", Split::Valid, vec![(1, 1.0)]),
        ("6", Split::Test, vec![(0, 1.0), (1, 1.0)]),
    ];
    assert_eq!(found, expected);

    write("test.npy", &["2\t0/nobody-knows.mp3"]);
    assert!(refused(&reading).contains("0/nobody-knows"));
    write("tags.npy", &["techno", "gitar"]);
    assert!(refused(&reading).contains("no tag `gitar` in magnatagatune; it has no voice, guitar"));
    std::fs::write(split.path().join("valid.npy"), b"\x93NUMPY\x01").unwrap();
    assert!(refused(&reading).contains("valid.npy: not a .npy file"));
    std::fs::remove_file(split.path().join("valid.npy")).unwrap();
    assert!(refused(&reading).contains("no published split"));
}
