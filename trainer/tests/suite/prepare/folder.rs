//! Any folder of audio.

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

/// More than 16 bits can number.
const MANY_TAGS: usize = 65_540;

#[test]
fn more_tags_than_16_bits_number_stay_apart_and_are_refused_only_if_all_are_kept() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for k in 0..5 {
        clip(&root.path().join(format!("{k}.wav")), k);
    }
    let names: Vec<_> = (0..MANY_TAGS).map(|tag| format!("t{tag:05}")).collect();
    let list = format!("0.wav,train,{}", names.join(";"));
    let last = format!("1.wav,train,{}", names[MANY_TAGS - 1]);
    let rows = ["3.wav,valid,t00003", "4.wav,test,t00003"];
    let header = "path,split,tags";
    table(root.path(), &[header, &list, &last, rows[0], rows[1]]);
    let collection = read(&reading(root.path())).unwrap();
    let labels = &collection.items[1].labels;
    assert_eq!(**labels, [(MANY_TAGS as u32 - 1, 1.0)]);
    let error = run(&collection, &options(out.path())).unwrap_err();
    let expected = "65540 tags, where 1 to 10000 are possible";
    assert_eq!(error.to_string(), expected);
    // The first tag whose number does not fit into 16 bits, and the tag that the cut number would
    // name.
    let two = Reading {
        tags: Some(Selection::Named(vec![
            names[MANY_TAGS - 1].clone(),
            names[(MANY_TAGS - 1) % 65_536].clone(),
        ])),
        ..reading(root.path())
    };
    run(&read(&two).unwrap(), &options(out.path())).unwrap();
    assert_eq!(clips(out.path(), Split::Train)[1].1, [1.0, 0.0]);
    assert_eq!(clips(out.path(), Split::Test)[0].1, [0.0, 1.0]);

    // A column for each tag.
    let zeros = ",0".repeat(MANY_TAGS - 1);
    let header = format!("path,split,{}", names.join(","));
    let row = |file: &str, last: u8| format!("{file}{zeros},{last}");
    let rows = [
        row("1.wav,train", 1),
        row("3.wav,valid", 0),
        row("4.wav,test", 0),
    ];
    table(root.path(), &[&header, &rows[0], &rows[1], &rows[2]]);
    let items = read(&two).unwrap().items;
    assert_eq!(*items[0].labels, [(0, 1.0)]);
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
fn a_table_gives_lists_of_tags() {
    let root = tempfile::tempdir().unwrap();
    folders(root.path());
    table(
        root.path(),
        &[
            "path,tags,split",
            "jazz/0.wav,cool; smooth,train",
            "jazz/1.wav,\"cool, late\",valid",
            "jazz/2.wav,late,test",
            "jazz/3.wav,,test",
        ],
    );
    let collection = read(&reading(root.path())).unwrap();
    assert_eq!(collection.tags, ["cool", "late", "smooth"]);
    let labels: Vec<_> = collection.items.iter().map(|i| i.labels.to_vec()).collect();
    let expected = [
        vec![(0, 1.0), (2, 1.0)],
        vec![(0, 1.0), (1, 1.0)],
        vec![(1, 1.0)],
        vec![],
    ];
    assert_eq!(labels, expected);
    assert_eq!(paths(&collection, Split::Valid), ["jazz/1.wav"]);
    assert_eq!(
        paths(&collection, Split::Test),
        ["jazz/2.wav", "jazz/3.wav"]
    );
}

#[test]
fn a_table_gives_a_column_for_each_tag() {
    let root = tempfile::tempdir().unwrap();
    folders(root.path());
    table(
        root.path(),
        &[
            "\u{feff}path,loud,split,soft",
            "jazz/0.wav,1,train,0.25",
            "jazz/1.wav,,valid,0",
            "jazz/2.wav,0.0,test,1",
        ],
    );
    let chosen = Reading {
        tags: Some(Selection::Named(vec!["soft".into(), "loud".into()])),
        ..reading(root.path())
    };
    let collection = read(&chosen).unwrap();
    assert_eq!(collection.tags, ["soft", "loud"]);
    let labels = |item: usize| collection.items[item].labels.to_vec();
    assert_eq!(labels(0), [(0, 0.25), (1, 1.0)]);
    assert!(labels(1).is_empty());
    assert_eq!(labels(2), [(0, 1.0)]);
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

#[test]
fn tables_of_pandas_and_python_are_read() {
    let root = tempfile::tempdir().unwrap();
    folders(root.path());
    let tags = |lines: &[&str], ignored: &[&str]| {
        table(root.path(), lines);
        let ignored = ignored.iter().map(|name| (*name).to_owned()).collect();
        let collection = read(&Reading {
            ignored,
            ..reading(root.path())
        })
        .unwrap();
        let labels: Vec<Vec<(u32, f32)>> = collection
            .items
            .iter()
            .map(|item| item.labels.to_vec())
            .collect();
        (collection.tags, labels)
    };
    let index = [
        ",path,loud,Unnamed: 0,artist",
        "0,jazz/0.wav,1,7,x",
        "1,jazz/1.wav,0,8,y",
        "2,rock/0.wav,0.5,9,z",
    ];
    let (names, labels) = tags(&index, &["artist"]);
    assert_eq!(names, ["loud"]);
    assert_eq!(labels, [vec![(0, 1.0)], vec![], vec![(0, 0.5)]]);
    let lists = [
        "path,tags",
        "jazz/0.wav,\"['jazz', 'slow']\"",
        "jazz/1.wav,\"['jazz']\"",
        "rock/0.wav,[]",
    ];
    let (names, labels) = tags(&lists, &[]);
    assert_eq!(names, ["jazz", "slow"]);
    assert_eq!(labels, [vec![(0, 1.0), (1, 1.0)], vec![(0, 1.0)], vec![]]);
}

#[test]
fn labels_may_be_unknown() {
    let root = tempfile::tempdir().unwrap();
    folders(root.path());
    for lines in [
        [
            "path,loud,slow",
            "jazz/0.wav,?,1",
            "jazz/1.wav,1,",
            "rock/0.wav,0, ? ",
        ],
        [
            "path,tags,unknown",
            "jazz/0.wav,slow,loud",
            "jazz/1.wav,loud,",
            "rock/0.wav,,slow",
        ],
    ] {
        table(root.path(), &lines);
        let collection = read(&reading(root.path())).unwrap();
        assert_eq!(collection.tags, ["loud", "slow"]);
        let labels: Vec<Vec<(u32, f32)>> = collection
            .items
            .iter()
            .map(|item| item.labels.to_vec())
            .collect();
        let shown = format!("{labels:?}");
        assert_eq!(shown, "[[(0, NaN), (1, 1.0)], [(0, 1.0)], [(1, NaN)]]");
    }
}

#[test]
fn audio_that_lies_in_no_folder_of_a_tag_is_not_called_absent() {
    let root = tempfile::tempdir().unwrap();
    clip(&root.path().join("a.wav"), 1);
    let error = refused(&reading(root.path()));
    assert!(
        error.contains("no tag for the audio file that lies there"),
        "{error}"
    );
    clip(&root.path().join("b.wav"), 1);
    let error = refused(&reading(root.path()));
    assert!(
        error.contains("no tags for the 2 audio files that lie there"),
        "{error}"
    );
}

#[test]
fn files_with_an_empty_group_cell_are_not_one_group() {
    let root = tempfile::tempdir().unwrap();
    let mut lines = vec!["path,artist,tags".to_owned()];
    for k in 0..20 {
        clip(&root.path().join(format!("{k}.wav")), k);
        let artist = match k % 10 {
            3 => " an artist",
            4 => "  ",
            _ => "",
        };
        lines.push(format!("{k}.wav,{artist},tag"));
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
        for split in Split::ALL {
            let of_split = collection.items.iter().filter(|item| item.split == split);
            let nameless = of_split.filter(|item| item.source.is_empty()).count();
            assert!((1..18).contains(&nameless), "{nameless} in {split}");
        }
        let named: Vec<_> = collection.items.iter().skip(3).step_by(10).collect();
        assert!(named.iter().all(|item| &*item.source == "an artist"));
        assert!(named.iter().all(|item| item.split == named[0].split));
        let sources = collection.items.iter().filter(|i| i.source.is_empty());
        assert_eq!(sources.count(), 18);
    }
}

/// macOS has no such names.
#[cfg(target_os = "linux")]
#[test]
fn audio_that_cannot_be_a_part_of_the_data_is_in_the_report() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folders(root.path());
    let named = |name: &[u8]| root.path().join(OsStr::from_bytes(name));
    clip(&named(b"jazz/caf\xe9.wav"), 20);
    clip(&named(b"na\xefve/song.wav"), 21);
    clip(&root.path().join("loose.wav"), 22);
    clip(&root.path().join(".hidden/song.wav"), 23);
    let elsewhere = tempfile::tempdir().unwrap();
    clip(&elsewhere.path().join("song.wav"), 24);
    std::os::unix::fs::symlink(elsewhere.path(), root.path().join("rock/linked")).unwrap();
    std::os::unix::fs::symlink("..", root.path().join("rock/up")).unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let linked = |path: &str| collection.items.iter().any(|item| &*item.path == path);
    assert!(linked("rock/linked/song.wav"));
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.items, prepared.summary.unwrap().skipped), (15, 4));
    let remarks = report(out.path()).into_iter();
    let skipped: Vec<String> = remarks.filter(|line| line.starts_with("skipped")).collect();
    let no_text = "\"its name, or its folder's, is not UTF-8; rename it\"";
    let expected = [
        format!("skipped,jazz/caf\u{fffd}.wav,jazz/caf\u{fffd}.wav,{no_text}"),
        "skipped,loose.wav,loose.wav,in no folder of a tag".to_owned(),
        format!("skipped,na\u{fffd}ve/song.wav,na\u{fffd}ve/song.wav,{no_text}"),
        "skipped,rock/up,rock/up,a link to a folder that it lies in".to_owned(),
    ];
    assert_eq!(skipped, expected);
    // It is another list, since its report differs.
    std::fs::remove_file(root.path().join("loose.wav")).unwrap();
    let fewer = read(&reading(root.path())).unwrap();
    let error = run(&fewer, &options(out.path())).unwrap_err().to_string();
    assert!(error.contains("list: now with other files"), "{error}");
}

#[test]
fn a_recording_in_several_splits_and_a_silent_one_are_in_the_report() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    clip(&root.path().join("a.wav"), 1);
    std::fs::copy(root.path().join("a.wav"), root.path().join("copy.wav")).unwrap();
    std::fs::copy(root.path().join("a.wav"), root.path().join("again.wav")).unwrap();
    // Of the same length, and another song.
    clip(&root.path().join("b.wav"), 2);
    wav(&root.path().join("silent.wav"), 16_000, &[0; 64_000]);
    let lines = [
        "path,tags,split",
        "a.wav,rock,train",
        "again.wav,rock,train",
        "copy.wav,rock,valid",
        "b.wav,rock,test",
        "silent.wav,rock,train",
    ];
    table(root.path(), &lines);
    let collection = read(&reading(root.path())).unwrap();
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.twins, prepared.summary.unwrap().skipped), (3, 1));
    let report = report(out.path());
    let said = |file: &str, what: &str| {
        let line = report
            .iter()
            .find(|line| line.contains(&format!(",{file},")));
        assert!(line.is_some_and(|line| line.contains(what)), "{report:?}");
    };
    said("a.wav", "the same recording as copy.wav, which is in valid");
    said(
        "again.wav",
        "the same recording as copy.wav, which is in valid",
    );
    said("copy.wav", "the same recording as a.wav, which is in train");
    let silent = "skipped,silent.wav,silent.wav,silent".to_owned();
    assert!(report.contains(&silent), "{report:?}");
    let of_b = report.iter().find(|line| line.contains(",b.wav,")).unwrap();
    assert!(!of_b.contains("same recording"), "{of_b}");
}

#[test]
fn everything_that_looks_like_audio_is_used_or_listed() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    folders(root.path());
    let named = |name: &str| root.path().join("jazz").join(name);
    for (name, seed) in [("book.m4b", 30), ("LOUD.WAVE", 31), ("film.mov", 32)] {
        clip(&named(name), seed);
    }
    std::fs::write(named("song.wv"), b"wvpk and more").unwrap();
    std::fs::write(named("._song.wav"), b"\0\x05\x16\x07").unwrap();
    let collection = read(&reading(root.path())).unwrap();
    let prepared = run(&collection, &options(out.path())).unwrap();
    assert_eq!((prepared.items, prepared.summary.unwrap().skipped), (14, 1));
    let report = report(out.path()).join("\n");
    assert!(report.contains("a WavPack file"), "{report}");
    // The command names the file as it is called, not where this machine has it.
    let command = "ffmpeg -i \"\"song.wv\"\" \"\"song.flac\"\"";
    assert!(report.contains(command), "{report}");
    assert!(!report.contains("._song"), "{report}");
}
