//! `trainer calibrate` as its user meets it: a tiny model on small prepared data.

use std::path::Path;
use std::process::Output;

use tagline_engine::{Calibration, Model, sigmoid};
use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, DatasetWriter, Input, Plan, Split};

use crate::common::networks::tiny_model_of_data;
use crate::common::program::{assert_refused, json, stderr, stdout, trainer};

const BANDS: usize = 96;
const FRAMES: usize = 1366;

/// A tiny model of these tags, all in one group.
fn model(tags: &[&str]) -> Vec<u8> {
    let groups = serde_json::to_string(&vec!["pitch"; tags.len()]).unwrap();
    tiny_model_of_data(tags)
        .with("tagline.groups", Some(&groups))
        .bytes()
}

/// Data in `data`: 12 validation clips with the tags `low`, which the louder half has, and `never`.
/// The test split has the same clips.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let tags = vec!["low".to_owned(), "never".to_owned()];
    let plan = Plan::new("small", tags, &[Input::Mel]);
    let mut writer = DatasetWriter::create(&folder.path().join("data"), plan).unwrap();
    for clip in 0..24 {
        let number = clip % 12;
        let level_db = -80.0 + number as f32;
        let info = ClipInfo {
            id: format!("clip-{clip}"),
            path: format!("{clip}.mp3"),
            source: String::new(),
            split: if clip < 12 { Split::Valid } else { Split::Test },
            labels: vec![f32::from(u8::from(number >= 6)), 0.0],
            heard_frames: FRAMES,
            offset_seconds: 0.0,
        };
        let windows = vec![vec![level_db * 0.05 + 2.0; BANDS * FRAMES]];
        writer.push(&[Clip { info, windows }], &[]).unwrap();
    }
    writer.finish().unwrap();
    std::fs::write(
        folder.path().join("model.onnx"),
        model(&["high", "low", "never"]),
    )
    .unwrap();
    folder
}

fn calibrate(folder: &Path, arguments: &[&str]) -> Output {
    calibrate_to("out.onnx", folder, arguments)
}

fn calibrate_to(out: &str, folder: &Path, arguments: &[&str]) -> Output {
    let data = ["calibrate", "model.onnx", "--data", "data"];
    let given = ["--backend", "tract", "--out", out];
    trainer(folder, &[&data, &given, arguments].concat())
}

#[test]
fn a_copy_of_the_model_carries_the_calibration_and_runs_the_same_network() {
    let folder = folder();
    let output = calibrate(folder.path(), &["--json"]);
    let json = json(&output);
    let named = stderr(&output);
    assert!(
        named.contains("by the others' example, where there is one: never"),
        "{named}"
    );
    let low = &json["tags"][0];
    assert_eq!((&low["tag"], &low["positives"]), (&"low".into(), &6.into()));
    assert_eq!(low["f1"], 1.0);
    assert!(low["ece_after"].as_f64() < low["ece_before"].as_f64());

    let before = Model::open(&folder.path().join("model.onnx")).unwrap();
    let after = Model::open(&folder.path().join("out.onnx")).unwrap();
    let calibration = after.info().calibration.as_ref().unwrap();
    assert_eq!(calibration[0], Calibration::NONE, "the data lack this tag");
    assert!(
        calibration[2].offset < -1.0,
        "no clip has this tag, though the network says 99 %"
    );
    assert_eq!(low["slope"].as_f64(), Some(calibration[1].slope));
    // At a constant level the raw probability is sigmoid((0.05 · level + 2 + 50) / 10), about 99 %
    // for all clips. Half of the clips lie above −74.5 dB, so the calibrated probability there is a
    // half.
    let between = sigmoid((0.05 * -74.5 + 52.0) / 10.0) as f32;
    let shown = calibration[1].apply(between);
    assert!((shown - 0.5).abs() < 0.1, "{shown} {calibration:?}");
    let mut expected = (**before.info()).clone();
    expected.calibration.clone_from(&after.info().calibration);
    expected.sha256.clone_from(&after.info().sha256);
    assert_eq!(**after.info(), expected);
}

#[test]
fn a_check_on_other_clips_tells_the_quality_of_the_calibration() {
    let folder = folder();
    let json = json(&calibrate(folder.path(), &["--json", "--check", "test"]));
    // The test clips are the validation clips again.
    assert_eq!(json["check"]["split"], "test");
    for figure in ["macro_f1", "mean_ece_before", "mean_ece_after"] {
        assert_eq!(json["check"][figure], json[figure], "{figure}");
    }
    assert_eq!(json["tags"][0]["check"]["positives"], 6);
    let text = stdout(&calibrate(folder.path(), &["--check", "test"]));
    assert!(text.lines().nth(1).unwrap().contains("on test"), "{text}");
    assert!(
        calibrate(folder.path(), &["--check", "train"])
            .status
            .code()
            == Some(1)
    );
}

#[test]
fn a_table_is_printed_for_people() {
    let folder = folder();
    let text = stdout(&calibrate(folder.path(), &[]));
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("out.onnx: Tiny, calibrated on small (valid, 12 clips)"));
    assert!(lines[1].contains("ECE before"), "{text}");
    assert!(lines[2].starts_with("low ") && lines[3].starts_with("never "));
    assert!(lines[4].starts_with("mean "), "{text}");
}

#[test]
fn an_impossible_calibration_is_a_named_error_and_leaves_the_old_file() {
    let folder = folder();
    let out = folder.path().join("out.onnx");
    std::fs::write(&out, "a good model").unwrap();
    let refused = |arguments: &[&str], message: &str| {
        assert_refused(&calibrate(folder.path(), arguments), message);
        assert_eq!(std::fs::read(&out).unwrap(), b"a good model");
    };
    refused(&["--split", "train"], "train");
    let nowhere = calibrate_to("no/such/folder/out.onnx", folder.path(), &[]);
    assert_refused(&nowhere, "there is no folder");
    std::fs::write(folder.path().join("model.onnx"), model(&["never"])).unwrap();
    refused(&[], "nothing to fit");
    std::fs::write(folder.path().join("model.onnx"), model(&["other"])).unwrap();
    refused(&[], "no tag of the model");
    std::fs::write(folder.path().join("model.onnx"), "no model").unwrap();
    refused(&[], "model.onnx");
}
