//! What the plugin hears in music, beside what `trainer tag` hears.

use super::*;

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
