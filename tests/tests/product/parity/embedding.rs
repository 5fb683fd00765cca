//! Embeddings: the same on every backend, and the tags beside them are those without them.

use std::path::PathBuf;

use tagline_engine::{Analyzer, Backend, BackendChoice, Model, NetworkState, open_network};
use tagline_tests::{FcnModel, onnx_runtime};

/// How far apart two backends' embeddings and tags may be, beside the embedding's largest value.
const TOLERANCE: f32 = 1e-4;

/// Two windows of decaying noise, and what a network says of them: tags, then the embedding.
fn heard(model: &Model, backend: Backend, dirs: &[PathBuf]) -> Vec<(Vec<f32>, Vec<f32>)> {
    let choice = BackendChoice::Only(backend);
    let (mut network, report) = open_network(model, choice, dirs).unwrap();
    assert_eq!(report.running, backend, "{:?}", report.lines);
    let spec = &model.info().front_end;
    let mut analyzer = Analyzer::new(spec, 44_100.0, 5.0).unwrap();
    let mut random = tagline_tests::Random::new(3);
    let fade = |sample: usize| 0.5 * (-((sample % 11_025) as f32) / 4_000.0).exp();
    let sound: Vec<f32> = (0..35 * 44_100)
        .map(|sample| fade(sample) * random.sample())
        .collect();
    let mut state = NetworkState::default();
    let mut window = vec![0.0; spec.input_bands() * spec.frames];
    let (mut used, mut said) = (0, Vec::new());
    while let (count, Some(due)) = analyzer.push(&sound[used..]) {
        used += count;
        analyzer.read(&due, &mut window);
        let mut tags = vec![0.0; model.info().tags.len()];
        network
            .run_next(&mut state, (&due).into(), &window, &mut tags)
            .unwrap();
        said.push((tags, network.embedding().to_vec()));
    }
    assert!(said.len() >= 6, "{}", said.len());
    said
}

fn largest_difference(a: &[f32], b: &[f32]) -> f32 {
    assert_eq!(a.len(), b.len());
    let differences = a.iter().zip(b).map(|(a, b)| (a - b).abs());
    differences.fold(0.0, f32::max)
}

#[test]
fn onnx_runtime_gives_tracts_embeddings_and_the_tags_that_it_gives_without_them() {
    let test = "onnx_runtime_gives_tracts_embeddings_and_the_tags_that_it_gives_without_them";
    let Some(library) = onnx_runtime(test) else {
        return;
    };
    let dirs = [library];
    let fcn = Model::from_bytes(FcnModel::fcn5().bytes(), None).unwrap();
    for plain in [Model::built_in().unwrap(), fcn] {
        let model = plain.with_embedding().unwrap();
        let tract = heard(&model, Backend::Tract, &dirs);
        let onnx_runtime = heard(&model, Backend::OnnxRuntimeCpu, &dirs);
        let without = heard(&plain, Backend::OnnxRuntimeCpu, &dirs);
        for ((ours, theirs), without) in tract.iter().zip(&onnx_runtime).zip(&without) {
            let largest = ours
                .1
                .iter()
                .fold(1.0f32, |most, value| most.max(value.abs()));
            let apart = largest_difference(&ours.1, &theirs.1);
            assert!(apart <= TOLERANCE * largest, "{apart:e} of {largest}");
            let apart = largest_difference(&ours.0, &theirs.0);
            assert!(apart <= TOLERANCE, "tags: {apart:e}");
            assert_eq!(theirs.0, without.0);
            assert!(without.1.is_empty());
        }
    }
}
