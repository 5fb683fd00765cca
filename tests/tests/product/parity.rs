//! Every backend gives the probabilities that the networks' authors' software computed: one
//! suite, and a thin runner for each backend.

mod cases;
mod compact_input;
mod embedding;
mod incremental;
mod squared_power;

use std::path::{Path, PathBuf};

use cases::Case;
use tagline_engine::{Backend, BackendChoice, Network, open_network};
use tagline_tests::{onnx_runtime, reference, skipped};

#[test]
fn tract_gives_the_published_probabilities() {
    suite(Backend::Tract);
}

#[test]
fn onnx_runtime_on_the_cpu_gives_the_published_probabilities() {
    suite(Backend::OnnxRuntimeCpu);
}

#[test]
fn cuda_gives_the_published_probabilities() {
    suite(Backend::Cuda);
}

#[test]
fn directml_gives_the_published_probabilities() {
    suite(Backend::DirectMl);
}

/// Runs every case on `backend`.
fn suite(backend: Backend) {
    let test = format!("parity of {}", backend.name());
    let Some(reference) = reference(&test) else {
        return;
    };
    let Some(dirs) = library_dirs(backend, &test) else {
        return;
    };
    let mut failures = Vec::new();
    for case in cases::all(&reference) {
        let Some(mut network) = open(&case, backend, &dirs, &test) else {
            return;
        };
        let worst = largest_difference(&case, &mut *network);
        println!(
            "{}: {} within {worst:.1e} of {:.0e}",
            backend.name(),
            case.name,
            case.tolerance
        );
        if worst > case.tolerance {
            failures.push(format!("{}: {worst:e}", case.name));
        }
    }
    assert!(failures.is_empty(), "{}: {failures:?}", backend.name());
}

/// Where to look for the library of `backend`. Without it, prints that the test was skipped and returns
/// `None`.
fn library_dirs(backend: Backend, test: &str) -> Option<Vec<PathBuf>> {
    match backend {
        Backend::Tract => Some(Vec::new()),
        _ => Some(vec![onnx_runtime(test)?]),
    }
}

/// `case`'s network on `backend`. Only a GPU may be missing.
fn open(case: &Case, backend: Backend, dirs: &[PathBuf], test: &str) -> Option<Box<dyn Network>> {
    let choice = BackendChoice::Only(backend);
    let (network, report) = open_network(&case.model, choice, dirs).unwrap();
    if report.running == backend {
        return Some(network);
    }
    let on_gpu = matches!(backend, Backend::Cuda | Backend::DirectMl);
    assert!(on_gpu, "{}: {:?}", case.name, report.lines);
    skipped(test, report.lines.join("; "));
    None
}

/// Largest difference over all windows and tags; infinite if one is not a number.
fn largest_difference(case: &Case, network: &mut dyn Network) -> f32 {
    assert!(!case.windows.is_empty(), "{}", case.name);
    let mut worst = 0.0f32;
    for window in &case.windows {
        let mut found = vec![0.0; window.expected.len()];
        network.run(&window.values, &mut found).unwrap();
        for (found, expected) in found.iter().zip(&window.expected) {
            let difference = (found - expected).abs();
            worst = worst.max(if difference.is_nan() {
                f32::INFINITY
            } else {
                difference
            });
        }
    }
    worst
}

/// Its published probabilities belong to clips that are not at hand, and instance normalisation makes
/// them sensitive to the least shift of a clip.
#[test]
fn tract_and_onnx_runtime_agree_on_a_network_that_normalises_each_clip() {
    let test = "tract_and_onnx_runtime_agree_on_a_network_that_normalises_each_clip";
    let (Some(reference), Some(library)) = (reference(test), onnx_runtime(test)) else {
        return;
    };
    let mut case = cases::compact(&reference, "batch1");
    let mut network = open(&case, Backend::Tract, &[], test).unwrap();
    for window in &mut case.windows {
        network.run(&window.values, &mut window.expected).unwrap();
    }
    let mut network = open(&case, Backend::OnnxRuntimeCpu, &[library], test).unwrap();
    let worst = largest_difference(&case, &mut *network);
    println!("compact_cnn_batch1: backends within {worst:.1e} of each other");
    assert!(worst <= 2e-5, "{worst:e}");
}

/// The files are third-party ones: without a sidecar they are refused.
#[test]
fn a_third_party_file_needs_its_sidecar() {
    use tagline_engine::{Model, ModelError};
    let Some(reference) = reference("a_third_party_file_needs_its_sidecar") else {
        return;
    };
    let path: &Path = &reference.join("choi2016/models/music_tagger_crnn.onnx");
    let bytes = std::fs::read(path).unwrap();
    let error = Model::from_bytes(bytes, None).unwrap_err();
    assert!(matches!(error, ModelError::MissingMetadata), "{error:?}");
}
