//! Embeddings beside tags.

use prost::Message;
use tagline_engine::{Backend, BackendChoice, Model, NetworkState, open_network};
use tagline_onnx::node;
use tagline_tests::{FcnModel, TinyModel, tiny_model};
use tract_onnx::pb::ModelProto;

use super::support::{Song, fresh, largest_difference, run};

/// The model in these bytes, and its network with embeddings.
fn with_embedding(onnx: Vec<u8>) -> (Model, Box<dyn tagline_engine::Network>) {
    let model = Model::from_bytes(onnx, None).expect("a sound model");
    let model = model.with_embedding().expect("it gives some");
    let choice = BackendChoice::Only(Backend::Tract);
    let (network, report) = open_network(&model, choice, &[]).expect("tract runs it");
    assert_eq!(report.lines, ["tract: works, incremental"]);
    (model, network)
}

#[test]
fn the_last_layer_makes_the_tags_of_the_embedding() {
    let fcn = FcnModel::fcn5();
    let (model, mut network) = with_embedding(fcn.bytes());
    assert_eq!(model.embedding_values(), 24);
    let proto = ModelProto::decode(&*fcn.bytes()).expect("its own bytes");
    let tensors = &proto.graph.expect("a graph").initializer;
    let dense = tensors.iter().find(|tensor| tensor.name == "dense");
    let dense = &dense.expect("the last layer").raw_data;
    let weights: Vec<f32> = dense
        .chunks_exact(4)
        .map(|bytes| f32::from_le_bytes(bytes.try_into().expect("four")))
        .collect();
    let song = Song::for_model(&model);
    let mut state = NetworkState::default();
    let mut before = Vec::new();
    for end in (0..6).map(|update| 1376 + 48 * update) {
        let window = song.window(end);
        let tags = run(&mut *network, &mut state, song.span(end), &window, fcn.tags);
        let embedding = network.embedding().to_vec();
        let expected = weights.chunks_exact(24).map(|row| {
            let logit: f32 = row.iter().zip(&embedding).map(|(w, x)| w * x).sum();
            1.0 / (1.0 + (-logit).exp())
        });
        let difference = largest_difference(&tags, &expected.collect::<Vec<_>>());
        assert!(difference < 1e-5, "{end}: {difference:e}");
        // The window alone has the same embedding, to the bit.
        fresh(&mut *network, song.span(end), &window, fcn.tags);
        assert_eq!(network.embedding(), embedding);
        assert_ne!(embedding, before);
        before = embedding;
    }
}

#[test]
fn tags_beside_an_embedding_are_those_without_it_to_the_bit() {
    let built_in = Model::built_in().expect("a sound model");
    for onnx in [
        FcnModel::fcn5().bytes(),
        FcnModel::fcn4().bytes(),
        built_in.onnx().to_vec(),
    ] {
        let alone = Model::from_bytes(onnx.clone(), None).expect("a sound model");
        assert_eq!(alone.embedding_values(), 0);
        let choice = BackendChoice::Only(Backend::Tract);
        let (mut plain, _) = open_network(&alone, choice, &[]).expect("tract runs it");
        let (model, mut network) = with_embedding(onnx);
        let song = Song::for_model(&model);
        let tags = model.info().tags.len();
        let [mut a, mut b] = [NetworkState::default(), NetworkState::default()];
        for end in [144, 800, 1376, 1424, 1904] {
            let window = song.window(end);
            let without = run(&mut *plain, &mut a, song.span(end), &window, tags);
            let beside = run(&mut *network, &mut b, song.span(end), &window, tags);
            assert_eq!(without, beside, "{}, {end}", model.info().name);
            assert!(plain.embedding().is_empty());
        }
    }
}

#[test]
fn a_layer_that_takes_channels_last_gives_the_mean_over_its_positions() {
    let mut tiny = TinyModel::new(&["low", "high"], 141);
    let graph = tiny.model.graph.as_mut().expect("a graph");
    // `[1, 2, 1, frames]` → `[frames, 2]` → one more layer → its mean.
    let end = graph.node.split_off(1);
    assert_eq!(end[0].op_type, "GlobalAveragePool");
    let order = vec![tagline_onnx::integers("perm", &[0, 2, 3, 1])];
    graph
        .node
        .push(node("Transpose", &["level"], "last", order));
    graph
        .node
        .push(node("MatMul", &["last", "mix"], "mixed", vec![]));
    let order = vec![tagline_onnx::integers("perm", &[0, 3, 1, 2])];
    graph
        .node
        .push(node("Transpose", &["mixed"], "first", order));
    graph.node.extend(end);
    graph.node[4].input[0] = "first".to_owned();
    let mix = tagline_onnx::tensor("mix", &[2, 2], &[1.0, 0.0, 0.0, 1.0]);
    graph.initializer.push(mix);
    let model = Model::from_bytes(tiny.bytes(), None).expect("a sound model");
    let model = model.with_embedding().expect("it gives one");
    assert_eq!(model.embedding_values(), 2);
    let choice = BackendChoice::Only(Backend::Tract);
    let (mut network, _) = open_network(&model, choice, &[]).expect("tract runs it");
    let mut window = vec![-60.0; 96 * 141];
    window[..48 * 141].fill(-30.0);
    let mut tags = [0.0; 2];
    network.run(&window, &mut tags).expect("it runs");
    // A tenth of each half's mean level, and 5.
    let difference = largest_difference(network.embedding(), &[2.0, -1.0]);
    assert!(difference < 1e-4, "{:?}", network.embedding());
}

#[test]
fn a_network_that_cuts_the_window_into_patches_gives_the_mean_over_them() {
    let mut tiny = TinyModel::new(&["low", "high"], 141);
    let graph = tiny.model.graph.as_mut().expect("a graph");
    // `[1, 1, 96, 3 · 47]` → `[3, 1, 96, 47]`, as musicnn's networks do; one more layer; the mean over the
    // patches.
    let end = graph.node.split_off(1);
    graph.node[0].input[0] = "patches".to_owned();
    let order = vec![tagline_onnx::integers("perm", &[1, 0, 2])];
    let mean = vec![
        tagline_onnx::integers("axes", &[0]),
        tagline_onnx::integer("keepdims", 1),
    ];
    let cut = [
        node("Reshape", &["log_mel", "bands_first"], "by_band", vec![]),
        node("Transpose", &["by_band"], "by_patch", order),
        node("Reshape", &["by_patch", "channel_first"], "patches", vec![]),
    ];
    graph.node.splice(0..0, cut);
    graph
        .node
        .push(node("Conv", &["level", "mix"], "mixed", vec![]));
    graph.node.extend(end);
    graph.node[5].input[0] = "mixed".to_owned();
    assert_eq!(graph.node[6].op_type, "Flatten");
    graph.node[6].input[0] = "of_all".to_owned();
    graph
        .node
        .insert(6, node("ReduceMean", &["mean_level"], "of_all", mean));
    graph.initializer.extend([
        tagline_onnx::integer_tensor("bands_first", &[96, 3, 47]),
        tagline_onnx::integer_tensor("channel_first", &[3, 1, 96, 47]),
        tagline_onnx::tensor("mix", &[2, 2, 1, 1], &[1.0, 0.0, 0.0, 1.0]),
    ]);
    let model = Model::from_bytes(tiny.bytes(), None).expect("a sound model");
    let model = model.with_embedding().expect("it gives one");
    assert_eq!(model.embedding_values(), 2);
    let choice = BackendChoice::Only(Backend::Tract);
    let (mut network, _) = open_network(&model, choice, &[]).expect("tract runs it");
    // The low bands are louder in the second patch.
    let value = |at: usize| match (at / 141 < 48, at % 141 / 47) {
        (true, 1) => -30.0,
        _ => -60.0,
    };
    let window: Vec<f32> = (0..96 * 141).map(value).collect();
    let mut tags = [0.0; 2];
    network.run(&window, &mut tags).expect("it runs");
    // A tenth of each half's mean level, and 5.
    let difference = largest_difference(network.embedding(), &[0.0, -1.0]);
    assert!(difference < 1e-4, "{:?}", network.embedding());
}

#[test]
fn a_network_without_a_layer_before_its_last_gives_no_embedding_and_says_why() {
    let model = Model::from_bytes(tiny_model(&["low", "high"]), None).expect("a sound model");
    let error = model.with_embedding().expect_err("it has one layer");
    let text = error.to_string();
    assert!(
        text.contains("its last layer with weights is its first"),
        "{text}"
    );
    let twice = Model::built_in().and_then(|model| model.with_embedding()?.with_embedding());
    assert_eq!(twice.expect("it is the same").embedding_values(), 256);
}
