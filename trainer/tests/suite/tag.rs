//! `trainer tag` as its user meets it: the tags of generated and real audio.

use std::path::Path;

use serde_json::Value;
use tagline_engine::{built_in_info, logit, sigmoid};
use tagline_tests::{TinyModel, reference, tiny_model};
use tempfile::TempDir;
use trainer::convert::import::Import;

use crate::common::program::{self, stderr, stdout, trainer};
use crate::common::sounds::tones;

/// A folder with a model of the tags low, middle and high, which detect those frequencies.
pub fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let model = tiny_model(&["low", "middle", "high"]);
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    folder
}

pub fn wav(folder: &Path, name: &str, sounds: &[(f32, f32)]) {
    tones(&folder.join(name), sounds);
}

/// Tags with the tiny model and a backend that needs no library.
pub const TAG: [&str; 5] = ["tag", "--model", "model.onnx", "--backend", "tract"];

/// The JSON objects of a run that must succeed.
pub fn json(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    stdout(&trainer(
        folder,
        &[&TAG[..], &["--json"], arguments].concat(),
    ))
    .lines()
    .map(|line| serde_json::from_str(line).unwrap())
    .collect()
}

fn strongest(value: &Value) -> String {
    let tags = value["tags"].as_object().unwrap();
    let by_value = |a: &(&String, &Value), b: &(&String, &Value)| {
        a.1.as_f64().unwrap().total_cmp(&b.1.as_f64().unwrap())
    };
    tags.iter().max_by(by_value).unwrap().0.clone()
}

#[test]
fn the_tags_of_a_file_are_those_of_its_last_window() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 6.0), (5_000.0, 6.0)]);
    let line = &json(folder.path(), &["a.wav"])[0];
    assert_eq!(line["file"], "a.wav");
    assert_eq!(line["seconds"], 12.0);
    assert_eq!(line["model"], "Tiny");
    assert_eq!(line["backend"], "tract");
    assert_eq!(strongest(line), "high");
    assert!((line["window_seconds"].as_f64().unwrap() - 3.0).abs() < 0.02);
    let position = line["position"].as_f64().unwrap();
    assert!((11.0..=12.0).contains(&position), "{position}");
    assert!(line.get("updates").is_none());
}

#[test]
fn every_update_is_given_when_asked_for_and_the_last_is_the_files() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 6.0), (5_000.0, 6.0)]);
    let alone = &json(folder.path(), &["a.wav"])[0];
    let line = &json(folder.path(), &["a.wav", "--updates"])[0];
    let updates = line["updates"].as_array().unwrap();
    assert!((8..=11).contains(&updates.len()), "{}", updates.len());
    assert_eq!(strongest(&updates[0]), "low");
    let last = updates.last().unwrap();
    assert_eq!(last["tags"], line["tags"]);
    assert_eq!(last["tags"], alone["tags"]);
    let positions: Vec<f64> = updates
        .iter()
        .map(|update| update["position"].as_f64().unwrap())
        .collect();
    assert!(positions.is_sorted(), "{positions:?}");
    let often = &json(folder.path(), &["a.wav", "--updates", "--update", "0.5"])[0];
    assert!(often["updates"].as_array().unwrap().len() > updates.len() * 3 / 2);
}

#[test]
fn with_a_focus_the_last_seconds_alone_count() {
    let folder = tempfile::tempdir().unwrap();
    let model = TinyModel::new(&["low", "middle", "high"], 564).bytes();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    wav(folder.path(), "a.wav", &[(200.0, 10.0), (5_000.0, 3.5)]);
    let whole = &json(folder.path(), &["a.wav"])[0];
    assert_eq!(strongest(whole), "low");
    assert!(whole["seconds_heard"].as_f64().unwrap() > 12.0);
    let line = &json(folder.path(), &["a.wav", "--focus", "3"])[0];
    assert_eq!(strongest(line), "high");
    let heard = line["seconds_heard"].as_f64().unwrap();
    assert!((3.0..3.1).contains(&heard), "{heard}");
    for refused in ["2.9", "nan", "-1", "long"] {
        let run = trainer(folder.path(), &["tag", "a.wav", "--focus", refused]);
        assert!(!run.status.success(), "{refused}");
    }
}

#[test]
fn a_file_that_the_plugin_has_no_tags_for_has_none_here_and_says_why() {
    let folder = folder();
    wav(folder.path(), "click.wav", &[(5_000.0, 0.002)]);
    wav(folder.path(), "short.wav", &[(5_000.0, 2.9)]);
    wav(folder.path(), "silent.wav", &[(0.0, 5.0)]);
    let nan = f32::NAN.to_le_bytes().repeat(8_000 * 5);
    let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x03\0\x01\0".to_vec();
    file.extend(
        [8_000u32, 32_000]
            .iter()
            .flat_map(|rate| rate.to_le_bytes()),
    );
    file.extend(b"\x04\0\x20\0data\xff\xff\xff\xff");
    std::fs::write(folder.path().join("nan.wav"), [file, nan].concat()).unwrap();
    let files = ["click.wav", "short.wav", "silent.wav", "nan.wav"];
    let lines = json(folder.path(), &files);
    for (line, (why, seconds)) in lines.iter().zip([
        ("too short", 0.002),
        ("too short", 2.9),
        ("silent", 5.0),
        ("silent", 5.0),
    ]) {
        assert!(line["tags"].as_object().unwrap().is_empty(), "{line}");
        assert!(line["no_tags"].as_str().unwrap().contains(why), "{line}");
        assert_eq!(
            (line["seconds"].as_f64(), line["seconds_heard"].as_f64()),
            (Some(seconds), Some(0.0))
        );
        assert!(
            line["position"].is_null() && line.get("yes").is_none(),
            "{line}"
        );
    }
    let said = |arguments: &[&str]| {
        let all = [&TAG[..], arguments, &files].concat();
        trainer(folder.path(), &all)
    };
    let table = said(&[]);
    assert!(
        stderr(&table).contains("nan.wav: 40000 samples that are no numbers"),
        "{table:?}"
    );
    let table = stdout(&table);
    assert_eq!(table.matches("no tags: ").count(), 4, "{table}");
    assert!(!table.contains('%'), "{table}");
    for options in [&["--csv"][..], &["--csv", "--updates"]] {
        let rows = stdout(&said(options));
        assert_eq!(
            rows.lines().filter(|row| row.ends_with(",,,")).count(),
            4,
            "{rows}"
        );
    }
}

/// Decoded as a whole, this hour of 64 channels would be 900 MB.
#[cfg(target_os = "linux")]
#[test]
fn a_long_file_is_tagged_in_little_memory() {
    let folder = folder();
    let (rate_hz, channels, seconds) = (1_000_u32, 64_u32, 3_600_u32);
    let bytes = rate_hz * channels * seconds;
    let mut file = b"RIFF\xff\xff\xff\xffWAVEfmt \x10\0\0\0\x01\0\x40\0".to_vec();
    for number in [rate_hz, rate_hz * channels] {
        file.extend(number.to_le_bytes());
    }
    file.extend(b"\x40\0\x08\0data");
    file.extend(bytes.to_le_bytes());
    let path = folder.path().join("long.wav");
    std::fs::write(&path, &file).unwrap();
    // Zeros that take no room on the disk, each the lowest sample there is.
    let whole = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    whole.set_len(file.len() as u64 + u64::from(bytes)).unwrap();
    let arguments = [&TAG[..], &["--json", "long.wav"]].concat();
    let child = program::command(folder.path(), &arguments).spawn().unwrap();
    let (output, peak) = tagline_tests::with_peak_memory(child);
    let line = program::json(&output);
    assert_eq!(line["seconds"], 3_600.0);
    let peak = peak.unwrap();
    assert!(peak < 300_000_000, "{peak} bytes");
}

#[test]
fn tags_hold_over_silence_as_in_the_plugin() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(5_000.0, 6.0), (0.0, 6.0)]);
    let line = &json(folder.path(), &["a.wav"])[0];
    assert_eq!(strongest(line), "high");
    let position = line["position"].as_f64().unwrap();
    assert!(position < 8.0, "{position}");
    // Over silence at the beginning there is nothing to hold.
    wav(folder.path(), "late.wav", &[(0.0, 5.0), (5_000.0, 4.0)]);
    let line = &json(folder.path(), &["late.wav", "--updates"])[0];
    let first = line["updates"][0]["position"].as_f64().unwrap();
    assert!(first > 5.0, "{first}");
}

#[test]
fn the_built_in_model_tags_unless_another_is_chosen_whatever_lies_in_folders() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    for path in ["target/models/newest.onnx", "no-models/default.onnx"] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, tiny_model(&["other"])).unwrap();
    }
    let line = program::json(&trainer(folder.path(), &["tag", "--json", "a.wav"]));
    let model = built_in_info();
    assert_eq!(line["model"], model.name.as_str());
    let mut tags: Vec<&String> = line["tags"].as_object().unwrap().keys().collect();
    let mut expected: Vec<&String> = model.tags.iter().collect();
    tags.sort();
    expected.sort();
    assert_eq!(tags, expected);
}

#[test]
fn tags_are_calibrated_unless_raw_ones_are_asked_for() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let plain = &json(folder.path(), &["a.wav"])[0];
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5},{"slope":1.0,"offset":-1.0,"threshold":0.5}]"#;
    let model = TinyModel::new(&["low", "middle", "high"], 141)
        .with("tagline.calibration", Some(calibration))
        .bytes();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    let raw = &json(folder.path(), &["a.wav", "--raw"])[0];
    assert_eq!(raw["tags"], plain["tags"]);
    let shown = &json(folder.path(), &["a.wav", "--updates"])[0];
    for (tag, slope, offset) in [("low", 0.5, 1.0), ("middle", 2.0, 0.0), ("high", 1.0, -1.0)] {
        let value = |line: &Value| line["tags"][tag].as_f64().unwrap();
        let expected = sigmoid(slope * logit(value(raw) as f32) + offset);
        let (shown, update) = (value(shown), &shown["updates"].as_array().unwrap()[0]);
        assert!(
            (shown - expected).abs() < 1e-4,
            "{tag}: {shown}, {expected}"
        );
        let off = (value(update) - shown).abs();
        assert!(off < 0.2, "{tag}: updates are calibrated as well");
    }
}

#[test]
fn tags_that_reach_their_threshold_are_named_where_there_are_thresholds() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let plain = &json(folder.path(), &["a.wav"])[0];
    assert!(plain.get("yes").is_none(), "no thresholds, no answer");
    let value = |tag: &str| plain["tags"][tag].as_f64().unwrap();
    // Calibration changes nothing here, so the thresholds are placed around the values by hand.
    let entry = |threshold: f64| format!(r#"{{"slope":1.0,"offset":0.0,"threshold":{threshold}}}"#);
    let (below, above) = (value("low") - 0.01, value("middle") + 0.01);
    let calibration = format!("[{},{},{}]", entry(below), entry(above), entry(0.0));
    let model = TinyModel::new(&["low", "middle", "high"], 141)
        .with("tagline.calibration", Some(&calibration))
        .bytes();
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    let line = &json(folder.path(), &["a.wav", "--updates"])[0];
    assert_eq!(
        line["yes"],
        serde_json::json!(["low", "high"]),
        "strongest first"
    );
    assert!(line["updates"][0]["yes"].is_array());
    let raw = &json(folder.path(), &["a.wav", "--raw"])[0];
    assert!(
        raw.get("yes").is_none(),
        "thresholds are of calibrated values"
    );

    let table = |arguments: &[&str]| {
        let all = [&TAG[..], &["a.wav"], arguments].concat();
        stdout(&trainer(folder.path(), &all))
    };
    let marked = |table: &str| -> Vec<String> {
        let lines = table.lines().filter(|line| line.contains('●'));
        lines
            .filter_map(|line| Some(line.split_whitespace().next()?.to_owned()))
            .collect()
    };
    assert_eq!(marked(&table(&[])), ["low", "high"]);
    assert!(marked(&table(&["--raw"])).is_empty());
}

#[test]
fn published_tags_of_real_songs_are_found() {
    let Some(reference) = reference("published_tags_of_real_songs_are_found") else {
        return;
    };
    let folder = tempfile::tempdir().unwrap();
    let import = Import {
        weights: reference.join("won2020/fcn_jamendo.safetensors"),
        preset: "won2020-fcn".into(),
        tags: reference.join("won2020/tags.json").into(),
        tag_set: Some("jamendo".into()),
        ..Import::default()
    };
    import.write(&folder.path().join("model.onnx")).unwrap();
    let clip = |name: &str| reference.join(format!("choi2016/clips/bensound-{name}.mp3"));
    let (piano, dubstep) = (clip("thejazzpiano"), clip("dubstep"));
    let files = [piano.to_str().unwrap(), dubstep.to_str().unwrap()];
    let lines = json(folder.path(), &files);
    let ranked = |line: &Value| {
        let mut tags: Vec<(f64, String)> = line["tags"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(tag, value)| (value.as_f64().unwrap(), tag.clone()))
            .collect();
        tags.sort_by(|a, b| b.0.total_cmp(&a.0));
        tags.truncate(3);
        println!("{}: {tags:?}", line["file"]);
        tags.into_iter().map(|(_, tag)| tag).collect::<Vec<_>>()
    };
    let piano = ranked(&lines[0]);
    assert_eq!(piano[0], "genre---jazz");
    assert!(
        piano.contains(&"instrument---piano".to_owned()),
        "{piano:?}"
    );
    assert_eq!(ranked(&lines[1])[0], "genre---electronic");
}
