//! A stream's pipeline, with networks that fail and networks that rest.

use std::sync::Arc;
use std::sync::atomic::Ordering::{Acquire, Relaxed};

use ringbuf::HeapRb;
use ringbuf::traits::Split;

use super::listen::KEEP_IDLE;
use super::*;
use crate::front_end::FrontEndSpec;
use crate::model::{Model, ModelInfo, ModelPlace, OutputKind};
use crate::network::{
    Backend, BackendChoice, BackendReport, InferenceError, Network, Span, open_network,
};
use crate::stream::controls::Controls;
use crate::stream::event::Notify;
use crate::stream::history::{History, Past};
use crate::stream::loader::SharedNetwork;
use crate::stream::status::StreamStatus;
use crate::stream::tap::{Queues, Tap};
use crate::stream::transport::Transport;
use crate::stream::update::TagUpdate;

/// A network that fails from its `fails_at`th run on.
struct Flaky {
    backend: Backend,
    runs: u32,
    fails_at: u32,
}

impl Network for Flaky {
    fn run_next(
        &mut self,
        _state: &mut NetworkState,
        _span: Span,
        _window: &[f32],
        out: &mut [f32],
    ) -> Result<(), InferenceError> {
        self.runs += 1;
        if self.runs >= self.fails_at {
            let reason = "the device was removed".into();
            return Err(InferenceError::Backend {
                backend: "CUDA",
                reason,
            });
        }
        out.fill(0.5);
        Ok(())
    }

    fn backend(&self) -> Backend {
        self.backend
    }
}

fn loaded(backend: Backend, fails_at: u32) -> Loaded {
    let info = ModelInfo {
        name: "flaky".into(),
        version: "1".into(),
        licence: "CC0-1.0".into(),
        provenance: "made by a test".into(),
        tags: vec!["tag".into()],
        front_end: FrontEndSpec {
            frames: 400,
            ..FrontEndSpec::choi2016()
        },
        output: OutputKind::Probabilities,
        groups: None,
        notes: None,
        calibration: None,
        sha256: "00".into(),
    };
    Loaded {
        info: Arc::new(info),
        place: ModelPlace::File("flaky.onnx".into()),
        report: BackendReport {
            running: backend,
            lines: vec![],
            whole_windows: false,
        },
        network: SharedNetwork::new(Box::new(Flaky {
            backend,
            runs: 0,
            fails_at,
        })),
    }
}

struct Bench {
    pipeline: Pipeline,
    tap: Tap,
    events: crossbeam_channel::Receiver<Event>,
}

/// The ring holds 4 s.
fn bench() -> Bench {
    let (samples, samples_out) = HeapRb::new(48_000).split();
    let (gaps_in, gaps) = HeapRb::new(8).split();
    let (updates_in, updates) = HeapRb::new(64).split();
    let (marks_in, marks) = HeapRb::new(8).split();
    let (events_in, events) = crossbeam_channel::unbounded();
    let controls = Arc::new(Controls::new());
    let pipeline = Pipeline::new(NewStream {
        id: 1,
        sample_rate_hz: 12_000.0,
        samples: samples_out,
        gaps,
        updates: updates_in,
        marks,
        history: Arc::<History>::default(),
        spectrogram: Arc::default(),
        events: events_in,
        notify: Notify::new(Box::new(|| {})),
        controls: Arc::clone(&controls),
        model: ModelSource::File("flaky.onnx".into()),
        library_dirs: vec![],
    });
    Bench {
        pipeline,
        tap: Tap::new(
            Queues {
                samples,
                gaps: gaps_in,
                marks: marks_in,
                updates,
            },
            controls,
            12_000.0,
            std::thread::current(),
        ),
        events,
    }
}

/// Sound, and silence.
const LOUD: f32 = 0.5;
const SILENT: f32 = 0.0;

impl Bench {
    fn answer(&mut self, loaded: Loaded) -> (ModelSource, BackendChoice) {
        let request = self.pipeline.next_request().expect("a request");
        self.pipeline
            .take_answer(request.wanted.ticket(), Ok(loaded));
        (request.source, request.backend)
    }

    fn play(&mut self, seconds: f64) {
        self.play_at(LOUD, seconds);
    }

    fn play_at(&mut self, level: f32, seconds: f64) {
        for _ in 0..(seconds * 100.0) as usize {
            self.push(level, 120);
            self.analyse();
        }
    }

    fn push(&mut self, level: f32, samples: usize) {
        let wave = (0..samples).map(|n| if n % 2 == 0 { level } else { -level });
        self.tap.push(wave);
    }

    fn analyse(&mut self) {
        self.pipeline.drain();
        if self.pipeline.is_ready() {
            self.pipeline.run_network(&mut Vec::new());
        }
    }

    fn updates(&mut self) -> Vec<TagUpdate> {
        std::iter::from_fn(|| self.tap.pop()).collect()
    }

    fn past(&self) -> Past {
        let mut past = Past::default();
        self.pipeline.stream.history.read(&mut past);
        past
    }

    fn positions(&mut self) -> Vec<u64> {
        let updates = self.updates();
        updates.iter().map(|u| u.position_samples).collect()
    }

    fn told(&self) -> Vec<Event> {
        self.events.try_iter().collect()
    }

    /// Checks that two models have come into force one after the other, and nothing else has happened.
    fn assert_told_of_two_models(&self) {
        let told = self.told();
        assert!(
            matches!(
                told[..],
                [
                    Event::ModelReady { generation: 1, .. },
                    Event::ModelReady { generation: 2, .. }
                ]
            ),
            "{told:?}"
        );
    }

    fn status(&self) -> &StreamStatus {
        &self.pipeline.stream.controls.status
    }
}

#[test]
fn a_backend_that_fails_while_running_is_replaced_by_tract_without_losing_a_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 3));
    bench.play(5.5);
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::ModelReady { generation: 1, .. })
    ));
    let (source, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, ModelSource::File("flaky.onnx".into()));
    assert_eq!(backend, BackendChoice::Only(Backend::Tract));
    let Ok(Event::BackendReplaced { message, running }) = bench.events.try_recv() else {
        panic!("the replacement is told")
    };
    assert_eq!(running, Backend::Tract);
    assert_eq!(
        message,
        "CUDA: the device was removed; tract has taken over"
    );
    bench.play(2.0);
    let updates = bench.updates();
    assert_eq!(
        updates.len(),
        5,
        "one at about 3, 4, 5 (failed, run again), 6 and 7 s"
    );
    assert!(
        updates
            .windows(2)
            .all(|p| p[0].position_samples < p[1].position_samples)
    );
    assert_eq!(bench.status().late_updates.load(Relaxed), 0);
    assert!(updates.iter().all(|update| update.generation == 1));
}

#[test]
fn a_model_that_fails_in_tract_too_stops_the_tags_and_says_so_once() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, 1));
    bench.play(8.0);
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::ModelReady { .. })
    ));
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::Stopped { ended: false, .. })
    ));
    assert!(bench.events.try_recv().is_err());
    assert!(bench.tap.pop().is_none());
}

#[test]
fn a_stream_that_is_given_up_tells_that_no_model_will_come() {
    let bench = bench();
    let controls = Arc::clone(&bench.pipeline.stream.controls);
    bench.pipeline.give_up();
    assert!(controls.ended.load(Acquire));
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::Stopped { ended: true, .. })
    ));
}

#[test]
fn memory_of_earlier_windows_is_given_back_when_nothing_plays_without_changing_tags() {
    let model = tagline_tests::FcnModel::fcn5().bytes();
    let model = Model::from_bytes(model, None).expect("a sound model");
    let choice = BackendChoice::Only(Backend::Tract);
    let (network, _) = open_network(&model, choice, &[]).expect("tract runs it");
    let network = SharedNetwork::new(network);
    let tags = [false, true].map(|pause| {
        let mut bench = bench();
        bench.answer(Loaded {
            info: Arc::clone(model.info()),
            network: Arc::clone(&network),
            ..loaded(Backend::Tract, 0)
        });
        bench.play(35.0);
        assert!(bench.pipeline.network_state.bytes() > 0);
        if pause && let Some(ago) = Instant::now().checked_sub(2 * KEEP_IDLE) {
            bench.pipeline.ran_at = ago;
            bench.pipeline.drain();
            assert_eq!(bench.pipeline.network_state.bytes(), 0);
        }
        bench.play(2.0);
        bench.updates().last().map(|u| u.probabilities)
    });
    assert!(tags[0].is_some());
    assert_eq!(tags[0], tags[1]);
}

#[test]
fn an_answer_that_has_been_overtaken_is_not_taken() {
    let mut bench = bench();
    let old = bench.pipeline.next_request().expect("the first request");
    bench
        .pipeline
        .want_model(ModelSource::File("other.onnx".into()));
    bench
        .pipeline
        .take_answer(old.wanted.ticket(), Ok(loaded(Backend::Tract, 9)));
    assert!(bench.events.try_recv().is_err());
    let new = bench.pipeline.next_request().expect("the second request");
    bench
        .pipeline
        .take_answer(old.wanted.ticket(), Ok(loaded(Backend::Tract, 9)));
    assert!(bench.events.try_recv().is_err());
    bench
        .pipeline
        .take_answer(new.wanted.ticket(), Ok(loaded(Backend::Tract, 9)));
    assert!(matches!(
        bench.events.try_recv(),
        Ok(Event::ModelReady { .. })
    ));
}

fn named(name: &str) -> ModelSource {
    ModelSource::File(name.into())
}

#[test]
fn a_choice_that_is_pending_outlives_the_failure_of_the_backend_before_it() {
    for sent in [false, true] {
        let mut bench = bench();
        bench.answer(loaded(Backend::Cuda, 1));
        bench.pipeline.want_model(named("chosen.onnx"));
        let ahead = sent.then(|| bench.pipeline.next_request().expect("the choice"));
        bench.play(3.5);
        let request = ahead.or_else(|| bench.pipeline.next_request());
        let request = request.expect("the choice is still wanted");
        assert_eq!(request.source, named("chosen.onnx"));
        assert_eq!(request.backend, BackendChoice::Auto);
        assert!(bench.pipeline.next_request().is_none(), "and nothing else");
        let chosen = loaded(Backend::Cuda, u32::MAX);
        bench
            .pipeline
            .take_answer(request.wanted.ticket(), Ok(chosen));
        bench.assert_told_of_two_models();
        bench.play(1.5);
        let update = bench.tap.pop().expect("the chosen model runs");
        assert_eq!(update.generation, 2);
    }
}

#[test]
fn a_refused_choice_leaves_the_model_whose_backend_failed_meanwhile_to_tract() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 1));
    bench.pipeline.want_model(named("broken.onnx"));
    bench.play(3.5);
    let request = bench.pipeline.next_request().expect("the choice");
    let refusal = Err("it is damaged".into());
    bench.pipeline.take_answer(request.wanted.ticket(), refusal);
    let (source, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, named("flaky.onnx"));
    assert_eq!(backend, BackendChoice::Only(Backend::Tract));
    let told = bench.told();
    assert!(
        matches!(
            told[..],
            [
                Event::ModelReady { .. },
                Event::ModelFailed { .. },
                Event::BackendReplaced { .. }
            ]
        ),
        "{told:?}"
    );
    bench.play(1.5);
    assert!(bench.tap.pop().is_some());
}

#[test]
fn a_model_chosen_while_a_failed_backend_is_replaced_is_a_new_model() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 1));
    bench.play(3.5);
    let replacement = bench.pipeline.next_request().expect("the replacement");
    bench.pipeline.want_model(named("chosen.onnx"));
    let tract = loaded(Backend::Tract, u32::MAX);
    bench
        .pipeline
        .take_answer(replacement.wanted.ticket(), Ok(tract));
    let (source, _) = bench.answer(loaded(Backend::Tract, u32::MAX));
    assert_eq!(source, named("chosen.onnx"));
    bench.assert_told_of_two_models();
}

#[test]
fn another_backend_does_not_take_a_pending_choice_away() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.pipeline.want_model(named("chosen.onnx"));
    let tract = BackendChoice::Only(Backend::Tract);
    bench.pipeline.stream.controls.set_backend(tract);
    bench.pipeline.drain();
    let request = bench.pipeline.next_request().expect("a request");
    assert_eq!(request.source, named("chosen.onnx"));
    assert_eq!(request.backend, tract);
}

#[test]
fn a_backend_that_fails_while_audio_goes_on_drops_no_sample_and_keeps_every_position() {
    let mut whole = bench();
    whole.answer(loaded(Backend::Tract, u32::MAX));
    whole.play(9.0);
    let expected = whole.positions();

    let mut bench = bench();
    bench.answer(loaded(Backend::Cuda, 3));
    // The third window fails at about 5.1 s; the replacement is there 2.4 s later.
    bench.play(7.5);
    assert_eq!(bench.positions(), expected[..2]);
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(1.5);
    // Windows that came due meanwhile are late, all but the newest.
    assert_eq!(bench.positions(), expected[4..]);
    assert_eq!(bench.status().late_updates.load(Relaxed), 2);
    assert_eq!(bench.status().dropped_samples.load(Relaxed), 0);
    assert_eq!(
        bench.status().updates.load(Relaxed) + 2,
        expected.len() as u64
    );
}

#[test]
fn two_streams_on_one_failing_network_both_get_the_reason_and_go_on_with_tract() {
    let shared = loaded(Backend::Cuda, 3);
    let mut benches = [bench(), bench()];
    for bench in &mut benches {
        bench.answer(shared.clone());
    }
    for _ in 0..500 {
        for bench in &mut benches {
            bench.play(0.01);
        }
    }
    for bench in &mut benches {
        let (_, backend) = bench.answer(loaded(Backend::Tract, u32::MAX));
        assert_eq!(backend, BackendChoice::Only(Backend::Tract));
        let told = bench.told();
        let [
            Event::ModelReady { .. },
            Event::BackendReplaced { message, .. },
        ] = &told[..]
        else {
            panic!("{told:?}");
        };
        assert!(message.contains("the device was removed"), "{message}");
        bench.play(1.5);
        assert_eq!(bench.updates().len(), 4, "at about 3, 4, 5 and 6 s");
        assert_eq!(bench.status().dropped_samples.load(Relaxed), 0);
    }
}

#[test]
fn a_model_chosen_in_silence_shows_its_own_values_at_the_next_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(4.5);
    bench.play_at(SILENT, 3.0);
    bench.updates();
    bench.pipeline.want_model(named("chosen.onnx"));
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play_at(SILENT, 4.0);
    let generations: Vec<u32> = bench.updates().iter().map(|u| u.generation).collect();
    assert_eq!(generations, [2], "one window of it, and then the tags hold");
}

#[test]
fn values_of_another_kind_chosen_in_silence_come_with_the_next_window() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(4.5);
    bench.play_at(SILENT, 3.0);
    assert!(bench.updates().iter().all(|update| update.calibrated));
    bench.tap.set_calibrated(false);
    bench.play_at(SILENT, 4.0);
    let calibrated: Vec<bool> = bench.updates().iter().map(|u| u.calibrated).collect();
    assert_eq!(calibrated, [false], "one window, and then the tags hold");
}

#[test]
fn nothing_is_driven_on_silence_before_the_first_sound() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play_at(SILENT, 6.0);
    bench.tap.set_calibrated(false);
    bench.pipeline.want_model(named("chosen.onnx"));
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play_at(SILENT, 6.0);
    assert!(bench.updates().is_empty());
}

#[test]
fn samples_dropped_after_a_window_do_not_move_its_position() {
    // Without anything dropped: what the ring will hold of the other.
    let mut whole = bench();
    whole.answer(loaded(Backend::Tract, u32::MAX));
    whole.play(12.0);
    let expected = whole.positions();

    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(3.5);
    // The worker sleeps for 10 s; the ring takes 4 of them, until 7.5 s.
    for _ in 0..1_000 {
        bench.push(LOUD, 120);
    }
    let dropped = bench.status().dropped_samples.load(Relaxed);
    assert_eq!(dropped, 6 * 12_000);
    bench.analyse();
    bench.play(4.5);
    let gap_at = (7.5 * 12_000.0) as u64;
    let moved = |&position: &u64| position + if position > gap_at { dropped } else { 0 };
    let mut expected: Vec<u64> = expected.iter().map(moved).collect();
    // At 4, 5, 6 and 7 s windows fell due at once: the last one counts.
    let late = bench.status().late_updates.load(Relaxed) as usize;
    assert_eq!(late, 3);
    expected.drain(1..1 + late);
    assert_eq!(bench.positions(), expected);
}

#[test]
fn the_history_keeps_each_update_with_the_place_in_the_hosts_song() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    let at = |seconds: f64| Transport {
        playing: true,
        seconds: Some(seconds),
        bars: Some(1.0 + seconds / 2.0),
        bars_a_second: Some(0.5),
    };
    // The song begins at 100 s, loops after 5 s, and stops after another second.
    for block in 0..800 {
        let seconds = f64::from(block) / 100.0;
        bench.tap.set_transport(match block {
            0..500 => at(100.0 + seconds),
            500..600 => at(100.0 + seconds - 5.0),
            _ => Transport {
                playing: false,
                ..at(101.0)
            },
        });
        bench.push(LOUD, 120);
        bench.analyse();
    }
    let past = bench.past();
    let positions = bench.positions();
    assert_eq!(past.moments.len(), positions.len());
    for (moment, position) in past.moments.iter().zip(positions) {
        let stream = moment.position_seconds;
        assert_eq!(stream, position as f64 / 12_000.0);
        assert_eq!(moment.probabilities[..], [0.5]);
        let song = moment.transport.seconds.expect("a place in the song");
        let expected = match stream {
            ..5.0 => 100.0 + stream,
            5.0..6.0 => 95.0 + stream,
            _ => 101.0,
        };
        assert!((song - expected).abs() < 0.011, "{song}, not {expected}");
        let bars = moment.transport.bars.expect("bars");
        assert!((bars - (1.0 + song / 2.0)).abs() < 0.011, "{bars}");
    }
    let begins: Vec<bool> = past.moments.iter().map(|moment| moment.begins).collect();
    assert_eq!(begins, [true, false, true, true, false]);
}

#[test]
fn the_history_begins_anew_with_another_model() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    bench.play(5.5);
    assert_eq!(bench.past().moments.len(), 3);
    bench.pipeline.want_model(ModelSource::BuiltIn);
    bench.answer(loaded(Backend::Tract, u32::MAX));
    assert!(bench.past().moments.is_empty());
    bench.play(1.5);
    assert!(!bench.past().moments.is_empty());
}

#[test]
fn a_picture_of_the_window_is_made_only_when_somebody_asks_for_one() {
    let mut bench = bench();
    bench.answer(loaded(Backend::Tract, u32::MAX));
    let spectrogram = Arc::clone(&bench.pipeline.stream.spectrogram);
    bench.play(3.0);
    assert!(spectrogram.ask().is_none(), "nobody had asked");
    bench.play(0.01);
    let first = spectrogram.ask().expect("a picture");
    assert_eq!((first.rows, first.columns), (96, 200));
    assert!((first.filled - 3.0 / 8.53).abs() < 0.02, "{}", first.filled);
    bench.play(2.0);
    let second = spectrogram.ask().expect("a picture");
    bench.play(2.0);
    let third = spectrogram.ask().expect("a picture");
    assert!(second.filled < third.filled);
    // Two were asked for, so two were made.
    bench.play(1.0);
    let fourth = spectrogram.ask().expect("a picture");
    assert!(
        fourth.filled < 0.9,
        "it is of just after the third was asked for"
    );
}
