//! The analysis service as a plugin uses it: streams, taps, models, resets, the worker's life.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use assert_no_alloc::assert_no_alloc;
use tagline_engine::{
    Analyzer, Backend, BackendChoice, Event, FrontEndSpec, Model, ModelPlace, ModelSource, Service,
    Stream, StreamConfig, TagUpdate, Tap, built_in_info, built_in_sha256, logit, open_network,
    sigmoid,
};
use tagline_tests::{TinyModel, tiny_model};

const RATE: f64 = 24_000.0;

/// The process has one service, so tests that look at its threads run one at a time.
fn alone() -> MutexGuard<'static, ()> {
    static ALONE: Mutex<()> = Mutex::new(());
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Models(tempfile::TempDir);

impl Models {
    fn new() -> Self {
        let dir = tempfile::tempdir().expect("a temporary folder");
        std::fs::write(dir.path().join("tiny.onnx"), tiny_model(&["low", "high"])).expect("write");
        Self(dir)
    }

    fn tiny(&self) -> ModelSource {
        ModelSource::File(self.path("tiny.onnx"))
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}

fn config(sample_rate_hz: f64, model: ModelSource) -> StreamConfig {
    StreamConfig {
        sample_rate_hz,
        max_block_samples: 4096,
        model,
        backend: BackendChoice::Only(Backend::Tract),
        library_dirs: Vec::new(),
        update_seconds: 1.0,
        smoothing_seconds: 0.0,
        focus_seconds: f64::INFINITY,
        calibrated: true,
        notify: Box::new(|| {}),
    }
}

fn start(model: ModelSource) -> (Stream, Tap) {
    Service::start(config(RATE, model)).expect("24 kHz is a possible rate")
}

/// A tone that rises, so that every window differs.
fn song(seconds: f64) -> Vec<f32> {
    (0..(seconds * RATE) as usize)
        .map(|n| {
            let t = n as f64 / RATE;
            (0.3 * (std::f64::consts::TAU * (200.0 + 40.0 * t) * t).sin()) as f32
        })
        .collect()
}

fn offline_pass(tap: &mut Tap, song: &[f32], block: usize) -> Vec<TagUpdate> {
    tap.set_offline(true);
    let mut updates = Vec::new();
    for chunk in song.chunks(block) {
        tap.push(chunk.iter().copied());
        assert!(tap.wait_until_analysed(), "the worker stands still");
        updates.extend(std::iter::from_fn(|| tap.pop()));
    }
    updates
}

fn wait_for<T>(what: &str, mut look: impl FnMut() -> Option<T>) -> T {
    let started = Instant::now();
    loop {
        if let Some(found) = look() {
            return found;
        }
        assert!(
            started.elapsed() < Duration::from_secs(30),
            "{what} did not come"
        );
        std::thread::sleep(Duration::from_millis(2));
    }
}

fn threads_named(prefix: &str) -> usize {
    let tasks = Path::new("/proc/self/task");
    std::fs::read_dir(tasks)
        .into_iter()
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.ok()?.path().join("comm")).ok())
        .filter(|name| name.starts_with(prefix))
        .count()
}

#[test]
fn an_offline_pass_is_the_same_whatever_the_block_size() {
    let _alone = alone();
    let models = Models::new();
    let song = song(12.0);
    let strip = |updates: Vec<TagUpdate>| -> Vec<(u64, f32, Vec<f32>)> {
        let parts = |u: TagUpdate| {
            (
                u.position_samples,
                u.seconds_heard,
                u.probabilities.to_vec(),
            )
        };
        updates.into_iter().map(parts).collect()
    };
    let [large, odd, small, tiny] = [4096, 1000, 64, 7].map(|block| {
        let (_stream, mut tap) = start(models.tiny());
        strip(offline_pass(&mut tap, &song, block))
    });
    assert!(
        large.len() >= 8,
        "12 s give an update a second from 3 s on: {}",
        large.len()
    );
    assert!(
        large
            .windows(2)
            .all(|pair| pair[0].0 < pair[1].0 && pair[0].2 != pair[1].2)
    );
    assert_eq!(large, odd);
    assert_eq!(large, small);
    assert_eq!(large, tiny);
}

#[test]
fn offline_a_new_interval_holds_from_the_same_sample_at_every_block_size() {
    let _alone = alone();
    let models = Models::new();
    let song = song(12.0);
    // Beyond an update, so that some of what is pushed has not been looked at yet.
    let (before, after) = song.split_at(128_000);
    let [large, small] = [4000, 64].map(|block| {
        let (_stream, mut tap) = start(models.tiny());
        let mut updates = offline_pass(&mut tap, before, block);
        tap.set_update_seconds(0.35);
        updates.extend(offline_pass(&mut tap, after, block));
        let parts = |u: &TagUpdate| (u.position_samples, u.probabilities);
        updates.iter().map(parts).collect::<Vec<_>>()
    });
    assert!(large.len() > 14, "{}", large.len());
    assert_eq!(large, small);
}

#[test]
fn a_focus_forgets_what_is_over_and_holds_from_the_same_sample_at_every_block_size() {
    let _alone = alone();
    let models = Models::new();
    let long = TinyModel::new(&["low", "high"], 564).bytes();
    std::fs::write(models.path("long.onnx"), long).expect("write");
    let model = ModelSource::File(models.path("long.onnx"));
    let (song, other) = (song(10.0), tone(3_000.0, 4.0));
    let pass = |block, focus_seconds: f32| {
        let (_stream, mut tap) = start(model.clone());
        offline_pass(&mut tap, &song, block);
        tap.set_focus_seconds(focus_seconds);
        let updates = offline_pass(&mut tap, &other, block);
        let parts = |u: &TagUpdate| (u.position_samples, u.seconds_heard, u.probabilities);
        updates.iter().map(parts).collect::<Vec<_>>()
    };
    let [large, small] = [4000, 64].map(|block| pass(block, 3.0));
    assert_eq!(large, small);
    assert!(large.iter().all(|(_, heard, _)| *heard < 3.1));
    let whole = pass(4000, f32::INFINITY);
    assert!(whole.iter().all(|(_, heard, _)| *heard > 10.0));
    // After 3 s of the other tone, nothing of the song is left in the focus.
    let (_stream, mut tap) = start(model.clone());
    let alone = offline_pass(&mut tap, &other, 1000);
    let expected = alone[0].probabilities;
    let (_, _, left) = large.last().expect("updates");
    let (_, _, mixed) = whole.last().expect("updates");
    let apart = |tags: &[f32]| {
        (tags[0] - expected[0])
            .abs()
            .max((tags[1] - expected[1]).abs())
    };
    assert!(apart(left) < 0.02, "{left:?} {expected:?}");
    assert!(apart(mixed) > 0.05, "{mixed:?} {expected:?}");
}

/// A steady tone.
fn tone(hz: f64, seconds: f64) -> Vec<f32> {
    (0..(seconds * RATE) as usize)
        .map(|n| (0.3 * (std::f64::consts::TAU * hz * n as f64 / RATE).sin()) as f32)
        .collect()
}

/// The tags of every window of `song`, computed without the service.
fn tags_offline(model: &Model, song: &[f32]) -> Vec<[f32; 2]> {
    let spec = &model.info().front_end;
    let choice = BackendChoice::Only(Backend::Tract);
    let (mut network, _) = open_network(model, choice, &[]).expect("tract runs it");
    let mut analyzer = Analyzer::new(spec, RATE, 1.0).expect("possible");
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    let mut tags = Vec::new();
    let mut rest = song;
    while let (used, Some(due)) = analyzer.push(rest) {
        rest = &rest[used..];
        analyzer.read(&due, &mut window);
        let mut probabilities = [0.0; 2];
        network.run(&window, &mut probabilities).expect("tract");
        tags.push(probabilities);
    }
    tags
}

#[test]
fn a_model_of_each_kind_of_feature_runs_live_as_it_does_offline() {
    let _alone = alone();
    let models = Models::new();
    let song = song(8.0);
    for (kind, spec) in [
        ("stft", FrontEndSpec::choi2016_stft()),
        ("mfcc", FrontEndSpec::choi2016_mfcc()),
    ] {
        // Scaled so that no tag is 0 or 1 for certain; the tiny network adds 5.
        let spec = FrontEndSpec {
            frames: 141,
            scale: 0.5,
            ..spec
        };
        let json = serde_json::to_value(&spec).expect("JSON");
        let tiny = TinyModel::on(&["low", "high"], &json, spec.input_bands(), spec.frames);
        let path = models.path(&format!("{kind}.onnx"));
        std::fs::write(&path, tiny.bytes()).expect("write");
        let model = Model::open(&path).expect("a good model");
        let expected = tags_offline(&model, &song);
        assert!(expected.len() >= 4, "{}", expected.len());
        for block in [4096, 100] {
            let (_stream, mut tap) = start(ModelSource::File(path.clone()));
            let updates = offline_pass(&mut tap, &song, block);
            let found: Vec<[f32; 2]> = updates
                .iter()
                .map(|update| [update.probabilities[0], update.probabilities[1]])
                .collect();
            assert_eq!(found, expected, "{kind}, blocks of {block}");
        }
        assert!(expected.windows(2).any(|pair| pair[0] != pair[1]), "{kind}");
    }
}

#[test]
fn a_reset_starts_the_window_anew_and_hides_what_was_under_way() {
    let _alone = alone();
    let models = Models::new();
    let (_stream, mut tap) = start(models.tiny());
    let first = offline_pass(&mut tap, &song(8.0), 1024);
    tap.push(song(2.0).into_iter());
    tap.reset();
    let again = offline_pass(&mut tap, &song(8.0), 1024);
    assert_eq!(first.len(), again.len());
    for (a, b) in first.iter().zip(&again) {
        assert_eq!(a.probabilities, b.probabilities);
        assert_eq!(a.seconds_heard, b.seconds_heard);
        assert_eq!(
            a.position_samples + (10.0 * RATE) as u64,
            b.position_samples
        );
    }
}

#[test]
fn silence_runs_no_network_and_the_tags_hold() {
    let _alone = alone();
    let models = Models::new();
    let (stream, mut tap) = start(models.tiny());
    let mut with_pause = song(6.0);
    with_pause.extend(std::iter::repeat_n(0.0, (5.0 * RATE) as usize));
    let updates = offline_pass(&mut tap, &with_pause, 512);
    let last = updates
        .last()
        .expect("the song gives updates")
        .position_samples;
    assert!(
        last < (7.2 * RATE) as u64,
        "an update at {last} rests on silence alone"
    );
    assert!(stream.status().silent_updates.load(Ordering::Relaxed) >= 3);
}

#[test]
fn the_audio_threads_end_never_allocates() {
    let _alone = alone();
    let models = Models::new();
    let (_stream, mut tap) = start(models.tiny());
    let song = song(10.0);
    let mut blocks = song.chunks(64).cycle();
    let update = wait_for("an update", || {
        let block = blocks.next()?;
        std::thread::sleep(Duration::from_micros(100));
        assert_no_alloc(|| {
            tap.set_update_seconds(0.25);
            tap.set_smoothing_seconds(0.5);
            tap.set_focus_seconds(3.0);
            tap.set_backend(BackendChoice::Only(Backend::Tract));
            tap.set_offline(false);
            tap.push(block.iter().copied());
            tap.pop()
        })
    });
    assert_eq!(update.tag_count, 2);
    assert_no_alloc(|| tap.reset());
}

#[test]
fn too_much_audio_at_once_is_dropped_and_counted_without_waiting() {
    let _alone = alone();
    let models = Models::new();
    let (stream, mut tap) = start(models.tiny());
    // Before there is a model, only the newest audio is kept for it.
    wait_for("the model", || stream.next_event());
    let long = vec![0.1; (30.0 * RATE) as usize];
    tap.push(long.iter().copied());
    let dropped = stream.status().dropped_samples.load(Ordering::Relaxed);
    assert!(dropped > (20.0 * RATE) as u64, "{dropped}");
    assert_eq!(tap.position_samples(), long.len() as u64);
    let first = wait_for("an update of what came before", || tap.pop());
    assert!(
        first.position_samples < long.len() as u64 - dropped,
        "what was dropped later does not count"
    );
    let update = wait_for("an update after the overrun", || {
        tap.push(song(0.01).into_iter());
        tap.pop()
    });
    assert!(
        update.position_samples > dropped,
        "positions count what was dropped"
    );
}

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
fn eight_streams_share_one_worker_that_ends_with_the_last() {
    let _alone = alone();
    let models = Models::new();
    assert_eq!(threads_named("tagline"), 0, "no stream, no thread");
    let mut streams: Vec<_> = (0..8).map(|_| start(models.tiny())).collect();
    let song = song(5.0);
    for chunk in song.chunks(1024) {
        for (_, tap) in &mut streams {
            tap.push(chunk.iter().copied());
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    for (stream, tap) in &mut streams {
        let update = wait_for("an update for each stream", || tap.pop());
        assert_eq!(update.tag_count, 2);
        assert_eq!(stream.status().dropped_samples.load(Ordering::Relaxed), 0);
    }
    assert_eq!(threads_named("tagline-analys"), 1);
    assert_eq!(threads_named("tagline-loader"), 1);
    while let Some(stream) = streams.pop() {
        drop(stream);
        assert_eq!(threads_named("tagline") > 0, !streams.is_empty());
    }
}

#[test]
fn an_impossible_rate_is_refused_without_a_thread() {
    let _alone = alone();
    for rate in [0.0, 999.0, 768_001.0, f64::NAN, f64::INFINITY, -48_000.0] {
        assert!(
            Service::start(config(rate, ModelSource::BuiltIn)).is_err(),
            "{rate} Hz"
        );
    }
    assert_eq!(threads_named("tagline"), 0);
}

#[test]
fn a_held_service_outlives_its_streams_and_ends_with_the_hold() {
    let _alone = alone();
    let models = Models::new();
    let (stream, _tap) = start(models.tiny());
    let hold = stream.hold().expect("the service runs");
    wait_for("the model", || stream.next_event());
    drop(stream);
    assert_eq!(threads_named("tagline-analys"), 1, "the service is held");
    let started = Instant::now();
    for _ in 0..100 {
        drop(start(models.tiny()));
    }
    assert!(
        started.elapsed() < Duration::from_secs(5),
        "{:?}",
        started.elapsed()
    );
    let (_stream, mut tap) = start(models.tiny());
    assert!(!offline_pass(&mut tap, &song(4.0), 1024).is_empty());
    drop((_stream, tap));
    drop(hold);
    assert_eq!(threads_named("tagline"), 0);
}

#[test]
fn a_host_may_announce_blocks_of_any_length_without_their_memory_being_allocated() {
    let _alone = alone();
    let models = Models::new();
    for max_block_samples in [1 << 24, u32::MAX] {
        let (stream, mut tap) = Service::start(StreamConfig {
            max_block_samples,
            ..config(RATE, models.tiny())
        })
        .expect("there is memory for a bounded ring");
        wait_for("the model", || stream.next_event());
        let samples = 20_000_000;
        tap.push((0..samples).map(|_| 0.1));
        let dropped = stream.status().dropped_samples.load(Ordering::Relaxed);
        assert!(dropped > 0 && dropped < samples as u64, "{dropped}");
        assert_eq!(tap.position_samples(), samples as u64);
    }
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
