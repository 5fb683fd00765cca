//! Time of an update on each backend that runs here. An update that computes only what is new in a
//! window is compared with one that computes the whole window.
//!
//! The networks are the files in `TAGLINE_BENCH_MODELS` (separated like `PATH`), or else those in
//! `target/models`, and the released networks of the reference data with made-up tags.

use std::path::{Path, PathBuf};
use std::time::Instant;

use criterion::{Criterion, criterion_group, criterion_main};
use prost::Message;
use tagline_engine::{
    Backend, BackendChoice, Model, Network, NetworkState, Span, open_network, write_metadata,
};
use tagline_tests::{FcnModel, onnx_runtime, reference, tiny_model};
use tract_onnx::pb::ModelProto;

/// Frames between updates, about a second.
const STEP_FRAMES: u64 = 48;
/// Windows that take turns, so that every update has something new.
const WINDOWS: u64 = 8;
/// Pairs of updates behind a ratio.
const PAIRS: usize = 15;

fn backends(criterion: &mut Criterion) {
    let dirs: Vec<PathBuf> = onnx_runtime("ONNX Runtime").into_iter().collect();
    for (name, model) in models() {
        let mut group = criterion.benchmark_group(&name);
        group.sample_size(10);
        for backend in Backend::ALL {
            let Some((mut update, incremental)) = Updates::open(&model, backend, &dirs) else {
                continue;
            };
            group.bench_function(format!("{}, an update", backend.name()), |bencher| {
                bencher.iter(|| update.next());
            });
            let whole = incremental.then(|| Updates::open(&tied(&model)?, backend, &dirs));
            if let Some(Some((mut whole, _))) = whole {
                group.bench_function(format!("{}, a whole window", backend.name()), |bencher| {
                    bencher.iter(|| whole.next());
                });
                let ratio = ratio(&mut update, &mut whole);
                println!(
                    "{name} on {}: whole windows take {ratio:.1} times as long",
                    backend.name()
                );
            }
        }
        group.finish();
    }
}

/// A network that computes one window of a stream after the other.
struct Updates {
    network: Box<dyn Network>,
    state: NetworkState,
    windows: Vec<Vec<f32>>,
    probabilities: Vec<f32>,
    frames: u64,
    first_end: u64,
    number: u64,
}

impl Updates {
    /// Opens `model` on `backend`, and says whether it is computed incrementally.
    fn open(model: &Model, backend: Backend, dirs: &[PathBuf]) -> Option<(Self, bool)> {
        let choice = BackendChoice::Only(backend);
        let (network, report) = match open_network(model, choice, dirs) {
            Ok(opened) => opened,
            Err(error) => {
                eprintln!("{error}");
                return None;
            }
        };
        if report.running != backend {
            eprintln!("{}", report.lines.join("; "));
            return None;
        }
        let spec = &model.info().front_end;
        let values = spec.input_bands() * spec.frames;
        // Their content matters little for the time, but silence may be quicker than sound.
        let window = |number: u64| {
            let noise = |i: usize| (i as u64 + number).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
            let db = |i| noise(i) as f32 / (1u32 << 24) as f32 * 40.0 - 60.0;
            (0..values)
                .map(|i| db(i) * spec.scale + spec.offset)
                .collect()
        };
        let updates = Self {
            network,
            state: NetworkState::default(),
            windows: (0..WINDOWS).map(window).collect(),
            probabilities: vec![0.0; model.info().tags.len()],
            frames: spec.frames as u64,
            first_end: (spec.frames as u64).next_multiple_of(16),
            number: 0,
        };
        let incremental = report
            .lines
            .iter()
            .any(|line| line.ends_with("incremental"));
        Some((updates, incremental))
    }

    fn next(&mut self) {
        let end = self.first_end + STEP_FRAMES * self.number;
        let span = Span::ending(end, self.frames);
        let window = &self.windows[(self.number % WINDOWS) as usize];
        self.number += 1;
        self.network
            .run_next(&mut self.state, span, window, &mut self.probabilities)
            .expect("the network runs");
    }
}

/// How many times as long a whole window takes as an update. This is the median of pairs, so that
/// other work on the machine affects both alike.
fn ratio(update: &mut Updates, whole: &mut Updates) -> f64 {
    let time = |updates: &mut Updates| {
        let start = Instant::now();
        updates.next();
        start.elapsed().as_secs_f64()
    };
    let mut ratios: Vec<f64> = (0..PAIRS).map(|_| time(whole) / time(update)).collect();
    ratios.sort_by(f64::total_cmp);
    ratios[PAIRS / 2]
}

/// The model with a `top_db`, which ties it to whole windows and changes nothing else here.
fn tied(model: &Model) -> Option<Model> {
    let mut info = (**model.info()).clone();
    info.front_end.top_db = Some(200.0);
    let mut proto = ModelProto::decode(model.onnx()).ok()?;
    write_metadata(&mut proto, &info);
    Model::from_bytes(proto.encode_to_vec(), None).ok()
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
    for (name, network) in [
        ("fcn5, few maps", FcnModel::fcn5()),
        ("fcn4, few maps", FcnModel::fcn4()),
    ] {
        if let Ok(model) = Model::from_bytes(network.bytes(), None) {
            models.push((name.to_owned(), model));
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

/// A sidecar with this many made-up tags and the front-end of the released networks.
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
