//! Small files that would need much memory.

use tagline_engine::ModelError;
use tract_onnx::pb::attribute_proto::AttributeType;
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{AttributeProto, NodeProto, TensorProto};

use super::{assert_matches, open, refusal, tiny};

#[test]
fn nodes_that_would_need_more_memory_than_any_machine_has_are_refused() {
    let ints = |name: &str, ints: Vec<i64>| AttributeProto {
        name: name.to_owned(),
        ints,
        r#type: AttributeType::Ints as i32,
        ..AttributeProto::default()
    };
    // A convolution's padding shows in the shapes.
    let padded = refusal(|graph| {
        graph.node[0].attribute = vec![ints("pads", vec![60_000; 4])];
    });
    assert_matches!(padded, ModelError::TooMuchMemory { .. });
}

/// An initializer of these integers.
fn integers(name: &str, values: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: vec![values.len() as i64],
        data_type: DataType::Int64 as i32,
        int64_data: values.to_vec(),
        ..TensorProto::default()
    }
}

/// An initializer of zeros.
fn zeros(name: &str, dims: &[i64]) -> TensorProto {
    TensorProto {
        name: name.to_owned(),
        dims: dims.to_vec(),
        data_type: DataType::Float as i32,
        float_data: vec![0.0; dims.iter().product::<i64>() as usize],
        ..TensorProto::default()
    }
}

fn node(op_type: &str, input: &[&str], output: &str) -> NodeProto {
    NodeProto {
        op_type: op_type.to_owned(),
        input: input.iter().map(|&name| name.to_owned()).collect(),
        output: vec![output.to_owned()],
        ..NodeProto::default()
    }
}

#[test]
fn constants_that_grow_beyond_memory_are_refused_before_they_are_made() {
    let cases = [
        vec![node("ConstantOfShape", &["huge"], "made")],
        // A computed size is not known.
        vec![
            node("Mul", &["large", "large"], "square"),
            node("ConstantOfShape", &["square"], "made"),
        ],
        vec![
            node("Shape", &["log_mel"], "shape"),
            node("ConstantOfShape", &["shape"], "made"),
        ],
        vec![node("Expand", &["column", "large"], "made")],
        vec![node("Tile", &["column", "large"], "made")],
        vec![node("Pad", &["column", "large"], "made")],
        // A column times a row.
        vec![node("Mul", &["column", "row"], "made")],
        vec![node("MatMul", &["column", "row"], "made")],
        vec![node("Gather", &["column", "row"], "made")],
    ];
    for nodes in cases {
        let name = nodes.last().unwrap().op_type.clone();
        let error = refusal(|graph| {
            graph.initializer.extend([
                integers("huge", &[1 << 25, 1 << 25]),
                integers("large", &[1, 1 << 20]),
                zeros("column", &[10_000, 1]),
                zeros("row", &[1, 10_000]),
            ]);
            graph.node.splice(0..0, nodes);
        });
        assert!(
            matches!(error, ModelError::TooMuchMemory { .. }),
            "{name}: {error:?}"
        );
    }
}

#[test]
fn constants_that_are_computed_over_and_over_are_refused_before_they_are_made() {
    let error = refusal(|graph| {
        graph
            .initializer
            .push(integers("sides", &[1 << 13, 1 << 13]));
        let mut nodes = vec![node("ConstantOfShape", &["sides"], "made0")];
        nodes.extend((0..200).map(|number| {
            let (from, to) = (format!("made{number}"), format!("made{}", number + 1));
            node("Exp", &[&from], &to)
        }));
        graph.node.splice(0..0, nodes);
    });
    assert_matches!(error, ModelError::TooMuchMemory { limit, .. } if limit == 1 << 33);
}

#[test]
fn ordinary_arithmetic_on_weights_is_accepted() {
    let mut tiny = tiny();
    let graph = tiny.model.graph.as_mut().unwrap();
    graph.initializer.push(zeros("nothing", &[3, 1, 96, 1]));
    graph.node[0].input[1] = "sum".to_owned();
    graph
        .node
        .insert(0, node("Add", &["weight", "nothing"], "sum"));
    open(&tiny).unwrap();
}
