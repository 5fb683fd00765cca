//! Chooses the backend: the one that is asked for, or tract unless another works and is at least a
//! fifth faster.

use std::path::PathBuf;
use std::time::Instant;

use prost::Message;

use super::backend::{Backend, BackendChoice, BackendReport};
use super::guarded::{Guarded, Work};
use super::inference::{InferenceError, Network};
use super::onnxruntime::Provider;
use super::trial::Trial;
use super::{incremental, tract};
use crate::model::Model;

/// How far a backend's probabilities for a trial window may lie from tract's.
const TOLERANCE: f32 = 1e-3;
/// How far the probabilities of a network in parts may lie from those of the whole network.
const PARTS_TOLERANCE: f32 = 1e-4;
/// How far those of a quantized network may lie from tract's, as some of its values fall on the other
/// side of a step. Differences of up to 0.005 were seen.
const QUANTIZED_TOLERANCE: f32 = 0.02;
/// A backend replaces the best one so far if it takes at most this share of its time. Two runs are a
/// rough measure, and results differ in the last bits, so chance must not choose between backends
/// that are about as fast.
const CLEARLY_FASTER: f64 = 0.8;
/// Windows timed after the first, which warms up. The fastest counts.
const TIMED_RUNS: usize = 2;
/// A window that takes longer than this is not computed again to be timed.
const SLOW_MILLISECONDS: f64 = 1e3;

/// A backend that works.
struct Candidate {
    network: Guarded,
    /// Whether it computes whole windows.
    is_whole: bool,
    /// How it computes windows.
    manner: String,
    milliseconds: f64,
    /// What it runs on, if that has a name of its own.
    device: Option<String>,
}

/// A network with the time that its last window took, in milliseconds.
type Checked = (Guarded, f64);

/// Asks between windows whether the trial should go on.
fn ask(go_on: &mut dyn FnMut() -> bool) -> Result<(), String> {
    match go_on() {
        true => Ok(()),
        false => Err("nobody waits for the network any more".to_owned()),
    }
}

/// Opens `model` with the backend of `choice`. ONNX Runtime's library is looked for in
/// `library_dirs`, then in `ORT_DYLIB_PATH`, then in the system. The first that works serves the whole
/// process from then on. Nothing of it is touched before a choice asks for it.
///
/// This takes as long as some windows, as every candidate must first give tract's tags for a test
/// window. To replace a backend that has failed, ask for `Only(Backend::Tract)`.
///
/// # Errors
/// [`InferenceError`] if not even tract can run the model.
pub fn open_network(
    model: &Model,
    choice: BackendChoice,
    library_dirs: &[PathBuf],
) -> Result<(Box<dyn Network>, BackendReport), InferenceError> {
    open_network_while(model, choice, library_dirs, &mut || true)
}

/// Does the same as long as `go_on` says so. It is asked after each backend and before each window.
/// Once it has said no, it must keep saying no.
///
/// # Errors
/// Those of [`open_network`]. Once `go_on` has said no, the text of the error does not matter.
pub(crate) fn open_network_while(
    model: &Model,
    choice: BackendChoice,
    library_dirs: &[PathBuf],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<(Box<dyn Network>, BackendReport), InferenceError> {
    let others = match choice {
        BackendChoice::Auto => vec![Backend::DirectMl, Backend::Cuda, Backend::OnnxRuntimeCpu],
        BackendChoice::Only(Backend::Tract) => vec![],
        BackendChoice::Only(other) => vec![other],
    };
    let trial = Trial::new(&model.info().front_end);
    let mut whole = Guarded::open(model, Backend::Tract, || {
        tract::open(model).map(Work::Whole)
    })
    .map_err(failed)?;
    ask(go_on).map_err(failed)?;
    let mut expected = vec![0.0; model.info().tags.len()];
    let start = Instant::now();
    whole.run(&trial.window(1), &mut expected)?;
    let whole = (whole, milliseconds_since(start));
    ask(go_on).map_err(failed)?;
    let in_parts = Guarded::open(model, Backend::Tract, || {
        let staged = incremental::open(model, &tract::open_proto)?;
        Ok(Work::Staged(Box::new(staged)))
    });
    let in_parts =
        in_parts.and_then(|network| check(network, &trial, &expected, PARTS_TOLERANCE, go_on));
    ask(go_on).map_err(failed)?;
    let mut best = settle(in_parts, || Ok(whole)).map_err(failed)?;
    // If nothing is compared, tract is not timed: another backend may have just failed, and a window
    // may be waiting.
    let line = if choice == BackendChoice::Auto {
        best.time(&trial, &mut expected.clone(), go_on)
            .map_err(failed)?;
        best.timing()
    } else {
        best.milliseconds = f64::INFINITY;
        format!("tract: works, {}", best.manner)
    };
    let mut lines = vec![line];
    for backend in others {
        match candidate(model, backend, library_dirs, &trial, &expected, go_on) {
            Ok(candidate) => {
                lines.push(candidate.timing());
                if is_clearly_faster(candidate.milliseconds, best.milliseconds) {
                    best = candidate;
                }
            }
            Err(reason) => lines.push(format!("{}: {reason}", backend.name())),
        }
        ask(go_on).map_err(failed)?;
    }
    let running = best.network.backend();
    tracing::info!(
        "{} runs {}: {}",
        running.name(),
        model.info().name,
        lines.join("; ")
    );
    let report = BackendReport {
        running,
        lines,
        whole_windows: best.is_whole,
    };
    Ok((Box::new(best.network), report))
}

/// Opens `backend` of ONNX Runtime, compares it with what tract `expected`, and times it.
fn candidate(
    model: &Model,
    backend: Backend,
    library_dirs: &[PathBuf],
    trial: &Trial,
    expected: &[f32],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Candidate, String> {
    let provider = Provider::find(backend, library_dirs)?;
    let device = provider.device().map(str::to_owned);
    let opened = candidate_on(&provider, model, backend, trial, expected, go_on);
    match (opened, device) {
        (Ok(candidate), device) => Ok(Candidate {
            device,
            ..candidate
        }),
        (Err(reason), Some(device)) => Err(format!("on {device}: {reason}")),
        (Err(reason), None) => Err(reason),
    }
}

fn candidate_on(
    provider: &Provider,
    model: &Model,
    backend: Backend,
    trial: &Trial,
    expected: &[f32],
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Candidate, String> {
    let in_parts = Guarded::open(model, backend, || {
        if backend != Backend::OnnxRuntimeCpu {
            return Err("many small steps would slow a GPU down".to_owned());
        }
        let open = |proto: &_, shape: &_| provider.open(&Message::encode_to_vec(proto), shape);
        let staged = incremental::open(model, &open)?;
        Ok(Work::Staged(Box::new(staged)))
    });
    let tolerance = if model.is_quantized() {
        QUANTIZED_TOLERANCE
    } else {
        TOLERANCE
    };
    let in_parts = in_parts.and_then(|network| check(network, trial, expected, tolerance, go_on));
    let mut candidate = settle(in_parts, || {
        ask(go_on)?;
        let open = || {
            provider
                .open(model.onnx(), model.input_shape())
                .map(Work::Whole)
        };
        let whole = Guarded::open(model, backend, open)?;
        check(whole, trial, expected, tolerance, go_on)
    })?;
    candidate.time(trial, &mut expected.to_vec(), go_on)?;
    Ok(candidate)
}

/// The network `in_parts`, or else the whole one.
fn settle(
    in_parts: Result<Checked, String>,
    whole: impl FnOnce() -> Result<Checked, String>,
) -> Result<Candidate, String> {
    let is_whole = in_parts.is_err();
    let ((network, milliseconds), manner) = match in_parts {
        Ok(checked) => (checked, "incremental".to_owned()),
        Err(reason) => (whole()?, format!("whole windows: {reason}")),
    };
    Ok(Candidate {
        network,
        is_whole,
        manner,
        milliseconds,
        device: None,
    })
}

/// Runs two successive windows. The second must give what is `expected`.
fn check(
    mut network: Guarded,
    trial: &Trial,
    expected: &[f32],
    tolerance: f32,
    go_on: &mut dyn FnMut() -> bool,
) -> Result<Checked, String> {
    let mut milliseconds = 0.0;
    let mut probabilities = vec![0.0; expected.len()];
    let mut state = Default::default();
    for number in 0..2 {
        ask(go_on)?;
        let (span, window) = (trial.span(number), trial.window(number));
        let start = Instant::now();
        network
            .run_next(&mut state, span, &window, &mut probabilities)
            .map_err(reason)?;
        milliseconds = milliseconds_since(start);
    }
    let differences = probabilities
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f32::max);
    if worst > tolerance {
        return Err(format!("its tags differ from tract's by up to {worst:.4}"));
    }
    Ok((network, milliseconds))
}

/// Whether a backend is so much faster than the best one so far that it replaces it. A backend that
/// was asked for by name always does, as tract is not timed then.
fn is_clearly_faster(milliseconds: f64, best_milliseconds: f64) -> bool {
    milliseconds <= CLEARLY_FASTER * best_milliseconds
}

impl Candidate {
    /// Times some updates a second apart, unless they take long. The fastest counts.
    fn time(
        &mut self,
        trial: &Trial,
        probabilities: &mut [f32],
        go_on: &mut dyn FnMut() -> bool,
    ) -> Result<(), String> {
        if self.milliseconds > SLOW_MILLISECONDS {
            return Ok(());
        }
        self.milliseconds = f64::INFINITY;
        let mut state = Default::default();
        for number in 0..=TIMED_RUNS {
            ask(go_on)?;
            let (span, window) = (trial.span(number), trial.window(number));
            let start = Instant::now();
            self.network
                .run_next(&mut state, span, &window, probabilities)
                .map_err(reason)?;
            if number > 0 {
                self.milliseconds = self.milliseconds.min(milliseconds_since(start));
            }
        }
        Ok(())
    }

    fn timing(&self) -> String {
        let name = self.network.backend().name();
        let device = self.device.as_ref();
        let on = device.map_or_else(String::new, |device| format!(", on {device}"));
        format!(
            "{name}: {:.1} ms an update{on}, {}",
            self.milliseconds, self.manner
        )
    }
}

fn milliseconds_since(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e3
}

fn reason(error: InferenceError) -> String {
    match error {
        InferenceError::Backend { reason, .. } => reason,
        other => other.to_string(),
    }
}

fn failed(reason: String) -> InferenceError {
    InferenceError::Backend {
        backend: Backend::Tract.name(),
        reason,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_with_a_slow_window_is_not_timed_again() {
        let model = Model::from_bytes(tagline_tests::tiny_model(&["tag"]), None).expect("sound");
        for (before, windows) in [(SLOW_MILLISECONDS + 1.0, 0), (1.0, TIMED_RUNS + 1)] {
            let open = || tract::open(&model).map(Work::Whole);
            let mut candidate = Candidate {
                network: Guarded::open(&model, Backend::Tract, open).expect("it opens"),
                is_whole: true,
                manner: String::new(),
                milliseconds: before,
                device: None,
            };
            let mut asked = 0;
            let mut go_on = || {
                asked += 1;
                true
            };
            let trial = Trial::new(&model.info().front_end);
            candidate
                .time(&trial, &mut [0.0], &mut go_on)
                .expect("it runs");
            assert_eq!(asked, windows);
        }
    }

    #[test]
    fn backends_that_are_about_as_fast_are_not_chosen_by_chance() {
        for (other, tract, chosen) in [
            (4.0, 8.0, true),
            (8.0, 10.0, true),
            (8.1, 10.0, false),
            (9.9, 10.0, false),
            (12.0, 10.0, false),
            (500.0, f64::INFINITY, true),
        ] {
            assert_eq!(
                is_clearly_faster(other, tract),
                chosen,
                "{other} and {tract}"
            );
        }
    }
}
