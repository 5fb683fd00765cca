//! `trainer tag` as its user meets it: the program, on generated and on real audio.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use tagline_engine::{built_in_info, logit, sigmoid};
use tagline_tests::{TinyModel, pcm, reference, tiny_model, write_wav};
use tempfile::TempDir;
use trainer::import::Import;

const RATE_HZ: u32 = 16_000;

/// A folder with a model of the tags low, middle and high, which answer to those frequencies.
fn folder() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    let model = tiny_model(&["low", "middle", "high"]);
    std::fs::write(folder.path().join("model.onnx"), model).unwrap();
    folder
}

/// A mono 16-bit wav file of tones, each of a frequency in Hz (0 for silence) and its seconds.
fn wav(folder: &Path, name: &str, tones: &[(f32, f32)]) -> PathBuf {
    let tone = |(hz, seconds): &(f32, f32)| {
        let hz = *hz;
        (0..(seconds * RATE_HZ as f32) as usize).map(move |index| {
            let phase = index as f32 * hz / RATE_HZ as f32;
            0.5 * (phase * std::f32::consts::TAU).sin()
        })
    };
    let path = folder.join(name);
    write_wav(&path, RATE_HZ, tones.iter().flat_map(tone).map(pcm));
    path
}

fn trainer(folder: &Path, arguments: &[&str]) -> Output {
    command(folder, arguments).output().unwrap()
}

fn command(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_trainer"));
    command
        .current_dir(folder)
        .args(arguments)
        .env("TAGLINE_MODELS", folder.join("no-models"))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// The JSON objects of a run that must succeed.
fn json(folder: &Path, arguments: &[&str]) -> Vec<Value> {
    let mut all = vec![
        "tag",
        "--model",
        "model.onnx",
        "--backend",
        "tract",
        "--json",
    ];
    all.extend(arguments);
    let output = trainer(folder, &all);
    assert!(output.status.success(), "{}", text(&output.stderr));
    text(&output.stdout)
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
fn a_file_shorter_than_a_first_window_is_tagged_by_what_there_is() {
    let folder = folder();
    wav(folder.path(), "short.wav", &[(5_000.0, 1.0)]);
    let line = &json(folder.path(), &["short.wav", "--updates"])[0];
    let heard = line["seconds_heard"].as_f64().unwrap();
    assert!((0.9..=1.1).contains(&heard), "{heard}");
    assert_eq!(strongest(line), "high");
    assert_eq!(line["updates"].as_array().unwrap().len(), 1);
}

#[test]
fn tags_hold_over_silence_as_in_the_plugin() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(5_000.0, 6.0), (0.0, 6.0)]);
    let line = &json(folder.path(), &["a.wav"])[0];
    assert_eq!(strongest(line), "high");
    let position = line["position"].as_f64().unwrap();
    assert!(position < 8.0, "{position}");
    // A file of nothing but silence has tags, too.
    wav(folder.path(), "silent.wav", &[(0.0, 5.0)]);
    let line = &json(folder.path(), &["silent.wav"])[0];
    assert!(line["tags"]["low"].as_f64().unwrap() < 0.05);
}

#[test]
fn a_file_that_cannot_be_read_is_named_and_the_others_go_on() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    wav(folder.path(), "b.wav", &[(200.0, 4.0)]);
    wav(folder.path(), "empty.wav", &[]);
    std::fs::write(folder.path().join("noise.mp3"), [7; 5_000]).unwrap();
    let files = ["a.wav", "noise.mp3", "gone.wav", "empty.wav", "b.wav"];
    let mut arguments = vec!["tag", "--model", "model.onnx", "--json"];
    arguments.extend(files);
    let output = trainer(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    let (out, errors) = (text(&output.stdout), text(&output.stderr));
    let lines: Vec<Value> = out
        .lines()
        .map(|l| serde_json::from_str(l).unwrap())
        .collect();
    let tagged: Vec<&str> = lines
        .iter()
        .map(|line| line["file"].as_str().unwrap())
        .collect();
    assert_eq!(tagged, ["a.wav", "b.wav"]);
    for file in ["noise.mp3", "gone.wav", "empty.wav"] {
        assert_eq!(
            errors.lines().filter(|line| line.contains(file)).count(),
            1,
            "{errors}"
        );
    }
    assert_eq!(errors.lines().count(), 3, "{errors}");
}

#[test]
fn results_come_in_the_order_of_the_files_whatever_takes_longest() {
    let folder = folder();
    wav(folder.path(), "long.wav", &[(200.0, 60.0)]);
    for name in ["a.wav", "b.wav", "c, d.wav"] {
        wav(folder.path(), name, &[(200.0, 4.0)]);
    }
    let files = ["long.wav", "a.wav", "b.wav", "c, d.wav"];
    let mut arguments = vec!["--updates", "--jobs", "3"];
    arguments.extend(files);
    let lines = json(folder.path(), &arguments);
    let names: Vec<&str> = lines
        .iter()
        .map(|line| line["file"].as_str().unwrap())
        .collect();
    assert_eq!(names, files);
}

#[test]
fn csv_has_a_header_and_a_row_for_each_file_or_update() {
    let folder = folder();
    wav(folder.path(), "a, b.wav", &[(200.0, 6.0)]);
    let base = [
        "tag",
        "--model",
        "model.onnx",
        "--backend",
        "tract",
        "--csv",
        "a, b.wav",
    ];
    let output = trainer(folder.path(), &base);
    let out = text(&output.stdout);
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 2, "{out}");
    let columns = "file,seconds,position,seconds_heard,model,backend,low,middle,high";
    assert_eq!(lines[0], columns);
    assert!(lines[1].starts_with("\"a, b.wav\",6,"), "{out}");
    let mut all = base.to_vec();
    all.push("--updates");
    let output = trainer(folder.path(), &all);
    assert!(text(&output.stdout).lines().count() >= 4);
}

#[test]
fn the_table_shows_the_strongest_tags_first() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(5_000.0, 4.0)]);
    let output = trainer(folder.path(), &["tag", "--model", "model.onnx", "a.wav"]);
    let out = text(&output.stdout);
    let lines: Vec<&str> = out.lines().collect();
    assert!(lines[0].starts_with("a.wav  (4.0 s; Tiny on "), "{out}");
    assert!(lines[1].trim_start().starts_with("high"), "{out}");
}

#[test]
fn taggrams_are_pictures_of_every_file() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 6.0)]);
    std::fs::create_dir(folder.path().join("more")).unwrap();
    wav(folder.path(), "more/a.wav", &[(200.0, 6.0)]);
    json(folder.path(), &["a.wav", "--taggram", "one.png"]);
    json(
        folder.path(),
        &["a.wav", "more/a.wav", "--taggram", "pictures"],
    );
    for picture in ["one.png", "pictures/a.png", "pictures/a-2.png"] {
        let bytes = std::fs::read(folder.path().join(picture)).unwrap();
        assert!(bytes.starts_with(b"\x89PNG"), "{picture}");
    }
    let arguments = [
        "tag",
        "--model",
        "model.onnx",
        "a.wav",
        "--taggram",
        "gone/a.png",
    ];
    let output = trainer(folder.path(), &arguments);
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text(&output.stderr).contains("gone/a.png"),
        "{}",
        text(&output.stderr)
    );
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    let arguments = [
        "tag",
        "--model",
        "model.onnx",
        "--json",
        "a.wav",
        "a.wav",
        "a.wav",
    ];
    let mut child = command(folder.path(), &arguments).spawn().unwrap();
    drop(child.stdout.take());
    let mut errors = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut errors)
        .unwrap();
    let status = child.wait().unwrap();
    assert!(status.success(), "{status}: {errors}");
    assert!(!errors.contains("panicked"), "{errors}");
}

#[test]
fn without_a_chosen_model_the_embedded_one_tags_whatever_lies_in_folders() {
    let folder = folder();
    wav(folder.path(), "a.wav", &[(200.0, 4.0)]);
    for path in ["target/models/newest.onnx", "no-models/default.onnx"] {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, tiny_model(&["other"])).unwrap();
    }
    let output = trainer(folder.path(), &["tag", "--json", "a.wav"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let line: Value = serde_json::from_slice(&output.stdout).unwrap();
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
    // Calibration changes nothing here, so that thresholds are placed around the values by hand.
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
        let mut all = vec![
            "tag",
            "--model",
            "model.onnx",
            "--backend",
            "tract",
            "a.wav",
        ];
        all.extend(arguments);
        text(&trainer(folder.path(), &all).stdout)
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
fn an_impossible_update_interval_is_refused() {
    let folder = folder();
    for seconds in ["0", "-1", "nan", "inf", "100", "x"] {
        let output = trainer(folder.path(), &["tag", "a.wav", "--update", seconds]);
        assert_eq!(output.status.code(), Some(2), "{seconds}");
    }
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
        tags: reference.join("won2020/tags.json"),
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
