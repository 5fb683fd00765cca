//! The demonstration, with the built plugin.

mod heard;
mod program;

use std::path::{Path, PathBuf};

use serde_json::Value;
use tagline_engine::{BackendChoice, Model, built_in_info, logit, sigmoid};
use tagline_host::demo::{self, DemoError, DemoOptions, DemoReport, View};
use tagline_host::{BlockSizes, HostedPlugin};
use tagline_tests::{TinyModel, bundle, reference, tiny_model, write_wav};
use tempfile::TempDir;
use trainer::convert::import::Import;
use trainer::tag::{Tagger, Tagging, Windows};

/// The keys of the JSON object, in the order in which the manual lists them.
const DOCUMENTED_KEYS: [&str; 13] = [
    "file",
    "seconds",
    "window_seconds",
    "model",
    "backend",
    "tags",
    "updates",
    "late_updates",
    "dropped_samples",
    "process_us",
    "update_ms",
    "real_time_factor",
    "peak_rss_mb",
];

fn built_plugin(test: &str) -> PathBuf {
    bundle(test, "Tagline.clap").expect("there is no bundle: make one with `cargo xtask bundle`")
}

fn options(test: &str, folder: &TempDir, audio: PathBuf, model: Option<PathBuf>) -> DemoOptions {
    DemoOptions {
        audio,
        bundle: built_plugin(test),
        model,
        raw: false,
        focus: None,
        realtime: false,
        out: folder.path().join("out"),
        blocks: BlockSizes::Fixed(512),
    }
}

fn tiny(folder: &TempDir) -> PathBuf {
    let path = folder.path().join("tiny.onnx");
    std::fs::write(&path, tiny_model(&["low", "middle", "high"])).unwrap();
    path
}

/// Writes some seconds of a low tone as a mono WAVE file.
fn low_tone(folder: &TempDir, seconds: u32) -> PathBuf {
    let rate_hz = 32_000u32;
    let samples = (0..seconds * rate_hz).map(|k| {
        let phase = f64::from(k) * 150.0 / f64::from(rate_hz);
        (12_000.0 * (phase * std::f64::consts::TAU).sin()) as i16
    });
    let path = folder.path().join("tone.wav");
    write_wav(&path, rate_hz, samples);
    path
}

fn strongest(report: &DemoReport, count: usize) -> Vec<&str> {
    report
        .tags
        .iter()
        .take(count)
        .map(|(name, _)| name.as_str())
        .collect()
}

#[test]
fn the_demo_leaves_a_picture_and_every_update() {
    let test = "the_demo_leaves_a_picture_and_every_update";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 8);
    let options = options(test, &folder, song.clone(), Some(tiny(&folder)));
    let report = demo::run(&options, &mut View::Silent).unwrap();
    // After 3 s, then every second.
    assert!(
        (5..=6).contains(&report.updates),
        "{} updates",
        report.updates
    );
    assert_eq!(strongest(&report, 1), ["low"]);
    assert_eq!(report.model.as_deref(), Some("Tiny"));
    let text = std::fs::read_to_string(options.out.join("tags.json")).unwrap();
    let json: Value = serde_json::from_str(&text).unwrap();
    let updates = json["updates"].as_array().unwrap();
    assert_eq!(updates.len() as u64, report.updates);
    let mut before = 0.0;
    for update in updates {
        let position = update["position_seconds"].as_f64().unwrap();
        assert!(
            position > before && position <= 8.0,
            "{position} after {before}"
        );
        before = position;
        let tags = update["tags"].as_object().unwrap();
        assert_eq!(tags.keys().collect::<Vec<_>>(), ["high", "low", "middle"]);
        assert!(
            tags.values()
                .all(|value| (0.0..=1.0).contains(&value.as_f64().unwrap()))
        );
    }
    assert!((2.9..3.3).contains(&updates[0]["position_seconds"].as_f64().unwrap()));
    assert_picture(&options.out.join("taggram.png"));
}

fn assert_picture(path: &Path) {
    let file = std::io::BufReader::new(std::fs::File::open(path).unwrap());
    let reader = png::Decoder::new(file).read_info().unwrap();
    assert!(reader.info().width >= 1_000 && reader.info().height >= 150);
}

#[test]
fn the_json_object_has_the_promised_keys_and_no_other() {
    let test = "the_json_object_has_the_promised_keys_and_no_other";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 5);
    let options = options(test, &folder, song, Some(tiny(&folder)));
    let report = demo::run(&options, &mut View::Silent).unwrap();
    let json = serde_json::to_value(&report).unwrap();
    let keys =
        |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    let mut expected = DOCUMENTED_KEYS;
    expected.sort_unstable();
    let mut found = keys(&json);
    found.sort_unstable();
    assert_eq!(found, expected);
    assert_eq!(keys(&json["process_us"]), ["max", "p50", "p999"]);
    assert_eq!(keys(&json["update_ms"]), ["max", "p50"]);
    assert!(json["process_us"]["p50"].as_f64().unwrap() > 0.0);
    assert!(json["real_time_factor"].as_f64().unwrap() > 0.0);
}

#[test]
fn a_song_too_short_for_a_window_has_a_model_and_no_tags() {
    let test = "a_song_too_short_for_a_window_has_a_model_and_no_tags";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 1);
    let options = options(test, &folder, song, Some(tiny(&folder)));
    let report = demo::run(&options, &mut View::Silent).unwrap();
    assert_eq!((report.updates, report.tags.len()), (0, 0));
    assert_eq!(report.model.as_deref(), Some("Tiny"));
    assert!(report.text().contains("no tags"), "{}", report.text());
    assert_picture(&options.out.join("taggram.png"));
}

#[test]
fn a_bounce_is_the_same_twice() {
    let test = "a_bounce_is_the_same_twice";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 6);
    let options = options(test, &folder, song, Some(tiny(&folder)));
    let mut texts = (0..2).map(|_| {
        demo::run(&options, &mut View::Silent).unwrap();
        std::fs::read_to_string(options.out.join("tags.json")).unwrap()
    });
    assert_eq!(texts.next(), texts.next());
}

#[test]
fn updates_arrive_while_the_clock_paces_the_song() {
    let test = "updates_arrive_while_the_clock_paces_the_song";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 5);
    let options = DemoOptions {
        realtime: true,
        ..options(test, &folder, song, Some(tiny(&folder)))
    };
    let report = demo::run(&options, &mut View::Silent).unwrap();
    assert!(report.updates >= 1, "{} updates", report.updates);
    assert_eq!(report.dropped_samples, 0);
    assert!(
        report.real_time_factor < 1.05,
        "{}",
        report.real_time_factor
    );
}

#[test]
fn a_model_that_is_none_is_refused_by_name() {
    let test = "a_model_that_is_none_is_refused_by_name";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 4);
    let model = folder.path().join("broken.onnx");
    std::fs::write(&model, b"this is no network").unwrap();
    let options = options(test, &folder, song, Some(model));
    let error = demo::run(&options, &mut View::Silent).unwrap_err();
    assert!(matches!(error, DemoError::Model(_)), "{error}");
    let message = error.to_string();
    assert!(message.contains("broken.onnx"), "{message}");
    assert!(message.contains("ONNX"), "it says why: {message}");
    assert!(!options.out.exists(), "nothing was played");
}

#[test]
fn what_the_plugin_says_of_a_model_reaches_the_hosts_log() {
    let test = "what_the_plugin_says_of_a_model_reaches_the_hosts_log";
    let folder = TempDir::new().unwrap();
    let model = folder.path().join("broken.onnx");
    std::fs::write(&model, b"this is no network").unwrap();
    let mut plugin = HostedPlugin::load(&built_plugin(test)).unwrap();
    let state = tagline_host::state_with_model(Some(&model), 1.0);
    plugin.load_state(state.as_bytes()).unwrap();
    plugin.activate(48_000.0, 512).unwrap();
    let started = std::time::Instant::now();
    // There is a warning when the session is read, and an error when the model is needed.
    while !plugin.log().iter().any(|line| line.starts_with("ERROR: ")) {
        assert!(started.elapsed().as_secs() < 60, "{:?}", plugin.log());
        std::thread::sleep(std::time::Duration::from_millis(5));
        plugin.run_callbacks();
    }
    let log = plugin.log();
    assert!(log[0].starts_with("WARN: "), "{log:?}");
    assert!(
        log.iter().all(|line| line.contains("broken.onnx")),
        "{log:?}"
    );
}

#[test]
fn raw_values_are_the_networks_own() {
    let test = "raw_values_are_the_networks_own";
    let folder = TempDir::new().unwrap();
    let song = low_tone(&folder, 4);
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5}]"#;
    let model = folder.path().join("calibrated.onnx");
    let calibrated = TinyModel::new(&["low", "high"], 141)
        .with("tagline.calibration", Some(calibration))
        .bytes();
    std::fs::write(&model, calibrated).unwrap();
    let low = |raw: bool| {
        let options = DemoOptions {
            raw,
            ..options(test, &folder, song.clone(), Some(model.clone()))
        };
        let report = demo::run(&options, &mut View::Silent).unwrap();
        let found = report.tags.iter().find(|(name, _)| name == "low");
        found.expect("the tag").1
    };
    let (raw, shown) = (low(true), low(false));
    let expected = sigmoid(0.5 * logit(raw as f32) + 1.0);
    assert!((shown - expected).abs() < 1e-4, "{raw} {shown} {expected}");
    assert!((shown - raw).abs() > 1e-3);
}
