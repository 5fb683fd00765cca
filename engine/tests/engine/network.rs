//! How a backend is chosen, and what happens if it is not there.

use std::path::PathBuf;

use tagline_engine::{Backend, BackendChoice, Model, Network, OutputKind, open_network};
use tagline_onnx::{integers, node};
use tagline_tests::{TinyModel, input_tensor, onnx_runtime, tiny_model};
use tract_onnx::pb::tensor_shape_proto::dimension::Value;

const TAGS: [&str; 4] = ["low", "lower middle", "upper middle", "high"];

fn model() -> Model {
    Model::from_bytes(tiny_model(&TAGS), None).unwrap()
}

/// A window at `level_db`, with the first quarter of the bands 30 dB above.
fn window(model: &Model, level_db: f32) -> Vec<f32> {
    let spec = &model.info().front_end;
    let level = |band| {
        if band < spec.input_bands() / 4 {
            level_db + 30.0
        } else {
            level_db
        }
    };
    let bands =
        (0..spec.input_bands()).flat_map(|band| std::iter::repeat_n(level(band), spec.frames));
    bands.collect()
}

/// The probabilities of such a window.
fn tags_at(level_db: f32, model: &Model, network: &mut dyn Network) -> [f32; 4] {
    let mut probabilities = [0.0; 4];
    network
        .run(&window(model, level_db), &mut probabilities)
        .unwrap();
    probabilities
}

/// Checks the first tag of a window at −60 dB, whose bands are at −30 dB.
fn assert_first_is_loud(probabilities: &[f32; 4]) {
    let expected = sigmoid(2.0);
    assert!(
        (probabilities[0] - expected).abs() < 1e-5,
        "{probabilities:?}"
    );
}

fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + (-x).exp())
}

#[test]
fn tract_gives_the_probabilities_of_the_formula() {
    let model = model();
    let (mut network, report) =
        open_network(&model, BackendChoice::Only(Backend::Tract), &[]).unwrap();
    assert_eq!(network.backend(), Backend::Tract);
    assert_eq!(report.running, Backend::Tract);
    let probabilities = tags_at(-60.0, &model, &mut *network);
    let expected = [sigmoid(2.0), sigmoid(-1.0), sigmoid(-1.0), sigmoid(-1.0)];
    for (given, expected) in probabilities.iter().zip(expected) {
        assert!((given - expected).abs() < 1e-5, "{given} {expected}");
    }
}

#[test]
fn logits_are_turned_into_probabilities() {
    let mut tiny = TinyModel::new(&TAGS, 20).with("tagline.output", Some("logits"));
    let graph = tiny.model.graph.as_mut().unwrap();
    graph.node.pop();
    graph.output[0].name = "logits".to_owned();
    let model = Model::from_bytes(tiny.bytes(), None).unwrap();
    assert_eq!(model.info().output, OutputKind::Logits);
    let (mut network, _) = open_network(&model, BackendChoice::Only(Backend::Tract), &[]).unwrap();
    let probabilities = tags_at(-60.0, &model, &mut *network);
    assert_first_is_loud(&probabilities);
}

#[test]
fn a_network_whose_logits_are_declared_as_probabilities_is_refused() {
    let mut tiny = TinyModel::new(&TAGS, 20);
    let graph = tiny.model.graph.as_mut().unwrap();
    graph.node.pop();
    graph.output[0].name = "logits".to_owned();
    let model = Model::from_bytes(tiny.bytes(), None).unwrap();
    let error = open_network(&model, BackendChoice::Auto, &[])
        .err()
        .unwrap();
    assert!(error.to_string().contains("logits"), "{error}");
}

#[test]
fn a_window_without_a_channel_is_accepted() {
    let mut tiny = TinyModel::new(&TAGS, 20);
    tiny.model.opset_import[0].version = 11;
    let graph = tiny.model.graph.as_mut().unwrap();
    let shape = input_tensor(graph).shape.as_mut().unwrap();
    shape.dim.remove(1);
    assert_eq!(shape.dim[1].value, Some(Value::DimValue(96)));
    graph.node[0].input[0] = "with_channel".to_owned();
    graph.node.insert(
        0,
        node(
            "Unsqueeze",
            &["log_mel"],
            "with_channel",
            vec![integers("axes", &[1])],
        ),
    );
    let model = Model::from_bytes(tiny.bytes(), None).unwrap();
    let dirs: Vec<PathBuf> = onnx_runtime("part of a_window_without_a_channel_is_accepted")
        .into_iter()
        .collect();
    let (mut network, _) = open_network(&model, BackendChoice::Auto, &dirs).unwrap();
    let probabilities = tags_at(-60.0, &model, &mut *network);
    assert_first_is_loud(&probabilities);
}

#[test]
fn auto_reports_for_every_backend_how_fast_it_is_or_why_it_does_not_run() {
    let dirs: Vec<PathBuf> = onnx_runtime("part of auto_reports_for_every_backend")
        .into_iter()
        .collect();
    let (network, report) = open_network(&model(), BackendChoice::Auto, &dirs).unwrap();
    assert_eq!(report.running, network.backend());
    assert_eq!(report.lines.len(), 4, "{report:?}");
    for name in ["tract: ", "DirectML: ", "CUDA: ", "ONNX Runtime CPU: "] {
        let line = report.lines.iter().find(|line| line.starts_with(name));
        assert!(
            line.is_some_and(|line| line.len() > name.len() + 5),
            "{name} {report:?}"
        );
    }
    let running = report.running.name();
    let line = report
        .lines
        .iter()
        .find(|line| line.starts_with(running))
        .unwrap();
    assert!(line.ends_with(" ms an update, incremental"), "{line}");
}

#[test]
fn a_backend_that_does_not_work_is_replaced_by_tract_with_the_reason() {
    let choice = BackendChoice::Only(Backend::DirectMl);
    if cfg!(target_os = "windows") {
        return;
    }
    let (network, report) = open_network(&model(), choice, &[]).unwrap();
    assert_eq!(network.backend(), Backend::Tract);
    assert_eq!(report.running, Backend::Tract);
    assert!(
        report
            .lines
            .contains(&"DirectML: it exists on Windows only".to_owned()),
        "{report:?}"
    );
}

#[test]
fn onnx_runtime_runs_when_asked_for_and_agrees_with_tract() {
    let Some(dir) = onnx_runtime("onnx_runtime_runs_when_asked_for_and_agrees_with_tract") else {
        return;
    };
    let model = model();
    let choice = BackendChoice::Only(Backend::OnnxRuntimeCpu);
    let (mut network, report) = open_network(&model, choice, &[dir]).unwrap();
    assert_eq!(network.backend(), Backend::OnnxRuntimeCpu, "{report:?}");
    let probabilities = tags_at(-60.0, &model, &mut *network);
    assert_first_is_loud(&probabilities);
}

#[test]
fn without_a_gpu_cuda_is_never_reported_as_running() {
    let Some(dir) = onnx_runtime("without_a_gpu_cuda_is_never_reported_as_running") else {
        return;
    };
    let choice = BackendChoice::Only(Backend::Cuda);
    let (network, report) = open_network(&model(), choice, &[dir]).unwrap();
    let line = report
        .lines
        .iter()
        .find(|line| line.starts_with("CUDA: "))
        .unwrap();
    if network.backend() == Backend::Cuda {
        assert!(line.contains(" ms an update, whole windows: "), "{line}");
    } else {
        assert_eq!(network.backend(), Backend::Tract);
        assert!(!line.contains(" ms an update"), "{line}");
    }
}

#[test]
fn sound_moves_the_tags() {
    let model = model();
    let (mut network, _) = open_network(&model, BackendChoice::Only(Backend::Tract), &[]).unwrap();
    let quiet = tags_at(-90.0, &model, &mut *network);
    let loud = tags_at(-40.0, &model, &mut *network);
    for (quiet, loud) in quiet.iter().zip(loud) {
        assert!(quiet + 0.5 < loud, "{quiet} {loud}");
    }
}
