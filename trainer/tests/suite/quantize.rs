//! int8 hardly moves the tags, and moves them alike in both backends.

use std::path::Path;

use prost::Message;
use tagline_engine::{
    Analyzer, Backend, BackendChoice, FrontEndSpec, Model, Network, open_network,
};
use tagline_tests::{Random, onnx_runtime, reference};
use tract_onnx::pb::{GraphProto, ModelProto};
use trainer::convert::export::quantize::{QuantizeError, quantize_int8};
use trainer::convert::import::Import;

use crate::common::weights::{fcn_import, fcn_weights, write_safetensors};

/// A network with random weights: five blocks of convolution, ReLU and pooling.
fn random() -> Model {
    let folder = tempfile::tempdir().unwrap();
    let weights = folder.path().join("weights.safetensors");
    write_safetensors(&weights, &fcn_weights(3));
    fcn_import(folder.path(), "weights.safetensors")
        .model()
        .unwrap()
}

fn proto(model: &Model) -> ModelProto {
    ModelProto::decode(model.onnx()).unwrap()
}

fn opened(proto: &ModelProto) -> Model {
    Model::from_bytes(proto.encode_to_vec(), None).unwrap()
}

fn graph(proto: &ModelProto) -> &GraphProto {
    proto.graph.as_ref().unwrap()
}

/// Windows of noise at different levels.
fn noise_windows(spec: &FrontEndSpec, count: usize) -> Vec<Vec<f32>> {
    let mut random = Random::new(1);
    let mut window = || {
        let level_db = -60.0 + 30.0 * random.share();
        let values = spec.input_bands() * spec.frames;
        (0..values)
            .map(|_| level_db + 30.0 * random.share())
            .collect()
    };
    (0..count).map(|_| window()).collect()
}

/// The windows of a clip, one every `every` seconds.
fn music_windows(file: &Path, spec: &FrontEndSpec, every: f64) -> Vec<Vec<f32>> {
    let audio = tagline_media::decode(file).unwrap();
    let (mono, mut windows) = (audio.mono(), Vec::new());
    let mut analyzer = Analyzer::new(spec, f64::from(audio.sample_rate_hz), every).unwrap();
    let mut rest = mono.as_slice();
    while let (used, Some(due)) = analyzer.push(rest) {
        rest = &rest[used..];
        let mut window = vec![0.0; spec.input_bands() * spec.frames];
        analyzer.read(&due, &mut window);
        windows.push(window);
    }
    windows
}

/// The tags of every window on `backend`, which must run; `None` if it is not installed.
fn tags(model: &Model, backend: Backend, windows: &[Vec<f32>]) -> Option<Vec<Vec<f32>>> {
    let dirs: Vec<_> = match backend {
        Backend::Tract => Vec::new(),
        _ => vec![onnx_runtime("part of quantize")?],
    };
    let (mut network, report) = open_network(model, BackendChoice::Only(backend), &dirs).unwrap();
    assert_eq!(report.running, backend, "{:?}", report.lines);
    Some(
        windows
            .iter()
            .map(|window| run(&mut *network, model, window))
            .collect(),
    )
}

fn run(network: &mut dyn Network, model: &Model, window: &[f32]) -> Vec<f32> {
    let mut probabilities = vec![0.0; model.info().tags.len()];
    network.run(window, &mut probabilities).unwrap();
    probabilities
}

/// Largest and mean difference.
fn difference(a: &[Vec<f32>], b: &[Vec<f32>]) -> (f32, f32) {
    let pairs = a.iter().flatten().zip(b.iter().flatten());
    let differences: Vec<f32> = pairs.map(|(a, b)| (a - b).abs()).collect();
    let largest = differences.iter().copied().fold(0.0, f32::max);
    (
        largest,
        differences.iter().sum::<f32>() / differences.len() as f32,
    )
}

/// Quantizes `model` and prints how far the tags of `test` move; all must stay within `largest`
/// and `mean`.
fn check(
    name: &str,
    model: &Model,
    calibration: Vec<Vec<f32>>,
    test: &[Vec<f32>],
    bounds: (f32, f32),
) {
    let quantized = opened(&quantize_int8(&proto(model), calibration).unwrap());
    assert_eq!(quantized.info().tags, model.info().tags);
    assert_eq!(quantized.info().front_end, model.info().front_end);
    let exact = tags(model, Backend::Tract, test).unwrap();
    let tract = tags(&quantized, Backend::Tract, test).unwrap();
    let (largest, mean) = difference(&tract, &exact);
    println!(
        "{name}: {} bytes of {}; tags differ by up to {largest:.4}, {mean:.5} on average",
        quantized.onnx().len(),
        model.onnx().len()
    );
    assert!(quantized.onnx().len() * 3 < model.onnx().len());
    assert!(largest < bounds.0 && mean < bounds.1, "{name}");
    assert!(largest > 0.0, "nothing was rounded");
    if let Some(onnx_runtime) = tags(&quantized, Backend::OnnxRuntimeCpu, test) {
        let (largest, mean) = difference(&onnx_runtime, &tract);
        println!("{name}: backends differ by up to {largest:.4}, {mean:.6} on average");
        assert!(largest < 0.01 && mean < 5e-4, "{name}");
    }
}

#[test]
fn the_published_networks_keep_their_tags() {
    let Some(reference) = reference("the_published_networks_keep_their_tags") else {
        return;
    };
    let clip = |name: &str| reference.join(format!("choi2016/clips/bensound-{name}.mp3"));
    let networks = [
        ("won2020/fcn_mtat.safetensors", "won2020-fcn", "mtat"),
        (
            "choi2016/models/music_tagger_cnn_weights_theano.h5",
            "choi2016-cnn",
            "msd",
        ),
    ];
    for (weights, preset, tag_set) in networks {
        let import = Import {
            weights: reference.join(weights),
            preset: preset.into(),
            tags: reference.join("won2020/tags.json").into(),
            tag_set: Some(tag_set.into()),
            ..Import::default()
        };
        let model = import.model().unwrap();
        let spec = &model.info().front_end;
        let windows = |names: [&str; 2]| -> Vec<Vec<f32>> {
            let clips = names.into_iter();
            clips
                .flat_map(|name| music_windows(&clip(name), spec, 7.0))
                .collect()
        };
        let calibration = windows(["actionable", "cute"]);
        let test = windows(["dubstep", "thejazzpiano"]);
        check(tag_set, &model, calibration, &test, (0.06, 0.004));
    }
}

#[test]
fn a_network_of_random_weights_keeps_its_tags() {
    let model = random();
    let windows = noise_windows(&model.info().front_end, 8);
    check(
        "random",
        &model,
        windows[..5].to_vec(),
        &windows[5..],
        (0.005, 0.001),
    );
}

#[test]
fn an_int8_network_computes_in_integers_in_onnx_runtime_as_its_graph_says() {
    let model = random();
    let windows = noise_windows(&model.info().front_end, 1);
    let quantized = quantize_int8(&proto(&model), windows).unwrap();
    let graph = graph(&quantized);
    let producer = |name: &str| {
        graph
            .node
            .iter()
            .find(|node| node.output[0] == name)
            .unwrap()
    };
    let convolutions: Vec<_> = graph
        .node
        .iter()
        .filter(|node| node.op_type == "Conv")
        .collect();
    let (last, others) = convolutions.split_last().unwrap();
    assert_eq!(others.len(), 5, "all but the last");
    for convolution in others {
        for input in &convolution.input {
            assert_eq!(
                producer(input).op_type,
                "DequantizeLinear",
                "{}",
                convolution.name
            );
        }
        let relu = graph
            .node
            .iter()
            .find(|node| node.input[0] == convolution.output[0])
            .unwrap();
        let quantize = graph
            .node
            .iter()
            .find(|node| node.input[0] == relu.output[0])
            .unwrap();
        assert_eq!(
            (relu.op_type.as_str(), quantize.op_type.as_str()),
            ("Relu", "QuantizeLinear")
        );
    }
    assert!(
        last.input[1..]
            .iter()
            .all(|name| graph.initializer.iter().any(|t| t.name == *name))
    );
    // No f32 copy of the weights is left behind.
    let largest = graph
        .initializer
        .iter()
        .filter(|t| t.data_type == 1)
        .map(|t| t.raw_data.len())
        .max();
    assert!(largest.unwrap() <= 64 * 3 * 4, "{largest:?}");
}

#[test]
fn a_model_that_cannot_be_quantized_is_a_named_error() {
    let model = random();
    let proto = proto(&model);
    let spec = &model.info().front_end;
    let windows = || noise_windows(spec, 1);
    let refusal =
        |model: &ModelProto, windows: Vec<Vec<f32>>| quantize_int8(model, windows).unwrap_err();
    assert!(matches!(refusal(&proto, vec![]), QuantizeError::NoWindows));
    for (wrong, word) in [(vec![0.0; 96 * 10 + 1], "values"), (vec![], "values")] {
        let error = refusal(&proto, vec![windows().remove(0), wrong]);
        assert!(
            matches!(error, QuantizeError::Window { index: 1, .. }),
            "{error}"
        );
        assert!(error.to_string().contains(word), "{error}");
    }
    let mut poisoned = windows();
    poisoned[0][7] = f32::NAN;
    assert!(matches!(
        refusal(&proto, poisoned),
        QuantizeError::Window { index: 0, .. }
    ));
    let quantized = quantize_int8(&proto, windows()).unwrap();
    assert!(matches!(
        refusal(&quantized, windows()),
        QuantizeError::Already
    ));
    let mut old = proto.clone();
    old.opset_import[0].version = 12;
    assert!(matches!(
        refusal(&old, windows()),
        QuantizeError::Opset { found: 12 }
    ));
    let tiny = tagline_tests::TinyModel::new(&["a", "b"], 20).model;
    assert!(matches!(refusal(&tiny, windows()), QuantizeError::Nothing));
    let empty = ModelProto {
        opset_import: proto.opset_import.clone(),
        ..ModelProto::default()
    };
    assert!(matches!(refusal(&empty, windows()), QuantizeError::Nothing));
}
