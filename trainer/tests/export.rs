//! Exported models against the networks they are made of.

use prost::Message;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::{Backend, BackendChoice, Model, ModelInfo, OutputKind, open_network};
use tagline_tests::onnx_runtime;
use tract_onnx::pb::ModelProto;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use trainer::arch::{ARCHITECTURES, Architecture, Parameters};
use trainer::cpu::{Processor, Windows};
use trainer::export::to_model;

const TAGS: usize = 4;

/// Parameters whose batch norms are not what they begin as.
fn parameters(architecture: &Architecture, bands: usize) -> Parameters {
    let mut rng = ChaCha8Rng::seed_from_u64(3);
    let mut parameters = Parameters::random(architecture, 0.05, bands, TAGS, 2);
    for block in &mut parameters.blocks {
        for map in 0..block.maps_out {
            block.gain[map] = rng.random_range(0.5..1.5) * if map % 4 == 1 { -1.0 } else { 1.0 };
            block.offset[map] = rng.random_range(-0.3..0.3);
            block.mean[map] = rng.random_range(-0.3..0.3);
            block.variance[map] = rng.random_range(0.5..2.0);
        }
    }
    parameters
}

fn info(architecture: &Architecture) -> ModelInfo {
    ModelInfo {
        name: architecture.title.into(),
        version: "1".into(),
        licence: "CC0-1.0".into(),
        provenance: "Made by a test.".into(),
        tags: (0..TAGS).map(|tag| format!("tag {tag}")).collect(),
        front_end: architecture.input.front_end(),
        output: OutputKind::Probabilities,
        groups: None,
        calibration: None,
        sha256: String::new(),
    }
}

/// Largest difference between what a backend makes of `model` and what is expected.
fn difference(model: &Model, backend: Backend, windows: &[f32], expected: &[f32]) -> f32 {
    let library: Vec<_> = onnx_runtime("export").into_iter().collect();
    let choice = BackendChoice::Only(backend);
    let (mut network, report) = open_network(model, choice, &library).unwrap();
    assert_eq!(report.running, backend, "{:?}", report.lines);
    let window = model.info().front_end.input_bands() * model.info().front_end.frames;
    let mut largest = 0f32;
    for (window, expected) in windows
        .chunks_exact(window)
        .zip(expected.chunks_exact(TAGS))
    {
        let mut found = [0.0; TAGS];
        network.run(window, &mut found).unwrap();
        for (found, expected) in found.iter().zip(expected) {
            largest = largest.max((found - expected).abs());
        }
    }
    largest
}

#[test]
fn every_architecture_gives_the_same_probabilities_as_a_model_file() {
    let runtime = onnx_runtime("every_architecture_gives_the_same_probabilities_as_a_model_file");
    for architecture in ARCHITECTURES {
        let info = info(architecture);
        let size = [info.front_end.input_bands(), info.front_end.frames];
        let parameters = parameters(architecture, size[0]);
        let model = to_model(architecture, &parameters, &info).unwrap();
        assert_eq!(model.info().tags, info.tags);
        assert_eq!(model.info().front_end, info.front_end);

        let mut rng = ChaCha8Rng::seed_from_u64(4);
        let windows = (0..2 * size[0] * size[1]).map(|_| rng.random_range(-2.0..2.0));
        let windows: Vec<f32> = windows.collect();
        let values = Windows {
            values: &windows,
            clips: 2,
            size,
        };
        let expected = Processor::new(architecture).predict(&parameters, values);
        let spread = expected
            .iter()
            .fold(0f32, |all, one| all.max((one - 0.5).abs()));
        assert!(
            spread > 0.05,
            "{}: {expected:?} says nothing",
            architecture.name
        );
        for backend in [Backend::Tract, Backend::OnnxRuntimeCpu] {
            if backend == Backend::Tract || runtime.is_some() {
                let difference = difference(&model, backend, &windows, &expected);
                println!(
                    "{}: {difference:.1e} in {}",
                    architecture.name,
                    backend.name()
                );
                assert!(difference < 1e-5, "{}: {difference}", architecture.name);
            }
        }
    }
}

#[test]
fn batch_and_time_are_free_and_the_graph_is_a_plain_chain() {
    for architecture in ARCHITECTURES {
        let info = info(architecture);
        let parameters = parameters(architecture, info.front_end.input_bands());
        let model = to_model(architecture, &parameters, &info).unwrap();
        let graph = ModelProto::decode(model.onnx()).unwrap().graph.unwrap();
        let mut last = graph.input[0].name.clone();
        for node in &graph.node {
            assert_eq!(node.input[0], last, "{}", architecture.name);
            let known = [
                "Conv",
                "Relu",
                "MaxPool",
                "Sigmoid",
                "GlobalAveragePool",
                "Flatten",
            ];
            assert!(known.contains(&node.op_type.as_str()), "{}", node.op_type);
            last.clone_from(&node.output[0]);
        }
        let shape = graph.input[0]
            .r#type
            .as_ref()
            .unwrap()
            .value
            .as_ref()
            .unwrap();
        let tract_onnx::pb::type_proto::Value::TensorType(tensor) = shape;
        let free = |axis: usize| {
            let dimension = &tensor.shape.as_ref().unwrap().dim[axis];
            matches!(dimension.value, Some(Value::DimParam(_)))
        };
        assert_eq!(
            [free(0), free(1), free(2), free(3)],
            [true, false, false, true]
        );
    }
}
