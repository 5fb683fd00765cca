//! `trainer evaluate` as its user meets it: a tiny model on small prepared data.

use std::num::NonZeroUsize;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::atomic::{AtomicUsize, Ordering};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::Value;
use tagline_engine::{BackendChoice, FrontEndSpec, Model, RollingWindow};
use tagline_tests::TinyModel;
use tempfile::TempDir;
use trainer::data::{Clip, ClipInfo, Dataset, DatasetWriter, Input, Plan, Split};
use trainer::evaluation::{ClipProgress, EvaluateError, HeardWindows, Predictor};

const BANDS: usize = 96;
const FRAMES: usize = 1366;
/// Frames of three seconds, and more.
const EARLY: usize = 160;

/// A tiny model of these tags on the data's own front-end: a tag's probability rises with the level
/// of its share of the bands, low bands first.
fn model(tags: &[&str]) -> Vec<u8> {
    let front_end = serde_json::to_string(&Input::Mel.front_end()).unwrap();
    let model = TinyModel::new(tags, FRAMES).with("tagline.front_end", Some(&front_end));
    model.bytes()
}

/// A folder with data in `data`: 12 test clips of the tags `low` and `high`, whose half of the bands
/// is 20 dB louder where the clip has the tag; `low` is heard only after three seconds.
fn folder() -> TempDir {
    folder_of(|_| String::new())
}

/// The same, whose clips are of these sources.
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

fn clip(number: usize) -> Clip {
    let labels = [number.is_multiple_of(2), number.is_multiple_of(3)];
    let mut window = vec![0.0; BANDS * FRAMES];
    for (band, row) in window.chunks_exact_mut(FRAMES).enumerate() {
        for (frame, value) in row.iter_mut().enumerate() {
            let tag = usize::from(band >= BANDS / 2);
            let loud = labels[tag] && (tag == 1 || frame >= EARLY);
            // Levels before three seconds rise from clip to clip, whatever the tags are.
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

fn trainer(folder: &Path, command: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_trainer"))
        .current_dir(folder)
        .arg(command)
        .args(arguments)
        .output()
        .unwrap()
}

fn evaluate(folder: &Path, arguments: &[&str]) -> Output {
    let given = ["model.onnx", "--data", "data", "--backend", "tract"];
    trainer(folder, "evaluate", &[&given, arguments].concat())
}

#[track_caller]
fn text(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stdout.clone()).unwrap()
}

#[track_caller]
fn json(output: &Output) -> Value {
    let text = text(output);
    assert!(
        text.ends_with('\n') && text.matches('\n').count() == 1,
        "{text}"
    );
    serde_json::from_str(&text).unwrap()
}

#[track_caller]
fn assert_refused(output: &Output, message: &str) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && output.stdout.is_empty(),
        "{output:?}"
    );
    assert!(text.contains(message), "{message:?} is not in {text:?}");
    assert!(!text.contains("panicked"), "{text}");
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

    let table = text(&evaluate(folder, &[]));
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
    let arguments = ["--predictions", "est.csv", "--truth", "gt.csv", "--json"];
    let scored = json(&trainer(folder, "score", &arguments));
    assert_eq!(scored["macro_roc_auc"], one["macro_roc_auc"]);
}

#[test]
fn what_is_heard_late_is_not_known_early() {
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
    // After 3 s, `low` follows the clip's number alone: 15 of 36 pairs.
    let early = (1.0 + 15.0 / 36.0) / 2.0;
    let first = moments[0]["macro_roc_auc"].as_f64().unwrap();
    assert!((first - early).abs() < 1e-9, "{first}");
    for later in &moments[1..] {
        assert_eq!(later["macro_roc_auc"], 1.0);
    }
    assert_eq!(found["macro_roc_auc"], 1.0);
    let svg = std::fs::read_to_string(folder.path().join("seconds.svg")).unwrap();
    assert!(svg.contains("seconds heard"), "{svg}");

    let table = text(&evaluate(folder.path(), &["--seconds-heard=3,60"]));
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
    // Nothing else could have been drawn.
    let one = folder_of(|_| "the artist".to_owned());
    assert!(interval(&one, &draw("sources")).is_null());
}

/// Frames such as a front-end gives, different in every clip.
fn frames(spec: &FrontEndSpec, clip: usize, count: usize) -> Vec<Vec<f32>> {
    let mut random = ChaCha8Rng::seed_from_u64(clip as u64);
    let mut frame = || {
        let values = (0..spec.frame_values()).map(|_| random.random_range(-90.0..-10.0));
        values.collect()
    };
    (0..count).map(|_| frame()).collect()
}

/// What the plugin's network sees after these frames.
fn window_after(spec: &FrontEndSpec, frames: &[Vec<f32>]) -> Vec<f32> {
    let mut rolling = RollingWindow::new(spec, 0);
    frames.iter().for_each(|frame| rolling.push(frame));
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    rolling.read(frames.len() as u64, &mut window);
    window
}

#[test]
fn a_window_partly_heard_is_the_plugins_for_every_input() {
    const SHORT: usize = 700;
    let inputs = Input::ALL;
    let folder = tempfile::tempdir().unwrap();
    let plan = Plan::new("small", vec!["low".into()], &inputs);
    let mut writer = DatasetWriter::create(&folder.path().join("data"), plan).unwrap();
    // The second clip is a short one.
    let lengths = [FRAMES, SHORT];
    for (number, &length) in lengths.iter().enumerate() {
        let mut clip = clip(number);
        clip.info.labels.truncate(1);
        clip.info.heard_frames = length;
        let specs = inputs.map(Input::front_end);
        let windows = specs
            .iter()
            .map(|spec| window_after(spec, &frames(spec, number, length)));
        clip.windows = windows.collect();
        writer.push(&[clip], &[]).unwrap();
    }
    writer.finish().unwrap();
    for input in inputs {
        let data = Dataset::open(&folder.path().join("data"), input).unwrap();
        let clips = data.split(Split::Test).unwrap();
        let spec = data.front_end();
        let mut found = vec![0.0; spec.input_bands() * FRAMES];
        for heard in [144, 240, 944, FRAMES] {
            let mut windows = HeardWindows::new(&clips, spec, heard);
            for (number, &length) in lengths.iter().enumerate() {
                windows.read(number, &mut found).unwrap();
                let frames = frames(spec, number, heard.min(length));
                let expected = window_after(spec, &frames);
                // The data hold sixteen bits.
                let worst = found.iter().zip(&expected).map(|(a, b)| (a - b).abs());
                let worst = worst.fold(0.0, f32::max);
                assert!(
                    worst < 4e-3,
                    "{input}, {heard} frames of clip {number}: {worst}"
                );
            }
        }
    }
}

#[test]
fn tags_are_matched_by_name_and_those_of_one_side_are_named() {
    let folder = folder();
    // A model whose low bands are called `high` has it the wrong way round.
    std::fs::write(folder.path().join("model.onnx"), model(&["high", "low"])).unwrap();
    let found = json(&evaluate(folder.path(), &["--json"]));
    assert!(found["macro_roc_auc"].as_f64().unwrap() < 0.7, "{found}");

    let other = model(&["low", "odd", "strange"]);
    std::fs::write(folder.path().join("model.onnx"), other).unwrap();
    let output = evaluate(folder.path(), &["--json"]);
    let found = json(&output);
    assert_eq!(found["per_tag"].as_object().unwrap().len(), 1);
    let remarks = String::from_utf8(output.stderr).unwrap();
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
        let output = trainer(folder.path(), "evaluate", &[model, "--data", data]);
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

/// Ends the work after some clips.
struct StopAfter {
    clips: usize,
    done: AtomicUsize,
}

impl ClipProgress for StopAfter {
    fn clip_done(&self) {
        self.done.fetch_add(1, Ordering::Relaxed);
    }

    fn interrupted(&self) -> bool {
        self.done.load(Ordering::Relaxed) >= self.clips
    }
}

#[test]
fn a_model_stops_among_the_clips_when_it_is_asked_to() {
    let folder = folder();
    let model = Model::open(&folder.path().join("model.onnx")).unwrap();
    let data = Dataset::open(&folder.path().join("data"), Input::Mel).unwrap();
    let clips = data.split(Split::Test).unwrap();
    let jobs = NonZeroUsize::new(2).unwrap();
    let mut predictor = Predictor::open(&model, BackendChoice::Auto, &[], jobs).unwrap();
    let mut predict = |stop_after| {
        let progress = StopAfter {
            clips: stop_after,
            done: AtomicUsize::new(0),
        };
        let predicted = predictor.predict(&clips, clips.frames(), &progress);
        (predicted, progress.done.into_inner())
    };
    let (predicted, done) = predict(3);
    assert!(matches!(predicted, Err(EvaluateError::Interrupted)));
    assert!((3..=4).contains(&done), "{done} clips, by two threads");
    let (predicted, done) = predict(100);
    assert_eq!((predicted.unwrap().len(), done), (12, 12));
}

#[cfg(unix)]
#[test]
fn ctrl_c_ends_an_evaluation_and_nothing_is_written() {
    let folder = folder();
    let log = folder.path().join("log");
    let seconds: Vec<String> = (3..29).map(|seconds| seconds.to_string()).collect();
    let child = Command::new(env!("CARGO_BIN_EXE_trainer"))
        .current_dir(folder.path())
        .env("TAGLINE_LOG", "trainer=debug")
        .args([
            "evaluate",
            "model.onnx",
            "--data",
            "data",
            "--csv",
            "tags.csv",
        ])
        .args(["--bootstrap", "100000"])
        .arg(format!("--seconds-heard={}", seconds.join(",")))
        .stdout(std::process::Stdio::piped())
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
