//! Models that are chosen, missing, moved, or replaced under the same name.

use super::*;

#[test]
fn a_model_that_cannot_be_opened_is_reported_and_the_old_one_stays() {
    let _alone = alone();
    let models = Models::new();
    std::fs::write(models.path("broken.onnx"), b"no model at all").expect("write");
    let (stream, mut tap) = start(models.tiny());
    let event = wait_for("the first model", || stream.next_event());
    assert!(
        matches!(event, Event::ModelReady { generation: 1, .. }),
        "{event:?}"
    );
    for name in ["broken.onnx", "nowhere.onnx"] {
        stream.set_model(ModelSource::File(models.path(name)));
        let event = wait_for("the refusal", || stream.next_event());
        let Event::ModelFailed {
            message, stopped, ..
        } = event
        else {
            panic!("{event:?}")
        };
        assert!(message.contains(name), "{message}");
        assert!(!stopped);
        assert!(
            !offline_pass(&mut tap, &song(4.0), 1024).is_empty(),
            "the old model stays"
        );
    }
    std::fs::write(models.path("other.onnx"), tiny_model(&["a", "b", "c"])).expect("write");
    stream.set_model(ModelSource::File(models.path("other.onnx")));
    let event = wait_for("the other model", || stream.next_event());
    assert!(
        matches!(event, Event::ModelReady { generation: 2, .. }),
        "{event:?}"
    );
    let updates = offline_pass(&mut tap, &song(4.0), 1024);
    assert!(!updates.is_empty());
    assert!(
        updates
            .iter()
            .all(|u| u.generation == 2 && u.tag_count == 3),
        "{updates:?}"
    );
}

#[test]
fn a_pinned_model_that_moved_is_found_by_its_hash() {
    let models = Models::new();
    let (model, _) = models.tiny().open().expect("the tiny model is sound");
    let pinned = ModelSource::Pinned {
        path: models.path("where/it/was.onnx"),
        sha256: model.info().sha256.clone(),
        folders: vec![models.0.path().to_path_buf()],
    };
    assert_eq!(
        pinned.open().expect("it lies in the folder").1,
        ModelPlace::File(models.path("tiny.onnx"))
    );
    let earlier = ModelSource::OtherBuiltIn {
        name: "Tagline default 0.1".into(),
        sha256: model.info().sha256.clone(),
        folders: vec![models.0.path().to_path_buf()],
    };
    let place = earlier.open().expect("its file lies in the folder").1;
    assert_eq!(place, ModelPlace::File(models.path("tiny.onnx")));
    let lost = ModelSource::Pinned {
        path: models.path("tiny.onnx"),
        sha256: "0".repeat(64),
        folders: vec![],
    };
    let error = lost.open().expect_err("another hash").to_string();
    assert!(
        error.contains("tiny.onnx") && error.contains("gone or changed"),
        "{error}"
    );
}

#[test]
fn without_the_chosen_model_the_built_in_one_tags_and_the_reason_is_reported() {
    let _alone = alone();
    let lost = ModelSource::OtherBuiltIn {
        name: "Tagline default 0.1".into(),
        sha256: "0".repeat(64),
        folders: vec![],
    };
    let (stream, mut tap) = start(lost);
    let event = wait_for("the message", || stream.next_event());
    let Event::ModelFailed {
        message, stopped, ..
    } = event
    else {
        panic!("{event:?}")
    };
    assert!(stopped, "nothing runs until the built-in model is there");
    assert!(message.contains("Tagline default 0.1"), "{message}");
    assert!(message.contains(&built_in_info().name), "{message}");
    let event = wait_for("the built-in model", || stream.next_event());
    let Event::ModelReady { info, place, .. } = event else {
        panic!("{event:?}")
    };
    assert_eq!(place, ModelPlace::BuiltIn);
    assert_eq!(info.sha256, built_in_sha256());
    assert!(!offline_pass(&mut tap, &song(4.0), 2048).is_empty());
    assert_eq!(stream.status().dropped_samples.load(Ordering::Relaxed), 0);
}

#[test]
fn tags_are_calibrated_before_they_are_smoothed_unless_raw_ones_are_wanted() {
    let _alone = alone();
    let models = Models::new();
    let calibration = r#"[{"slope":0.5,"offset":1.0,"threshold":0.5},
        {"slope":2.0,"offset":0.0,"threshold":0.5}]"#;
    let calibrated = TinyModel::new(&["low", "high"], 141)
        .with("tagline.calibration", Some(calibration))
        .bytes();
    std::fs::write(models.path("calibrated.onnx"), calibrated).expect("write");
    let pass = |name: &str, calibrated: bool, change: bool| {
        let model = ModelSource::File(models.path(name));
        let (_stream, mut tap) = Service::start(StreamConfig {
            calibrated,
            smoothing_seconds: 2.0,
            ..config(RATE, model)
        })
        .expect("24 kHz is a possible rate");
        let mut updates = offline_pass(&mut tap, &song(6.0), 1024);
        if change {
            updates.clear();
            tap.set_calibrated(!calibrated);
            updates = offline_pass(&mut tap, &song(2.0), 1024);
        }
        let tags = |update: &TagUpdate| update.probabilities[..2].to_vec();
        updates.iter().map(tags).collect::<Vec<_>>()
    };
    let plain = pass("tiny.onnx", true, false);
    let raw = pass("calibrated.onnx", false, false);
    assert!(plain.len() > 2);
    assert_eq!(raw, plain, "raw values are the network's");
    let shown = pass("calibrated.onnx", true, false);
    let expected = [(0.5, 1.0), (2.0, 0.0)];
    for ((slope, offset), (shown, raw)) in expected.into_iter().zip(shown[0].iter().zip(&raw[0])) {
        let by_formula = sigmoid(slope * logit(*raw) + offset) as f32;
        assert_eq!(*shown, by_formula, "the first update is not smoothed");
    }
    assert_ne!(shown[1], raw[1]);
    // Nothing of the calibrated values is left in the smoothing after a change.
    let changed = pass("calibrated.onnx", true, true);
    let never = pass("calibrated.onnx", false, true);
    assert_ne!(changed, never);
    let song = [song(6.0), song(2.0)].concat();
    let (_stream, mut tap) = start(models.tiny());
    let unsmoothed = offline_pass(&mut tap, &song, 1024);
    let from = unsmoothed.len() - changed.len();
    assert_eq!(changed[0], unsmoothed[from].probabilities[..2].to_vec());
}

#[test]
fn a_model_file_written_anew_under_its_old_name_is_read_anew() {
    let _alone = alone();
    let models = Models::new();
    let (stream, _tap) = start(models.tiny());
    wait_for("the model", || stream.next_event());
    std::fs::write(models.path("tiny.onnx"), tiny_model(&["a", "b", "c"])).expect("write");
    let (_other, mut tap) = start(models.tiny());
    let updates = offline_pass(&mut tap, &song(4.0), 1024);
    assert!(!updates.is_empty());
    assert!(updates.iter().all(|update| update.tag_count == 3));
}
