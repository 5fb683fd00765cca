//! Inputs, outputs, operators, and how they are wired.

use tagline_engine::ModelError;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::{AttributeProto, GraphProto};

use super::{assert_matches, open, refusal, tiny};

#[test]
fn more_than_one_input_or_output_is_a_named_error() {
    let error = refusal(|graph| {
        let mut second = graph.input[0].clone();
        second.name = "mask".to_owned();
        graph.input.push(second);
    });
    assert_matches!(error, ModelError::InputsOrOutputs { what: "inputs", count: 2, names } if names == "log_mel, mask");
    let error = refusal(|graph| {
        let mut second = graph.output[0].clone();
        second.name = "logits".to_owned();
        graph.output.push(second);
    });
    assert_matches!(
        error,
        ModelError::InputsOrOutputs {
            what: "outputs",
            count: 2,
            ..
        }
    );
    assert_matches!(
        refusal(|graph| graph.input.clear()),
        ModelError::Graph { .. }
    );
    assert_matches!(
        refusal(|graph| graph.output.clear()),
        ModelError::InputsOrOutputs {
            what: "outputs",
            count: 0,
            ..
        }
    );
}

#[test]
fn weights_that_are_listed_as_inputs_do_not_count_as_inputs() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    let mut weight = graph.input[0].clone();
    weight.name = "weight".to_owned();
    graph.input.insert(0, weight);
    open(&tiny).unwrap();
}

#[test]
fn an_unknown_operator_is_named() {
    let error = refusal(|graph| graph.node[3].op_type = "Entropy".to_owned());
    assert_matches!(error, ModelError::Operator { operator, .. } if operator == "Entropy");
    let error = refusal(|graph| graph.node[3].domain = "com.example".to_owned());
    assert_matches!(error, ModelError::Operator { operator, .. } if operator == "com.example::Sigmoid");
    assert_matches!(
        refusal(|graph| graph.node[3].op_type = "Loop".to_owned()),
        ModelError::Operator { .. }
    );
}

#[test]
fn a_gru_that_tract_would_compute_wrongly_is_refused_with_the_reason() {
    fn strings(name: &str, values: &[&str]) -> AttributeProto {
        AttributeProto {
            name: name.to_owned(),
            strings: values
                .iter()
                .map(|value| value.as_bytes().to_vec())
                .collect(),
            r#type: AttributeType::Strings as i32,
            ..AttributeProto::default()
        }
    }
    let gru = |attribute: AttributeProto| {
        refusal(|graph| {
            graph.node[3].op_type = "GRU".to_owned();
            graph.node[3].attribute = vec![attribute];
        })
    };
    let error = gru(strings("activations", &["HardSigmoid", "Tanh"]));
    assert_matches!(&error, ModelError::Miscomputed { operator, .. } if operator == "GRU");
    assert!(error.to_string().contains("HardSigmoid"), "{error}");
    let both_ways = ["Sigmoid", "Tanh", "Sigmoid", "Relu"];
    assert_matches!(
        gru(strings("activations", &both_ways)),
        ModelError::Miscomputed { .. }
    );
    let reverse = AttributeProto {
        name: "direction".to_owned(),
        s: b"reverse".to_vec(),
        ..AttributeProto::default()
    };
    assert_matches!(gru(reverse), ModelError::Miscomputed { .. });
    let clip = AttributeProto {
        name: "clip".to_owned(),
        f: 3.0,
        ..AttributeProto::default()
    };
    assert_matches!(gru(clip), ModelError::Miscomputed { .. });
    // With the activations that tract computes, only the missing inputs are wrong.
    assert_matches!(
        gru(strings("activations", &["Sigmoid", "Tanh"])),
        ModelError::Network { .. }
    );
}

#[test]
fn a_graph_that_is_not_wired_is_a_named_error() {
    let changes: [fn(&mut GraphProto); 6] = [
        |graph| graph.node[1].input[0] = "nowhere".to_owned(),
        |graph| graph.node[0].input[0] = "logits".to_owned(),
        |graph| graph.node.swap(0, 3),
        |graph| graph.node[3].output[0] = "logits".to_owned(),
        |graph| graph.output[0].name = "nowhere".to_owned(),
        |graph| graph.initializer[1].name = "weight".to_owned(),
    ];
    for change in changes {
        assert_matches!(refusal(change), ModelError::Graph { .. });
    }
    let mut tiny = tiny();
    tiny.model.graph = None;
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Graph { .. });
}

#[test]
fn an_unsupported_operator_set_is_a_named_error() {
    for version in [0, 6, 99, i64::MIN] {
        let mut tiny = tiny();
        tiny.model.opset_import[0].version = version;
        assert_matches!(open(&tiny).unwrap_err(), ModelError::Opset { .. });
    }
    let mut tiny = tiny();
    tiny.model.opset_import.clear();
    assert_matches!(open(&tiny).unwrap_err(), ModelError::Opset { .. });
}

#[test]
fn random_numbers_are_refused_because_a_bounce_must_repeat() {
    assert_matches!(
        refusal(|graph| graph.node[3].op_type = "RandomNormalLike".to_owned()),
        ModelError::Operator { operator, .. } if operator == "RandomNormalLike"
    );
}

#[test]
fn an_impossible_convolution_is_a_named_error() {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    };
    for attribute in [
        ints("strides", vec![0, 0]),
        ints("strides", vec![-1, -1]),
        ints("dilations", vec![0, 0]),
        ints("pads", vec![-5, -5, -5, -5]),
        ints("kernel_shape", vec![1 << 40, 7]),
        AttributeProto {
            name: "group".to_owned(),
            r#type: AttributeType::Int as i32,
            ..AttributeProto::default()
        },
    ] {
        assert_matches!(
            refusal(|graph| graph.node[0].attribute = vec![attribute]),
            ModelError::Graph { .. }
        );
    }
}
