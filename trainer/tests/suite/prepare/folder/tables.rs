//! Tables of tags, as people, pandas and Python write them.

use super::*;

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
