//! A stream's pipeline, with networks that fail and networks that rest.

mod choice;
mod failure;
mod history;

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

fn named(name: &str) -> ModelSource {
    ModelSource::File(name.into())
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
