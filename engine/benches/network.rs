//! Time for a window, for each backend that runs here.
//!
//! Networks: the files in `TAGLINE_BENCH_MODELS` (separated like `PATH`), or else what lies in
//! `target/models`, and the released networks of the reference data, with made-up tags.

use std::path::{Path, PathBuf};

use criterion::{Criterion, criterion_group, criterion_main};
use tagline_engine::{Backend, BackendChoice, Model, open_network};
use tagline_tests::{onnx_runtime, reference, tiny_model};

fn backends(criterion: &mut Criterion) {
    let dirs: Vec<PathBuf> = onnx_runtime("ONNX Runtime").into_iter().collect();
    for (name, model) in models() {
        let mut group = criterion.benchmark_group(name);
        group.sample_size(10);
        let spec = &model.info().front_end;
        let window = vec![-40.0 * spec.scale + spec.offset; spec.input_bands() * spec.frames];
        let mut probabilities = vec![0.0; model.info().tags.len()];
        for backend in [
            Backend::Tract,
            Backend::OnnxRuntimeCpu,
            Backend::Cuda,
            Backend::DirectMl,
        ] {
            let opened = open_network(&model, BackendChoice::Only(backend), &dirs);
            match opened {
                Ok((mut network, report)) if report.running == backend => {
                    group.bench_function(backend.name(), |bencher| {
                        bencher.iter(|| network.run(&window, &mut probabilities));
                    });
                }
                Ok((_, report)) => eprintln!("{}", report.lines.join("; ")),
                Err(error) => eprintln!("{error}"),
            }
        }
        group.finish();
    }
}

/// Names and models.
fn models() -> Vec<(String, Model)> {
    let files: Vec<PathBuf> = match std::env::var_os("TAGLINE_BENCH_MODELS") {
        Some(paths) => std::env::split_paths(&paths).collect(),
        None => onnx_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/models")),
    };
    let mut models = Vec::new();
    for file in files {
        match Model::open(&file) {
            Ok(model) => models.push((stem(&file), model)),
            Err(error) => eprintln!("{error}"),
        }
    }
    if let Some(reference) = reference("the released networks") {
        for network in ["music_tagger_cnn", "music_tagger_crnn"] {
            let path = reference.join(format!("choi2016/models/{network}.onnx"));
            let onnx = std::fs::read(path).unwrap_or_default();
            match Model::from_bytes(onnx, Some(&sidecar(50))) {
                Ok(model) => models.push((network.to_owned(), model)),
                Err(error) => eprintln!("{network}: {error}"),
            }
        }
    }
    if let Ok(tiny) = Model::from_bytes(tiny_model(&["a", "b"]), None) {
        models.push(("tiny".to_owned(), tiny));
    }
    models
}

fn onnx_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.path()).collect();
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "onnx")
    });
    files.sort();
    files
}

fn stem(file: &Path) -> String {
    file.file_stem()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

/// A sidecar with so many made-up tags and the front-end of the released networks.
fn sidecar(tags: usize) -> String {
    let tags: Vec<String> = (0..tags).map(|tag| format!("tag {tag}")).collect();
    let front_end = tagline_engine::FrontEndSpec {
        exponent: 2.0,
        top_db: Some(80.0),
        scale: 1.0 / 16.0,
        offset: 1.5,
        ..tagline_engine::FrontEndSpec::choi2016()
    };
    serde_json::json!({
        "format": "1", "name": "Bench", "version": "1", "licence": "MIT", "provenance": "A bench.",
        "tags": tags, "front_end": front_end, "output": "probabilities",
    })
    .to_string()
}

criterion_group!(benches, backends);
criterion_main!(benches);
