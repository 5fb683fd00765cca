//! `trainer evaluate` as its user meets it: a tiny model on small prepared data.

use std::path::Path;
use std::process::Output;

use tagline_tests::TinyModel;
use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};

use crate::common::networks::tiny_model_of_data;
use crate::common::program::{assert_refused, command, json, stderr, stdout, trainer};

const BANDS: usize = 96;

pub const FRAMES: usize = 1366;

/// Frames of a little more than three seconds.
const EARLY: usize = 160;

fn model(tags: &[&str]) -> Vec<u8> {
    tiny_model_of_data(tags).bytes()
}

/// A folder with data in `data`: 12 test clips with the tags `low` and `high`. A tag makes its half
/// of the bands 20 dB louder, `low` only after three seconds.
pub fn folder() -> TempDir {
    folder_of(|_| String::new())
}

/// The same, with these sources for the clips.
fn folder_of(source: fn(usize) -> String) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tags = vec!["low".to_owned(), "high".to_owned()];
    let plan = Plan::new("small", tags, &[Input::Mel]);
    let mut writer = DatasetWriter::create(&folder.path().join("data"), plan).unwrap();
    for number in 0..12 {
        let mut clip = clip(number);
        clip.info.source = source(number);
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
    std::fs::write(folder.path().join("model.onnx"), model(&["low", "high"])).unwrap();
    folder
}

pub fn clip(number: usize) -> Clip {
    let labels = [number.is_multiple_of(2), number.is_multiple_of(3)];
    let mut window = vec![0.0; BANDS * FRAMES];
    for (band, row) in window.chunks_exact_mut(FRAMES).enumerate() {
        for (frame, value) in row.iter_mut().enumerate() {
            let tag = usize::from(band >= BANDS / 2);
            let loud = labels[tag] && (tag == 1 || frame >= EARLY);
            // Before three seconds, levels rise from clip to clip, independent of the tags.
            let level_db = -60.0 + number as f32 * 0.1 + if loud { 20.0 } else { 0.0 };
            *value = level_db * 0.05 + 2.0;
        }
    }
    Clip {
        info: ClipInfo {
            id: format!("clip-{number}"),
            path: format!("{number}.mp3"),
            source: String::new(),
            split: Split::Test,
            labels: labels.map(|label| f32::from(u8::from(label))).to_vec(),
            heard_frames: FRAMES,
            offset_seconds: 0.0,
        },
        windows: vec![window],
    }
}

fn evaluate(folder: &Path, arguments: &[&str]) -> Output {
    let given = ["evaluate", "model.onnx", "--data", "data"];
    let given = [&given[..], &["--backend", "tract"], arguments];
    trainer(folder, &given.concat())
}

#[test]
fn a_model_is_scored_the_same_on_any_number_of_threads_and_from_its_answers() {
    let folder = folder();
    let folder = folder.path();
    let files = [
        "--predictions",
        "est.csv",
        "--csv",
        "tags.csv",
        "--chart",
        "tags.svg",
    ];
    let one = json(&evaluate(
        folder,
        &[&["--json", "--jobs", "1"], &files[..]].concat(),
    ));
    assert_eq!(one["macro_roc_auc"], 1.0);
    assert_eq!(one["macro_pr_auc"], 1.0);
    assert_eq!(one["per_tag"]["high"]["positives"], 4);
    assert!(one["macro_roc_auc_interval"].is_array());
    assert_eq!(one, json(&evaluate(folder, &["--json", "--jobs", "3"])));

    let table = stdout(&evaluate(folder, &[]));
    assert!(
        table.starts_with("Tiny on small (test), run by tract\n"),
        "{table}"
    );
    assert!(
        table.contains("macro average  1.0000 [1.0000, 1.0000]"),
        "{table}"
    );
    let csv = std::fs::read_to_string(folder.join("tags.csv")).unwrap();
    assert!(csv.contains("\nhigh,4,1,1,1,1,1,1,1,"), "{csv}");
    let svg = std::fs::read_to_string(folder.join("tags.svg")).unwrap();
    assert!(svg.contains("ROC-AUC of each tag: Tiny"), "{svg}");

    let truth = (0..12).map(|number| {
        let labels = [number % 2 == 0, number % 3 == 0].map(u8::from);
        format!("clip-{number},{},{}\n", labels[0], labels[1])
    });
    let truth = format!("clip,low,high\n{}", truth.collect::<String>());
    std::fs::write(folder.join("gt.csv"), truth).unwrap();
    let files = ["--predictions", "est.csv", "--truth", "gt.csv"];
    let arguments = [&["score", "--json"], &files[..]].concat();
    let scored = json(&trainer(folder, &arguments));
    assert_eq!(scored["macro_roc_auc"], one["macro_roc_auc"]);
}

#[test]
fn a_tag_at_the_end_is_not_known_early() {
    let folder = folder();
    let arguments = [
        "--seconds-heard",
        "--seconds-chart",
        "seconds.svg",
        "--json",
    ];
    let found = json(&evaluate(folder.path(), &arguments));
    let moments = found["by_seconds_heard"].as_array().unwrap();
    let seconds: Vec<f64> = moments
        .iter()
        .map(|moment| (moment["seconds_heard"].as_f64().unwrap() * 100.0).round() / 100.0)
        .collect();
    assert_eq!(seconds, [3.07, 5.12, 10.24, 20.14, 29.14]);
    // After 3 s, `low` only follows the clip's number: 15 of 36 pairs.
    let early = (1.0 + 15.0 / 36.0) / 2.0;
    let first = moments[0]["macro_roc_auc"].as_f64().unwrap();
    assert!((first - early).abs() < 1e-9, "{first}");
    for later in &moments[1..] {
        assert_eq!(later["macro_roc_auc"], 1.0);
    }
    assert_eq!(found["macro_roc_auc"], 1.0);
    let svg = std::fs::read_to_string(folder.path().join("seconds.svg")).unwrap();
    assert!(svg.contains("seconds heard"), "{svg}");

    let table = stdout(&evaluate(folder.path(), &["--seconds-heard=3,60"]));
    assert!(table.contains("\n          3.1  0.7083 ["), "{table}");
    assert!(table.contains("\n         29.1  1.0000 ["), "{table}");
}

#[test]
fn intervals_over_sources_draw_an_artists_clips_together() {
    let interval = |folder: &TempDir, draw: &[&str]| {
        let arguments = [&["--json", "--seconds-heard=3"], draw].concat();
        let found = json(&evaluate(folder.path(), &arguments));
        found["by_seconds_heard"][0]["macro_roc_auc_interval"].clone()
    };
    let draw = |what| ["--draw", what];
    let alone = folder();
    let by_clips = interval(&alone, &[]);
    assert!(by_clips.is_array(), "{by_clips}");
    assert_eq!(interval(&alone, &draw("sources")), by_clips);
    let two = folder_of(|number| format!("artist {}", number / 6));
    assert_eq!(interval(&two, &draw("clips")), by_clips);
    let by_artists = interval(&two, &draw("sources"));
    assert!(
        by_artists.is_array() && by_artists != by_clips,
        "{by_artists}"
    );
    // No other draw is possible.
    let one = folder_of(|_| "the artist".to_owned());
    assert!(interval(&one, &draw("sources")).is_null());
}

#[test]
fn tags_are_matched_by_name_and_those_of_one_side_are_named() {
    let folder = folder();
    // A model that calls the low bands `high` has the order reversed.
    std::fs::write(folder.path().join("model.onnx"), model(&["high", "low"])).unwrap();
    let found = json(&evaluate(folder.path(), &["--json"]));
    assert!(found["macro_roc_auc"].as_f64().unwrap() < 0.7, "{found}");

    let other = model(&["low", "odd", "strange"]);
    std::fs::write(folder.path().join("model.onnx"), other).unwrap();
    let output = evaluate(folder.path(), &["--json"]);
    let found = json(&output);
    assert_eq!(found["per_tag"].as_object().unwrap().len(), 1);
    let remarks = stderr(&output);
    assert!(
        remarks.contains("1 tag is not scored, for the model lacks them: high"),
        "{remarks}"
    );
    assert!(
        remarks.contains("2 tags are not scored, for the data lack them: odd, strange"),
        "{remarks}"
    );

    std::fs::write(folder.path().join("model.onnx"), model(&["odd", "strange"])).unwrap();
    let message = "no tag of the model is one of the data's: the model has odd, strange";
    assert_refused(&evaluate(folder.path(), &[]), message);
}

#[test]
fn a_model_of_another_front_end_is_refused_with_the_fields_that_differ() {
    let folder = folder();
    let other = TinyModel::new(&["low", "high"], 141).bytes();
    std::fs::write(folder.path().join("model.onnx"), other).unwrap();
    let message = "data: prepared with another front-end than the model `Tiny` needs: \
                   frames 1366 where 141 is needed, offset 2.0 where 0.0 is needed, \
                   scale 0.05 where 1.0 is needed";
    assert_refused(&evaluate(folder.path(), &[]), message);
}

#[test]
fn bad_input_is_named_before_the_work() {
    let folder = folder();
    let refused = |arguments: &[&str], message: &str| {
        assert_refused(&evaluate(folder.path(), arguments), message);
    };
    refused(&["--split", "train"], "no clips in the split `train`");
    refused(&["--split", "best"], "no split `best`");
    refused(&["--seconds-heard=0"], "a number of seconds above 0");
    refused(
        &["--csv", "no/tags.csv"],
        "no/tags.csv: there is no folder no",
    );
    refused(&["--seconds-chart", "a.svg"], "--seconds-heard");
    let elsewhere = |model: &str, data: &str, message: &str| {
        let output = trainer(folder.path(), &["evaluate", model, "--data", data]);
        assert_refused(&output, message);
    };
    elsewhere("none.onnx", "data", "none.onnx");
    elsewhere("model.onnx", "none", "none: no prepared data set");
    let manifest = folder.path().join("data/manifest.json");
    std::fs::write(manifest, "{}").unwrap();
    refused(&[], "manifest.json: not a manifest of prepared data");
}

#[test]
fn data_without_a_scorable_tag_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new("small", vec!["low".into()], &[Input::Mel]);
    let data = folder.path().join("data");
    let mut writer = DatasetWriter::create(&data, plan).unwrap();
    let mut clip = clip(0);
    clip.info.labels.truncate(1);
    writer.push(&[clip], &[]).unwrap();
    writer.finish().unwrap();
    std::fs::write(folder.path().join("model.onnx"), model(&["low"])).unwrap();
    let message = "no tag has both a clip with it and one without it";
    let output = evaluate(folder.path(), &["--csv", "tags.csv"]);
    assert_refused(&output, message);
    assert!(!folder.path().join("tags.csv").exists());
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_an_evaluation_and_nothing_is_written() {
    let folder = folder();
    let log = folder.path().join("log");
    let seconds: Vec<String> = (3..29).map(|seconds| seconds.to_string()).collect();
    let given = ["evaluate", "model.onnx", "--data", "data"];
    let heard = format!("--seconds-heard={}", seconds.join(","));
    let own = ["--csv", "tags.csv", "--bootstrap", "100000", &heard];
    let child = command(folder.path(), &[&given[..], &own].concat())
        .env("TAGLINE_LOG", "trainer=debug")
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    // It says what runs the network.
    let begun = || std::fs::metadata(&log).is_ok_and(|log| log.len() > 0);
    let ended = tagline_tests::interrupt_once(begun, child);
    let said = std::fs::read_to_string(&log).unwrap();
    assert_eq!(ended.status.code(), Some(130), "{said}");
    assert!(said.contains("interrupted"), "{said}");
    assert!(ended.stdout.is_empty());
    assert!(!folder.path().join("tags.csv").exists());
}
