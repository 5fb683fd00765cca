//! A broken library of ONNX Runtime. A process loads one library once, so this test has its own process.

use std::path::PathBuf;

use tagline_engine::{Backend, BackendChoice, Model, open_network};
use tagline_tests::{onnx_runtime, skipped, tiny_model};

/// Name of the library's file on this system.
fn file_name() -> &'static str {
    if cfg!(target_os = "windows") {
        "onnxruntime.dll"
    } else if cfg!(target_os = "macos") {
        "libonnxruntime.dylib"
    } else {
        "libonnxruntime.so"
    }
}

#[test]
fn a_broken_library_is_passed_over_and_the_next_one_is_taken() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join(file_name()), b"not a library").unwrap();
    let broken = folder.path().to_owned();
    let model = Model::from_bytes(tiny_model(&["a", "b"]), None).unwrap();
    let open = |dirs: &[PathBuf]| {
        open_network(&model, BackendChoice::Only(Backend::OnnxRuntimeCpu), dirs).unwrap()
    };

    let (network, report) = open(std::slice::from_ref(&broken));
    if network.backend() == Backend::OnnxRuntimeCpu {
        skipped("the rest", "this system has an ONNX Runtime of its own");
        return;
    }
    assert_eq!(network.backend(), Backend::Tract);
    let line = report
        .lines
        .iter()
        .find(|line| line.starts_with("ONNX Runtime CPU: "))
        .unwrap();
    assert!(line.contains(&broken.display().to_string()), "{line}");
    assert!(!line.contains('\n'), "{line}");

    let Some(working) = onnx_runtime("a_broken_library_is_passed_over") else {
        return;
    };
    let (network, report) = open(&[broken, working]);
    assert_eq!(network.backend(), Backend::OnnxRuntimeCpu, "{report:?}");
}
