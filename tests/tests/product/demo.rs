//! The demonstration, with the built plugin.

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

/// The demonstration of the network of Won et al. trained on MTG-Jamendo.
fn jamendo(test: &str, clip: &str) -> Option<DemoReport> {
    let reference = reference(test)?;
    let folder = TempDir::new().unwrap();
    let import = Import {
        weights: reference.join("won2020/fcn_jamendo.safetensors"),
        preset: "won2020-fcn".to_owned(),
        tags: reference.join("won2020/tags.json").into(),
        tag_set: Some("jamendo".to_owned()),
        ..Import::default()
    };
    let model = folder.path().join("jamendo.onnx");
    std::fs::write(&model, import.model().unwrap().onnx()).unwrap();
    let song = reference.join("choi2016/clips").join(clip);
    let options = options(test, &folder, song, Some(model));
    let report = demo::run(&options, &mut View::Silent).unwrap();
    assert_eq!(report.dropped_samples, 0);
    assert_eq!(report.late_updates, 0);
    assert_eq!(report.tags.len(), 50);
    assert!(report.updates >= 25, "{} updates", report.updates);
    assert!(report.window_seconds > 28.9, "{} s", report.window_seconds);
    Some(report)
}

fn strongest(report: &DemoReport, count: usize) -> Vec<&str> {
    report
        .tags
        .iter()
        .take(count)
        .map(|(name, _)| name.as_str())
        .collect()
}

/// Whether a tag is this word, with or without the group that its data set gives it.
fn is(tag: &str, word: &str) -> bool {
    tag.rsplit("---").next() == Some(word)
}

/// The strongest tags of `trainer tag --focus`, by their names.
fn trainers_tags(model: &Path, song: &Path, focus_seconds: f64) -> Vec<(String, f64)> {
    let model = Model::open(model).unwrap();
    let tagging = Tagging {
        model: model.clone(),
        backend: BackendChoice::Auto,
        library_dirs: Vec::new(),
        update_seconds: 1.0,
        focus_seconds,
        windows: Windows::Last,
        raw: false,
        write_tags: None,
    };
    let tagged = Tagger::new(&tagging).unwrap().tag(song, |_| ()).unwrap();
    let values = tagged.last.unwrap().probabilities.into_iter();
    let names = model.info().tags.iter().cloned();
    let mut tags: Vec<(String, f64)> = names.zip(values.map(f64::from)).collect();
    tags.sort_by(|a, b| b.1.total_cmp(&a.1));
    tags
}

#[test]
fn demo_and_trainer_give_the_same_tags_with_each_focus() {
    let test = "demo_and_trainer_give_the_same_tags_with_each_focus";
    let folder = TempDir::new().unwrap();
    // The paper's window, and a song that changes 8 s before its end.
    let model = folder.path().join("long.onnx");
    let bytes = TinyModel::new(&["low", "middle", "high"], 1_366).bytes();
    std::fs::write(&model, bytes).unwrap();
    let rate_hz = 16_000_u32;
    let samples = (0..40 * rate_hz).map(|k| {
        let hz = if k < 32 * rate_hz { 150.0 } else { 2_500.0 };
        let phase = f64::from(k) * hz / f64::from(rate_hz);
        (12_000.0 * (phase * std::f64::consts::TAU).sin()) as i16
    });
    let song = folder.path().join("song.wav");
    write_wav(&song, rate_hz, samples);
    let mut heard = Vec::new();
    for focus in [Some(3.0), Some(6.0), Some(12.0), None] {
        let options = DemoOptions {
            focus,
            ..options(test, &folder, song.clone(), Some(model.clone()))
        };
        let report = demo::run(&options, &mut View::Silent).unwrap();
        let expected = trainers_tags(&model, &song, focus.unwrap_or(f64::INFINITY));
        let names = |tags: &[(String, f64)]| -> Vec<String> {
            tags.iter().map(|(name, _)| name.clone()).collect()
        };
        assert_eq!(names(&report.tags), names(&expected), "{focus:?}");
        for ((tag, value), (_, expected)) in report.tags.iter().zip(&expected) {
            let apart = (value - expected).abs();
            assert!(apart < 1e-5, "{focus:?}: {tag} {value}, not {expected}");
        }
        heard.push(report.tags);
    }
    // 3 and 6 s hear the same tone; 12 s and the window hear more of the one before.
    assert!((heard[0][0].1 - heard[1][0].1).abs() < 0.02, "{heard:?}");
    let low = |tags: &Vec<(String, f64)>| tags.iter().find(|(name, _)| name == "low").unwrap().1;
    assert!(low(&heard[1]) + 0.02 < low(&heard[2]), "{heard:?}");
    assert!(low(&heard[2]) + 0.02 < low(&heard[3]), "{heard:?}");
}

#[test]
fn a_jazz_pianist_is_heard_as_jazz_and_piano() {
    let test = "a_jazz_pianist_is_heard_as_jazz_and_piano";
    let Some(report) = jamendo(test, "bensound-thejazzpiano.mp3") else {
        return;
    };
    let tags = strongest(&report, 3);
    assert!(is(tags[0], "jazz"), "{tags:?}");
    assert!(tags.iter().any(|tag| is(tag, "piano")), "{tags:?}");
}

#[test]
fn dubstep_is_heard_as_electronic() {
    let test = "dubstep_is_heard_as_electronic";
    let Some(report) = jamendo(test, "bensound-dubstep.mp3") else {
        return;
    };
    let tags = strongest(&report, 3);
    assert!(is(tags[0], "electronic"), "{tags:?}");
}

#[test]
fn demo_without_a_file_plays_its_own_piece() {
    let test = "demo_without_a_file_plays_its_own_piece";
    let folder = TempDir::new().unwrap();
    let piece = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .join(demo::OWN_PIECE);
    assert!(std::fs::metadata(&piece).unwrap().len() < 600_000);
    let options = options(test, &folder, piece, None);
    let report = demo::run(&options, &mut View::Silent).unwrap();
    assert_eq!(report.model.as_ref(), Some(&built_in_info().name));
    assert!(
        (35.0..45.0).contains(&report.seconds),
        "{} s",
        report.seconds
    );
    assert!(report.updates >= 30, "{} updates", report.updates);
    assert_eq!(report.tags.len(), built_in_info().tags.len().min(50));
    assert_eq!(report.dropped_samples, 0);
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

/// Runs the program itself, as a script would.
fn demo_program(test: &str, folder: &TempDir, arguments: &[&str]) -> std::process::Output {
    let bundle = built_plugin(test);
    // The bundles come from the same build as the program beside them.
    let program = tagline_tests::program("tagline-host").expect("the program has been built");
    std::process::Command::new(program)
        .args(["demo", "--json", "--bundle"])
        .arg(bundle)
        .arg("--out")
        .arg(folder.path().join("out"))
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn json_is_one_line_with_its_keys_in_the_documented_order_and_nothing_on_errors() {
    let test = "json_is_one_line_with_its_keys_in_the_documented_order_and_nothing_on_errors";
    let folder = TempDir::new().unwrap();
    let (song, model) = (low_tone(&folder, 4), tiny(&folder));
    let [song, model] = [song, model].map(|path| path.to_str().unwrap().to_owned());
    let output = demo_program(test, &folder, &[&song, "--model", &model]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert_eq!(text.matches('\n').count(), 1, "{text}");
    assert!(text.ends_with("}\n"), "{text}");
    let at = DOCUMENTED_KEYS.map(|key| {
        let key = format!("\"{key}\":");
        text.find(&key)
            .unwrap_or_else(|| panic!("{key} is not in {text}"))
    });
    assert!(at.is_sorted(), "{text}");
    assert!(text.starts_with("{\"file\":"), "{text}");
    let manual = include_str!("../../../docs/manual.md");
    let listed = DOCUMENTED_KEYS.map(|key| format!("`{key}`")).join(", ");
    assert!(
        manual.replace('\n', " ").contains(&listed),
        "the manual lists {listed}"
    );

    let broken = folder.path().join("broken.onnx");
    std::fs::write(&broken, b"no network").unwrap();
    let broken = broken.to_str().unwrap();
    for arguments in [
        &[song.as_str(), "--model", broken][..],
        &["/nowhere/song.mp3"],
        &[&song, "--no-such-option"],
    ] {
        let output = demo_program(test, &folder, arguments);
        assert!(!output.status.success(), "{arguments:?}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(!output.stderr.is_empty(), "{arguments:?}");
    }
}

#[test]
fn a_song_that_is_none_is_refused_by_name() {
    let test = "a_song_that_is_none_is_refused_by_name";
    let folder = TempDir::new().unwrap();
    let song = folder.path().join("poem.mp3");
    std::fs::write(&song, b"no song at all").unwrap();
    let options = options(test, &folder, song, None);
    let error = demo::run(&options, &mut View::Silent).unwrap_err();
    assert!(error.to_string().contains("poem.mp3"), "{error}");
}

#[cfg(target_os = "linux")]
#[test]
fn an_hour_of_audio_takes_no_more_memory_than_a_minute() {
    use std::process::{Command, Stdio};

    let test = "an_hour_of_audio_takes_no_more_memory_than_a_minute";
    let Some(host) = tagline_tests::program("tagline-host") else {
        return tagline_tests::skipped(test, "`tagline-host` is not built");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let model = tiny(&folder);
    let peak = |seconds: u32| {
        // Silence of eight channels, which takes no room on the disk.
        let song = folder.path().join(format!("{seconds}.wav"));
        let (rate_hz, channels) = (16_000u32, 8u16);
        let bytes = seconds * rate_hz * u32::from(channels) * 2;
        let mut head = b"RIFF".to_vec();
        head.extend((36 + bytes).to_le_bytes());
        head.extend(b"WAVEfmt \x10\0\0\0\x01\0");
        head.extend(channels.to_le_bytes());
        head.extend(rate_hz.to_le_bytes());
        head.extend((rate_hz * u32::from(channels) * 2).to_le_bytes());
        head.extend((channels * 2).to_le_bytes());
        head.extend(b"\x10\0data");
        head.extend(bytes.to_le_bytes());
        std::fs::write(&song, &head).expect("a song");
        let file = std::fs::OpenOptions::new().write(true).open(&song);
        let whole = head.len() as u64 + u64::from(bytes);
        file.and_then(|file| file.set_len(whole)).expect("a song");
        let child = Command::new(&host)
            .arg("demo")
            .arg(&song)
            .args(["--json", "--block", "4096", "--bundle"])
            .arg(built_plugin(test))
            .arg("--model")
            .arg(&model)
            .arg("--out")
            .arg(folder.path().join("out"))
            .stdout(Stdio::piped())
            .spawn();
        let (output, peak) = tagline_tests::with_peak_memory(child.expect("the host"));
        let report: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        assert_eq!(report["seconds"], f64::from(seconds));
        peak.expect("Linux tells")
    };
    // Decoded, the hour would be 1.8 GB.
    let (minute, hour) = (peak(60), peak(3_600));
    assert!(
        hour < minute + 40_000_000,
        "{hour} bytes, {minute} of a minute"
    );
}
