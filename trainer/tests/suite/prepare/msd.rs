//! The Million Song Dataset in its published form.

use std::path::Path;

use trainer::data::Split;
use trainer::prepare::Selection;
use trainer::prepare::msd::{Reading, read};

use super::corpus::{clip, clips, npy, options, report, run};

/// MSD id, 7digital id, numbers of its tags.
type Track = (&'static str, &'static str, &'static [usize]);

const TRACKS: [(&str, &[Track]); 3] = [
    (
        "train",
        &[
            ("TRAAAAK128F9318786", "5504670", &[0, 49]),
            ("TRAAAAV128F421A322", "3401791", &[]),
        ],
    ),
    ("valid", &[("TRYLROL128F931C1A7", "3974574", &[9])]),
    ("test", &[("TRAADIN128F931D672", "6010476", &[0])]),
];

fn labels(tracks: &[Track]) -> Vec<u8> {
    let mut labels = vec![0; 50 * tracks.len()];
    for (track, (_, _, tags)) in tracks.iter().enumerate() {
        tags.iter().for_each(|tag| labels[50 * track + tag] = 1);
    }
    npy("|b1", &format!("({}, 50)", tracks.len()), &labels)
}

fn corpus(root: &Path) {
    for (split, tracks) in TRACKS {
        let list = |kind: &str, line: &dyn Fn(&Track) -> String| {
            let lines: String = tracks.iter().map(|track| line(track) + "\n").collect();
            std::fs::write(root.join(format!("{split}_x_{kind}.txt")), lines).unwrap();
        };
        list("msd_id", &|(msd, _, _)| (*msd).to_owned());
        list("7d_id", &|(_, seven, _)| (*seven).to_owned());
        list("filename", &|(_, s, _)| {
            format!("{}/{}/{s}.npy", &s[..1], &s[1..2])
        });
        std::fs::write(root.join(format!("{split}_y.npy")), labels(tracks)).unwrap();
        for (seed, (_, s, _)) in tracks.iter().enumerate() {
            let path = format!("previews/{}/{}/{s}.clip.mp3", &s[..1], &s[1..2]);
            clip(&root.join(path), seed as u32);
        }
    }
}

fn reading(root: &Path) -> Reading {
    Reading {
        root: root.to_owned(),
        audio: None,
        split_files: None,
        tag_names: None,
        tags: None,
    }
}

fn refused(reading: &Reading) -> String {
    read(reading).unwrap_err().to_string()
}

#[test]
fn previews_are_found_by_any_name_of_the_track() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path());
    // One is named by its MSD id.
    let previews = root.path().join("previews");
    let named = previews.join("A/TRAADIN128F931D672.mp3");
    std::fs::create_dir(previews.join("A")).unwrap();
    std::fs::rename(previews.join("6/0/6010476.clip.mp3"), named).unwrap();
    for kept in [
        &["msd_id", "7d_id", "filename"][..],
        &["msd_id", "7d_id"],
        &["msd_id", "filename"],
    ] {
        let out = tempfile::tempdir().unwrap();
        let files = tempfile::tempdir().unwrap();
        for (split, _) in TRACKS {
            for file in kept
                .iter()
                .map(|kind| format!("x_{kind}.txt"))
                .chain(["y.npy".into()])
            {
                let name = format!("{split}_{file}");
                std::fs::copy(root.path().join(&name), files.path().join(&name)).unwrap();
            }
        }
        let reading = Reading {
            audio: Some(previews.clone()),
            split_files: Some(files.path().to_owned()),
            ..reading(root.path())
        };
        let collection = read(&reading).unwrap();
        assert_eq!(collection.tags.len(), 50);
        let prepared = run(&collection, &options(out.path())).unwrap();
        assert_eq!(
            prepared.summary.unwrap().skipped,
            0,
            "{:?}",
            report(out.path())
        );
        let train = clips(out.path(), Split::Train);
        assert_eq!(train[0].0, "TRAAAAK128F9318786");
        let (rock, happy) = (train[0].1[0], train[0].1[49]);
        assert_eq!((rock, happy, train[0].1.iter().sum()), (1.0, 1.0, 2.0));
        assert_eq!(train[1].1, vec![0.0; 50]);
        assert_eq!(clips(out.path(), Split::Valid)[0].1[9], 1.0);
        assert_eq!(clips(out.path(), Split::Test)[0].1[0], 1.0);
    }
}

#[test]
fn an_id_that_the_published_lists_repeat_is_numbered_and_both_tracks_are_kept() {
    for list in ["7d_id", "filename"] {
        let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        corpus(root.path());
        for (split, _) in TRACKS {
            for other in ["msd_id", "7d_id", "filename"] {
                if other != list {
                    let name = format!("{split}_x_{other}.txt");
                    std::fs::remove_file(root.path().join(name)).unwrap();
                }
            }
        }
        // Two tracks with different labels share a preview, and a third has the name that numbering
        // would give.
        let lines = match list {
            "7d_id" => "5504670\n5504670\n5504670\n5504670@2\n",
            _ => "5/5/5504670.npy\n5/5/5504670.npy\n5/5/5504670.npy\n5/5/5504670@2.npy\n",
        };
        let file = |name: String| root.path().join(name);
        std::fs::write(file(format!("train_x_{list}.txt")), lines).unwrap();
        let tracks: [Track; 4] = [
            ("", "", &[0]),
            ("", "", &[1]),
            ("", "", &[2]),
            ("", "", &[3]),
        ];
        std::fs::write(file("train_y.npy".into()), labels(&tracks)).unwrap();
        clip(&file("previews/5/5/5504670@2.clip.mp3".into()), 9);
        run(&read(&reading(root.path())).unwrap(), &options(out.path())).unwrap();
        let train = clips(out.path(), Split::Train);
        let ids: Vec<_> = train.iter().map(|(id, _)| id.as_str()).collect();
        assert_eq!(ids, ["5504670", "5504670@3", "5504670@4", "5504670@2"]);
        for (track, (_, labels)) in train.iter().enumerate() {
            assert_eq!((labels[track], labels.iter().sum()), (1.0, 1.0), "{track}");
        }
    }
}

#[test]
fn a_track_without_a_preview_is_reported_as_missing() {
    let (root, out) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    corpus(root.path());
    std::fs::remove_file(root.path().join("previews/3/4/3401791.clip.mp3")).unwrap();
    let prepared = run(&read(&reading(root.path())).unwrap(), &options(out.path())).unwrap();
    assert_eq!(prepared.summary.unwrap().skipped, 1);
    let lines = report(out.path());
    let missing = "skipped,TRAAAAV128F421A322,3/4/3401791.npy,missing".to_owned();
    assert!(lines.contains(&missing), "{lines:?}");
}

#[test]
fn other_columns_have_names_of_their_own() {
    let root = tempfile::tempdir().unwrap();
    corpus(root.path());
    let names: String = (0..50).map(|k| format!("tag {k}\n")).collect();
    let path = root.path().join("names.txt");
    std::fs::write(&path, names).unwrap();
    let named = Reading {
        tag_names: Some(path.clone()),
        tags: Some(Selection::Top(1)),
        ..reading(root.path())
    };
    assert_eq!(read(&named).unwrap().tags, ["tag 0"]);
    std::fs::write(&path, "one\ntwo\n").unwrap();
    assert!(refused(&named).contains("shape [2, 50], where [2 tracks, 2 tags]"));
}

#[test]
fn what_is_wrong_is_named() {
    let root = tempfile::tempdir().unwrap();
    assert!(refused(&reading(root.path())).contains("train_x_msd_id.txt or train_x_7d_id.txt"));
    corpus(root.path());
    let file = |name: &str| root.path().join(name);
    std::fs::write(file("valid_x_7d_id.txt"), "1\n2\n").unwrap();
    let error = refused(&reading(root.path()));
    assert!(
        error.contains("valid_x_7d_id.txt: 2 lines") && error.contains("has 1"),
        "{error}"
    );
    std::fs::write(file("valid_x_7d_id.txt"), "3974574\n").unwrap();

    let mut wrong = labels(&[("", "", &[1])]);
    *wrong.last_mut().unwrap() = 1;
    let twos = npy("|u1", "(1, 50)", &[2; 50]);
    let objects = npy("|O", "(1, 50)", b"\x80\x03.");
    for (bytes, expected) in [
        (labels(&[]), "shape [0, 50], where [1 tracks, 50 tags]"),
        (b"PK".to_vec(), "test_y.npy: not a .npy file"),
        (
            wrong[..wrong.len() - 1].to_vec(),
            "49 bytes of data, where it needs 50",
        ),
        (twos, "track 0: 2 where a label"),
        (objects, "type |O, where numbers are needed"),
    ] {
        std::fs::write(file("test_y.npy"), bytes).unwrap();
        let error = refused(&reading(root.path()));
        assert!(error.contains(expected), "{error}");
    }
    std::fs::write(file("test_y.npy"), labels(TRACKS[2].1)).unwrap();
    std::fs::remove_dir_all(file("previews")).unwrap();
    assert!(refused(&reading(root.path())).contains("none of the listed audio files is there"));
}
