//! The analysis service as a plugin uses it: streams, taps, models, resets, the worker's life.

mod models;
mod threads;

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
