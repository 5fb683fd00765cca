//! `trainer tag` on libraries: lists, shards, tables that go on, and what reads them.

use std::path::Path;
use std::time::Duration;

use parquet::file::reader::{FileReader, SerializedFileReader};
use serde_json::Value;
use tagline_tests::with_peak_memory;

use crate::common::program::{assert_refused, command, stderr, stdout, trainer};
use crate::tag::{TAG, folder, json, wav};

/// The rows of a table, as text.
fn rows(path: &Path) -> Vec<String> {
    let file = std::fs::File::open(path).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let rows = reader.get_row_iter(None).unwrap();
    rows.map(|row| row.unwrap().to_string()).collect()
}

/// `count` files in folders of a hundred, of nine contents, among them broken and silent ones.
fn library(folder: &Path, count: usize) {
    let contents = folder.join("contents");
    std::fs::create_dir(&contents).unwrap();
    let named = |kind: usize| contents.join(format!("{kind}.wav"));
    for kind in 0..6 {
        let hz = 200.0 * (kind + 1) as f32;
        wav(
            &contents,
            &format!("{kind}.wav"),
            &[(hz, 3.1), (2.0 * hz, 0.2)],
        );
    }
    wav(&contents, "6.wav", &[(0.0, 3.5)]);
    wav(&contents, "7.wav", &[(300.0, 1.0)]);
    std::fs::write(named(8), [7; 3_000]).unwrap();
    for number in 0..count {
        let below = folder.join("music").join(format!("{:02}", number / 100));
        std::fs::create_dir_all(&below).unwrap();
        std::fs::hard_link(named(number % 9), below.join(format!("{number:04}.wav"))).unwrap();
    }
}

/// The command that tags the library into `out`.
fn table<'a>(out: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let arguments = ["music", "--at", "mean", "--jobs", "2", "--out", out];
    [&TAG[..], &arguments, more].concat()
}

#[test]
fn a_run_that_is_killed_three_times_and_gone_on_with_gives_the_table_of_one_run() {
    const FILES: usize = 2_000;
    let folder = folder();
    let at = |name: &str| folder.path().join(name);
    library(folder.path(), FILES);
    let whole = command(folder.path(), &table("whole.parquet", &[]));
    let (output, peak) = with_peak_memory({ whole }.spawn().unwrap());
    let said = stdout(&output);
    assert!(
        said.contains("2000 files tagged, 222 of them unreadable"),
        "{said}"
    );
    assert!(!at("whole.parquet.journal").exists());
    if let Some(peak) = peak {
        println!("{FILES} files: {} MiB at most", peak >> 20);
        assert!(peak < 300 << 20, "{peak}");
    }
    for kill in 1..=3 {
        let mut child = command(folder.path(), &table("killed.parquet", &[]))
            .spawn()
            .unwrap();
        // Each time later, and once in the middle of a line.
        let bytes = || std::fs::metadata(at("killed.parquet.journal")).map_or(0, |file| file.len());
        let begun = bytes();
        while bytes() < begun + 20_000 {
            assert!(
                child.try_wait().unwrap().is_none(),
                "it has ended before kill {kill}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(!at("killed.parquet").exists());
        if kill == 2 {
            let journal = std::fs::read(at("killed.parquet.journal")).unwrap();
            std::fs::write(at("killed.parquet.journal"), &journal[..journal.len() - 9]).unwrap();
        }
    }
    let output = trainer(folder.path(), &table("killed.parquet", &[]));
    let said = stdout(&output);
    assert!(!said.contains("2000 files"), "nothing was kept: {said}");
    let files = ["whole.parquet", "killed.parquet"].map(|name| std::fs::read(at(name)).unwrap());
    assert!(files[0] == files[1], "the tables differ");
    let rows = rows(&at("whole.parquet"));
    assert_eq!(rows.len(), FILES);
    // Its part in any table is that of its path alone.
    let mut shared = Vec::new();
    for shard in ["0/4", "1/4", "2/4", "3/4"] {
        let name = format!("{}.parquet", &shard[..1]);
        stdout(&trainer(folder.path(), &table(&name, &["--shard", shard])));
        let part = self::rows(&at(&name));
        assert!(
            (FILES / 5..FILES / 3).contains(&part.len()),
            "{}",
            part.len()
        );
        shared.extend(part);
    }
    shared.sort();
    assert!(shared == rows, "the shards together have other rows");
}

#[test]
fn a_file_without_tags_is_a_row_that_says_why_and_a_damaged_one_a_row_with_a_warning() {
    let folder = folder();
    library(folder.path(), 9);
    let mut samples: Vec<f32> = (0..32_000).map(|n| (n as f32 * 0.2).sin() * 0.5).collect();
    samples[20_000..20_003].fill(f32::NAN);
    let damaged = folder.path().join("music/00/damaged.wav");
    tagline_tests::write_float_wav(&damaged, 8_000, &[samples]);
    std::fs::write(
        folder.path().join("list.m3u"),
        "music/00/0000.wav\ngone.wav\n",
    )
    .unwrap();
    let arguments = ["music", "list.m3u", "--out", "tags.parquet"];
    let output = trainer(folder.path(), &[&TAG[..], &arguments].concat());
    assert!(stdout(&output).contains("11 files tagged, 2 of them unreadable"));
    let rows = rows(&folder.path().join("tags.parquet"));
    assert_eq!(rows.len(), 11);
    let row = |file: &str| {
        let found = rows.iter().find(|row| row.contains(file));
        found.unwrap_or_else(|| panic!("no row of {file}"))
    };
    assert!(
        row("0000.wav").contains("reason: null"),
        "{}",
        row("0000.wav")
    );
    assert!(row("0006.wav").contains("silent"), "{}", row("0006.wav"));
    assert!(row("0007.wav").contains("too short"), "{}", row("0007.wav"));
    let damaged = row("damaged.wav");
    assert!(
        damaged.contains("3 samples that are no numbers"),
        "{damaged}"
    );
    assert!(
        damaged.contains("reason: null") && !damaged.contains("low: null"),
        "{damaged}"
    );
    for (file, seconds) in [("0008.wav", "seconds: null"), ("gone.wav", "seconds: null")] {
        let row = row(file);
        assert!(row.contains(seconds) && row.contains("low: null"), "{row}");
        assert!(!row.contains("reason: null"), "{row}");
    }
}

#[test]
fn a_table_goes_on_with_the_same_options_alone_and_is_not_made_twice() {
    let folder = folder();
    library(folder.path(), 9);
    stdout(&trainer(folder.path(), &table("tags.parquet", &[])));
    let before = std::fs::read(folder.path().join("tags.parquet")).unwrap();
    let again = stdout(&trainer(folder.path(), &table("tags.parquet", &[])));
    assert!(again.contains("is complete already"), "{again}");
    let other = trainer(folder.path(), &table("tags.parquet", &["--raw"]));
    assert_refused(&other, "begun with another model or other options");
    assert!(std::fs::read(folder.path().join("tags.parquet")).unwrap() == before);
    std::fs::write(folder.path().join("new.parquet.journal"), "{}\n").unwrap();
    let other = trainer(folder.path(), &table("new.parquet", &[]));
    assert_refused(&other, "new.parquet.journal");
    assert_refused(
        &trainer(folder.path(), &table("tags.csv", &[])),
        "must end in .parquet",
    );
}

#[test]
fn embeddings_are_a_column_of_lists_of_one_length() {
    let folder = tempfile::tempdir().unwrap();
    let model = tagline_tests::FcnModel::fcn5().bytes();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    wav(folder.path(), "a.wav", &[(300.0, 8.0), (900.0, 30.0)]);
    wav(folder.path(), "silent.wav", &[(0.0, 5.0)]);
    let files = ["a.wav", "silent.wav", "--at", "mean"];
    let plain = [&TAG[..], &files, &["--out", "plain.parquet"]].concat();
    stdout(&trainer(folder.path(), &plain));
    let more = ["--embeddings", "--out", "more.parquet"];
    stdout(&trainer(folder.path(), &[&TAG[..], &files, &more].concat()));
    let [plain, more] = ["plain.parquet", "more.parquet"].map(|name| {
        let rows = rows(&folder.path().join(name));
        rows.into_iter()
            .map(|row| row.trim_end_matches('}').to_owned())
            .collect::<Vec<_>>()
    });
    for (plain, more) in plain.iter().zip(&more) {
        // The tags beside it are the same.
        let (tags, embedding) = more.split_once(", embedding: ").expect("the column");
        assert_eq!(tags, plain);
        match plain.contains("silent") {
            true => assert_eq!(embedding, "null"),
            false => assert_eq!(embedding.split(", ").count(), 24, "{embedding}"),
        }
    }
    // Arrow reads a fixed-size list.
    let file = std::fs::File::open(folder.path().join("more.parquet")).unwrap();
    let reader = SerializedFileReader::new(file).unwrap();
    let properties = reader.metadata().file_metadata().key_value_metadata();
    let properties = properties.expect("properties");
    assert!(
        properties
            .iter()
            .any(|property| property.key == "ARROW:schema")
    );
    let other = [&TAG[..], &files, &["--out", "more.parquet"]].concat();
    assert_refused(&trainer(folder.path(), &other), "other options");
    let tiny = tagline_tests::tiny_model(&["low", "high"]);
    std::fs::write(folder.path().join("model.onnx"), tiny).unwrap();
    let tiny = [&TAG[..], &files, &["--embeddings", "--out", "tiny.parquet"]].concat();
    assert_refused(&trainer(folder.path(), &tiny), "gives no embedding");
}

fn tags(line: &Value) -> Vec<f64> {
    let names = ["low", "middle", "high"];
    names
        .iter()
        .map(|name| line["tags"][name].as_f64().unwrap())
        .collect()
}

#[test]
fn the_mean_over_a_song_is_that_of_its_windows() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 9.0), (5_000.0, 6.0)]);
    let of = |at: &str| json(folder.path(), &["a.wav", "--at", at, "--update", "1"]).remove(0);
    let every = of("99");
    let updates: Vec<Vec<f64>> = every["updates"]
        .as_array()
        .unwrap()
        .iter()
        .map(tags)
        .collect();
    assert!(updates.len() > 10, "{}", updates.len());
    let (mean, max) = (tags(&of("mean")), tags(&of("max")));
    for tag in 0..3 {
        let values = || updates.iter().map(|update| update[tag]);
        let expected = values().sum::<f64>() / updates.len() as f64;
        assert!((mean[tag] - expected).abs() < 2e-6, "{mean:?}");
        assert!(
            (max[tag] - values().fold(0.0, f64::max)).abs() < 2e-6,
            "{max:?}"
        );
    }
    assert_eq!(of("3")["updates"].as_array().unwrap().len(), 3);
    assert_eq!(tags(&of("end")), updates[updates.len() - 1]);
}

#[test]
fn score_takes_what_tag_writes() {
    let folder = folder();
    for (name, hz) in [("a.wav", 200.0), ("b.wav", 2_000.0), ("c.wav", 5_000.0)] {
        wav(folder.path(), name, &[(hz, 4.0)]);
    }
    wav(folder.path(), "silent.wav", &[(0.0, 4.0)]);
    let truth = "clip,low,middle,high\na.wav,1,0,0\nb.wav,0,1,0\nc.wav,0,0,1\n";
    std::fs::write(folder.path().join("truth.csv"), truth).unwrap();
    let files = ["a.wav", "b.wav", "c.wav", "silent.wav"];
    let csv = trainer(folder.path(), &[&TAG[..], &["--csv"], &files].concat());
    std::fs::write(folder.path().join("tags.csv"), stdout(&csv)).unwrap();
    let out = [&TAG[..], &["--out", "tags.parquet"], &files].concat();
    stdout(&trainer(folder.path(), &out));
    for table in ["tags.csv", "tags.parquet"] {
        let arguments = [
            "score",
            "--predictions",
            table,
            "--truth",
            "truth.csv",
            "--json",
        ];
        let score = crate::common::program::json(&trainer(folder.path(), &arguments));
        assert_eq!(score["macro_roc_auc"], 1.0, "{table}: {score}");
    }
    // Clips without tags are missing, and are named.
    let truth = format!("{truth}silent.wav,0,0,0\n");
    std::fs::write(folder.path().join("truth.csv"), truth).unwrap();
    let arguments = ["score", "--predictions", "tags.csv", "--truth", "truth.csv"];
    let refused = trainer(folder.path(), &arguments);
    assert!(stderr(&refused).contains("silent.wav"), "{refused:?}");
}
