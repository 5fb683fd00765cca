//! Compares exported models with their networks.

use prost::Message;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use tagline_engine::{Backend, BackendChoice, Model, open_network};
use tagline_tests::onnx_runtime;
use tract_onnx::pb::ModelProto;
use tract_onnx::pb::tensor_shape_proto::dimension::Value;
use trainer::arch::{ARCHITECTURES, Architecture};
use trainer::convert::export::to_model;
use trainer::cpu::{Processor, Windows};
use trainer::data::Input;

use crate::common::clips;
use crate::common::networks::{info, parameters};
use crate::common::program::{stdout, trainer};
use crate::common::reference::Reference;

const TAGS: usize = 4;

/// Largest difference between the result of a backend for `model` and the expected one.
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

/// Asserts that the model of `architecture` gives the results of its mathematics and of the
/// processor's own passes.
fn check(architecture: &'static Architecture, width: f64, clips: usize) {
    let runtime = onnx_runtime("export");
    let name = architecture.name;
    let info = info(architecture, TAGS);
    let size = [info.front_end.input_bands(), info.front_end.frames];
    let parameters = parameters(architecture, width, size[0], TAGS);
    let model = to_model(architecture, &parameters, &info).unwrap();
    assert_eq!(model.info().tags, info.tags);
    assert_eq!(model.info().front_end, info.front_end);

    let mut rng = ChaCha8Rng::seed_from_u64(4);
    let windows = (0..clips * size[0] * size[1]).map(|_| rng.random_range(-2.0..2.0));
    let windows: Vec<f32> = windows.collect();
    let values = Windows {
        values: &windows,
        clips,
        size,
    };
    let expected = Reference::new(architecture, &parameters).predict(&windows, size);
    let ours = Processor::new(architecture).predict(&parameters, values);
    let largest = expected.iter().zip(&ours).map(|(a, b)| (a - b).abs());
    assert!(largest.fold(0.0, f32::max) < 1e-5, "{name}: {ours:?}");
    let spread = expected.iter().map(|one| (one - 0.5).abs());
    assert!(
        spread.fold(0.0, f32::max) > 0.05,
        "{name}: {expected:?} says nothing"
    );
    for backend in [Backend::Tract, Backend::OnnxRuntimeCpu] {
        if backend == Backend::Tract || runtime.is_some() {
            let difference = difference(&model, backend, &windows, &expected);
            println!("{name}: {difference:.1e} in {}", backend.name());
            assert!(difference < 1e-5, "{name}: {difference}");
        }
    }
}

#[test]
fn every_architecture_gives_its_own_probabilities_as_a_model_file() {
    for architecture in ARCHITECTURES {
        check(architecture, 0.05, 2);
    }
}

#[test]
fn a_network_of_full_width_gives_its_own_probabilities_as_a_model_file() {
    check(Architecture::named("fcn5-compact").unwrap(), 1.0, 1);
}

#[test]
fn batch_and_time_are_free_and_the_graph_is_a_plain_chain() {
    for architecture in ARCHITECTURES {
        let info = info(architecture, TAGS);
        let parameters = parameters(architecture, 0.05, info.front_end.input_bands(), TAGS);
        let model = to_model(architecture, &parameters, &info).unwrap();
        let graph = ModelProto::decode(model.onnx()).unwrap().graph.unwrap();
        let mut last = graph.input[0].name.clone();
        for node in &graph.node {
            assert_eq!(node.input[0], last, "{}", architecture.name);
            let known = [
                "Mul",
                "Add",
                "Conv",
                "Relu",
                "MaxPool",
                "AveragePool",
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

#[test]
fn an_int8_export_says_how_long_a_window_and_an_update_take_beside_f32() {
    let folder = clips::folder(&[Input::Mel], [4, 4, 4]);
    let said = |words: &str| {
        let words: Vec<&str> = words.split(' ').collect();
        stdout(&trainer(folder.path(), &words))
    };
    said("train --arch fcn5-compact --width 0.02 --epochs 1 --data data --run run");
    let out = said("export --run run --quantize int8 --data data --out int8.onnx");
    for what in ["a window: ", "an update a second: "] {
        let line = out.lines().find(|line| line.starts_with(what));
        let line = line.unwrap_or_else(|| panic!("{out}"));
        assert!(
            line.contains(" ms on ") && line.contains(" in f32 ("),
            "{line}"
        );
        let shares = [" times as long as in f32", " times faster than in f32"];
        assert!(shares.iter().any(|share| line.contains(share)), "{line}");
    }
}
