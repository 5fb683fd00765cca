//! Which backend runs: the fastest that truly works, or the one that is asked for.

use std::path::PathBuf;
use std::time::Instant;

use super::guarded::Guarded;
use super::{Backend, BackendChoice, BackendReport, InferenceError, Network, onnxruntime, tract};
use crate::Model;

/// How far a backend's probabilities for the test window may lie from tract's.
const TOLERANCE: f32 = 1e-3;
/// The same for a quantized network, some of whose values fall on the other side of a step: up to
/// 0.005 was seen.
const QUANTIZED_TOLERANCE: f32 = 0.02;
/// Windows timed after the first, which warms up; the fastest counts.
const TIMED_RUNS: usize = 2;

/// A backend that works, and its time for a window.
struct Candidate {
    network: Guarded,
    milliseconds: f64,
}

/// See [`super::open_network`].
pub(super) fn open(
    model: &Model,
    choice: BackendChoice,
    library_dirs: &[PathBuf],
) -> Result<(Box<dyn Network>, BackendReport), InferenceError> {
    let others: &[Backend] = match choice {
        BackendChoice::Auto => &[Backend::DirectMl, Backend::Cuda, Backend::OnnxRuntimeCpu],
        BackendChoice::Only(Backend::Tract) => &[],
        BackendChoice::Only(Backend::OnnxRuntimeCpu) => &[Backend::OnnxRuntimeCpu],
        BackendChoice::Only(Backend::Cuda) => &[Backend::Cuda],
        BackendChoice::Only(Backend::DirectMl) => &[Backend::DirectMl],
    };
    let window = test_window(model);
    let mut tract = Guarded::open(model, Backend::Tract, || tract::open(model)).map_err(failed)?;
    let mut expected = vec![0.0; model.info().tags.len()];
    tract.run(&window, &mut expected)?;
    // Where nothing is compared, tract need not be timed: another may have failed just now, and a
    // window be waiting.
    let (line, milliseconds) = if choice == BackendChoice::Auto {
        let milliseconds = time(&mut tract, &window, &mut expected.clone())?;
        (timing(Backend::Tract, milliseconds), milliseconds)
    } else {
        ("tract: works".to_owned(), f64::INFINITY)
    };
    let mut lines = vec![line];
    let mut best = Candidate {
        network: tract,
        milliseconds,
    };
    for &backend in others {
        match candidate(model, backend, library_dirs, &window, &expected) {
            Ok(candidate) => {
                lines.push(timing(backend, candidate.milliseconds));
                if candidate.milliseconds < best.milliseconds {
                    best = candidate;
                }
            }
            Err(reason) => lines.push(format!("{}: {reason}", backend.name())),
        }
    }
    let running = best.network.backend();
    tracing::info!(
        "{} runs {}: {}",
        running.name(),
        model.info().name,
        lines.join("; ")
    );
    Ok((Box::new(best.network), BackendReport { running, lines }))
}

/// Opens `backend`, holds it against what tract `expected`, and times it.
fn candidate(
    model: &Model,
    backend: Backend,
    library_dirs: &[PathBuf],
    window: &[f32],
    expected: &[f32],
) -> Result<Candidate, String> {
    let mut network = Guarded::open(model, backend, || {
        onnxruntime::open(model, backend, library_dirs)
    })?;
    let mut probabilities = vec![0.0; expected.len()];
    let reason = |error: InferenceError| match error {
        InferenceError::Backend { reason, .. } => reason,
        other => other.to_string(),
    };
    network.run(window, &mut probabilities).map_err(reason)?;
    let differences = probabilities
        .iter()
        .zip(expected)
        .map(|(a, b)| (a - b).abs());
    let worst = differences.fold(0.0, f32::max);
    let tolerance = if model.is_quantized() {
        QUANTIZED_TOLERANCE
    } else {
        TOLERANCE
    };
    if worst > tolerance {
        return Err(format!("its tags differ from tract's by up to {worst:.4}"));
    }
    let milliseconds = time(&mut network, window, &mut probabilities).map_err(reason)?;
    Ok(Candidate {
        network,
        milliseconds,
    })
}

/// Milliseconds of the fastest of some windows; `network` has run one before.
fn time(
    network: &mut Guarded,
    window: &[f32],
    probabilities: &mut [f32],
) -> Result<f64, InferenceError> {
    let mut best = f64::INFINITY;
    for _ in 0..TIMED_RUNS {
        let start = Instant::now();
        network.run(window, probabilities)?;
        best = best.min(start.elapsed().as_secs_f64() * 1e3);
    }
    Ok(best)
}

fn timing(backend: Backend, milliseconds: f64) -> String {
    format!("{}: {milliseconds:.1} ms a window", backend.name())
}

fn failed(reason: String) -> InferenceError {
    InferenceError::Backend {
        backend: Backend::Tract.name(),
        reason,
    }
}

/// A window such as music gives, the same every time, through the front-end's affine map: levels
/// of −60 ± 20 dB that fall towards the high bands, or MFCC of such size.
fn test_window(model: &Model) -> Vec<f32> {
    let spec = &model.info().front_end;
    let mut state = 1u32;
    let mut window = Vec::with_capacity(spec.input_bands() * spec.frames);
    for band in 0..spec.input_bands() {
        let (middle, spread) = spec.typical(band);
        for _ in 0..spec.frames {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            let random = (state >> 8) as f32 / (1u32 << 24) as f32;
            window.push((middle + 2.0 * spread * (random - 0.5)) * spec.scale + spec.offset);
        }
    }
    window
}
