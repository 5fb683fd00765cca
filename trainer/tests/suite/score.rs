//! `trainer score` as its user meets it.

use std::path::Path;
use std::process::Output;

use serde_json::Value;
use tempfile::TempDir;

use crate::common::program::{assert_refused, json, stdout, trainer};

/// Runs the program with these texts as predictions (est.csv) and truth (gt.csv).
fn score(predictions: &str, truth: &str, arguments: &[&str]) -> Output {
    let folder = folder(predictions, truth);
    run(folder.path(), arguments)
}

fn folder(predictions: &str, truth: &str) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("est.csv"), predictions).unwrap();
    std::fs::write(folder.path().join("gt.csv"), truth).unwrap();
    folder
}

fn run(folder: &Path, arguments: &[&str]) -> Output {
    let files = ["score", "--predictions", "est.csv", "--truth", "gt.csv"];
    trainer(folder, &[&files, arguments].concat())
}

const TRUTH: &str = "clip,rock,calm\na.mp3,1,0\nb.mp3,0,1\nc.mp3,1,1\nd.mp3,0,0\n";
/// The same clips and tags in another order. `rock` is perfect, and `calm` has one of four pairs
/// wrong.
const PREDICTIONS: &str =
    "clip,calm,rock\nd.mp3,0.4,0.1\nc.mp3,0.3,0.8\nb.mp3,0.9,0.2\na.mp3,0.1,0.7\n";

#[test]
fn the_published_scores_of_musicnn_are_met() {
    let Some(reference) = tagline_tests::reference("the_published_scores_of_musicnn_are_met")
    else {
        return;
    };
    let found = json(&run(&reference.join("mtt-musicnn"), &["--json"]));
    let close = |name: &str, expected: f64| {
        let value = found[name].as_f64().unwrap();
        assert!((value - expected).abs() < 1e-9, "{name}: {value}");
    };
    close("macro_roc_auc", 0.910_897_708_562_001);
    close("macro_pr_auc", 0.450_874_107_630_789_3);
    let keys: Vec<&String> = found.as_object().unwrap().keys().collect();
    assert_eq!(keys, ["macro_pr_auc", "macro_roc_auc", "per_tag"]);
    assert_eq!(found["per_tag"].as_object().unwrap().len(), 50);
}

#[test]
fn clips_and_tags_are_matched_by_name() {
    let found = json(&score(PREDICTIONS, TRUTH, &["--json"]));
    assert_eq!(found["per_tag"]["rock"]["roc_auc"], 1.0);
    assert_eq!(found["per_tag"]["calm"]["roc_auc"], 0.75);
    assert_eq!(found["macro_roc_auc"], 0.875);
    assert_eq!(found["per_tag"]["calm"]["positives"], 2);
}

#[test]
fn tabs_byte_order_marks_blank_lines_and_windows_line_ends_are_read() {
    let predictions = "\u{feff}a\t0.9\t0.1\r\n\r\nb\t0.2\t0.3\r\n";
    let truth = "7\ta,1,0\n3\tb,0,1\n";
    let found = json(&score(predictions, truth, &["--json"]));
    assert_eq!(found["macro_roc_auc"], 1.0);
    assert_eq!(found["per_tag"]["2"]["roc_auc"], 1.0);
}

#[test]
fn tags_without_a_positive_are_named_and_not_averaged() {
    let truth = TRUTH
        .replace("clip,rock,calm", "clip,rock,none")
        .replace(",1\n", ",0\n");
    let predictions = PREDICTIONS.replace("calm", "none");
    let found = json(&score(&predictions, &truth, &["--json"]));
    assert_eq!(found["macro_roc_auc"], 1.0);
    assert_eq!(found["per_tag"]["none"]["roc_auc"], Value::Null);
    assert_eq!(found["per_tag"]["none"]["pr_auc"], Value::Null);
    let table = stdout(&score(&predictions, &truth, &[]));
    assert!(
        table.contains("not averaged: none (no clip has it)"),
        "{table}"
    );
    let nothing = TRUTH.replace(",1", ",0");
    assert_refused(
        &score(PREDICTIONS, &nothing, &[]),
        "gt.csv: no tag has both",
    );
}

#[test]
fn intervals_come_with_the_table_and_where_they_are_asked_for() {
    let table = stdout(&score(PREDICTIONS, TRUTH, &[]));
    assert!(table.contains("macro average  0.8750 ["), "{table}");
    let found = json(&score(PREDICTIONS, TRUTH, &["--json", "--bootstrap", "50"]));
    let interval = found["macro_roc_auc_interval"].as_array().unwrap();
    assert!(interval[0].as_f64().unwrap() <= 0.875 && interval[1].as_f64().unwrap() >= 0.875);
    let csv = stdout(&score(PREDICTIONS, TRUTH, &["--csv", "--bootstrap", "0"]));
    assert!(csv.contains("\nmacro average,,0.875,,,"), "{csv}");
    assert!(csv.contains("\nrock,2,1,,,1,,,1,0.7\n"), "{csv}");
    for far_too_many in ["100001", "18446744073709551615", "-1"] {
        let option = format!("--bootstrap={far_too_many}");
        assert_refused(&score(PREDICTIONS, TRUTH, &[&option]), "from 0 to 100000");
    }
}

#[test]
fn columns_without_a_header_take_the_names_of_the_list() {
    let folder = folder("a,0.9,0.1\nb,0.2,0.3\n", "a,1,0\nb,0,1\n");
    std::fs::write(folder.path().join("tags.txt"), "rock\ncalm\n").unwrap();
    let found = json(&run(folder.path(), &["--json", "--tags", "tags.txt"]));
    assert_eq!(found["per_tag"]["calm"]["roc_auc"], 1.0);
    std::fs::write(folder.path().join("tags.txt"), "rock\ncalm\nloud\n").unwrap();
    let output = run(folder.path(), &["--tags", "tags.txt"]);
    assert_refused(
        &output,
        "the list holds 3 tags and the files have 2 columns",
    );
    assert_refused(&run(folder.path(), &["--tags", "none.txt"]), "none.txt: ");
}

#[test]
fn a_figure_is_drawn_and_an_impossible_place_for_it_is_named() {
    let folder = folder(PREDICTIONS, TRUTH);
    stdout(&run(folder.path(), &["--chart", "tags.svg"]));
    let svg = std::fs::read_to_string(folder.path().join("tags.svg")).unwrap();
    assert!(svg.contains("rock") && svg.contains("ROC-AUC of each tag: est.csv"));
    assert_refused(
        &run(folder.path(), &["--chart", "no/tags.svg"]),
        "no/tags.svg: ",
    );
}

#[test]
fn clips_and_tags_without_a_match_are_named_with_their_lines() {
    let refused = |predictions: &str, truth: &str, message: &str| {
        assert_refused(&score(predictions, truth, &[]), message);
    };
    let short = PREDICTIONS.replace("b.mp3,0.9,0.2\n", "");
    refused(
        &short,
        TRUTH,
        "est.csv lacks 1 of the 4 clips of gt.csv: `b.mp3` (line 3)",
    );
    refused(
        PREDICTIONS,
        &TRUTH.replace("a.mp3", "e.mp3"),
        "est.csv lacks 1 of the 4 clips",
    );
    let more = format!("{PREDICTIONS}x.mp3,0.1,0.2\n");
    refused(
        &more,
        TRUTH,
        "gt.csv lacks 1 of the 5 clips of est.csv: `x.mp3` (line 6)",
    );

    let unknown = PREDICTIONS.replace("calm", "loud");
    refused(
        &unknown,
        TRUTH,
        "est.csv has no column for 1 of the 2 tags of gt.csv: `calm`",
    );
    let wide = "clip,calm,rock,x\nd.mp3,0,0,0\n";
    refused(
        wide,
        TRUTH,
        "gt.csv has no column for 1 of the 3 tags of est.csv: `x`",
    );
    refused(
        "a,0.1\nb,0.2\n",
        TRUTH,
        "est.csv has 1 columns of scores and gt.csv has 2",
    );
}

#[test]
fn a_bad_cell_is_named_with_its_line() {
    let predictions = |from: &str, to: &str, message: &str| {
        let text = PREDICTIONS.replace(from, to);
        assert_ne!(text, PREDICTIONS);
        assert_refused(&score(&text, TRUTH, &[]), message);
    };
    predictions(
        "0.3",
        "high",
        "est.csv, line 3: column `calm`: `high` is not a number",
    );
    predictions(
        "0.3",
        "NaN",
        "est.csv, line 3: column `calm`: `NaN` is not a number",
    );
    predictions(
        "0.3",
        "inf",
        "est.csv, line 3: column `calm`: `inf` is not a number",
    );
    predictions(
        "0.3",
        "",
        "est.csv, line 3: column `calm`: `` is not a number",
    );
    predictions("0.3,", "", "est.csv, line 3: 1 values where 2 are expected");
    predictions(
        "c.mp3",
        "d.mp3",
        "line 3: the clip `d.mp3` stands on line 2 already",
    );
    predictions("c.mp3", "", "est.csv, line 3: the clip has no name");
    predictions(
        "calm",
        "rock",
        "est.csv, line 1: two columns are named `rock`",
    );
    predictions("calm", "", "est.csv, line 1: column 2 has no name");

    let truth = |text: &str, message: &str| {
        assert_refused(&score(PREDICTIONS, text, &[]), message);
    };
    let graded = TRUTH.replace("b.mp3,0,1", "b.mp3,0.5,1");
    truth(
        &graded,
        "gt.csv, line 3: column `rock`: the truth must be 0 or 1, not 0.5",
    );
    truth("", "gt.csv: holds no clips");
    truth("clip,rock,calm\n", "gt.csv: holds no clips");
    truth("a.mp3\n", "gt.csv, line 1: no comma or tab");
    assert_refused(
        &score("a,0.1\nb,x\n", "a,1\nb,0\n", &[]),
        "line 2: column 2: `x`",
    );
}

#[test]
fn a_table_that_is_missing_or_not_text_is_named() {
    let folder = folder(PREDICTIONS, TRUTH);
    std::fs::write(folder.path().join("est.csv"), b"a,0.1\n\xff\xfe,0.2\n").unwrap();
    assert_refused(
        &run(folder.path(), &[]),
        "est.csv, line 2: this is not UTF-8 text",
    );
    std::fs::remove_file(folder.path().join("est.csv")).unwrap();
    assert_refused(&run(folder.path(), &[]), "est.csv: ");
    std::fs::create_dir(folder.path().join("est.csv")).unwrap();
    assert_refused(&run(folder.path(), &[]), "est.csv: ");
}

/// Found by fuzzing: Parquet's reader asserts what the page says of its length.
#[test]
fn a_damaged_table_in_parquet_is_refused_by_name() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("gt.csv"),
        "clip,rock,jazz\na,1,0\nb,0,1\n",
    )
    .unwrap();
    let damaged = include_bytes!("assets/damaged.parquet");
    std::fs::write(folder.path().join("est.parquet"), damaged).unwrap();
    let arguments = ["score", "--predictions", "est.parquet", "--truth", "gt.csv"];
    assert_refused(&trainer(folder.path(), &arguments), "est.parquet, line 1: ");
}
