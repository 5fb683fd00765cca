//! Small files that would need much memory.

use tagline_engine::ModelError;
use tagline_onnx::{integer_tensor, integers, node, zeros};
use tract_onnx::pb::NodeProto;

use super::{assert_matches, open, refusal, tiny};

#[test]
fn nodes_that_would_need_more_memory_than_any_machine_has_are_refused() {
    // A convolution's padding shows in the shapes.
    let padded = refusal(|graph| {
        graph.node[0].attribute = vec![integers("pads", &[60_000; 4])];
    });
    assert_matches!(padded, ModelError::TooMuchMemory { .. });
}

/// A node without attributes.
fn plain(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    node(operator, inputs, output, Vec::new())
}

#[test]
fn constants_that_grow_beyond_memory_are_refused_before_they_are_made() {
    let cases = [
        vec![plain("ConstantOfShape", &["huge"], "made")],
        // A computed size is not known.
        vec![
            plain("Mul", &["large", "large"], "square"),
            plain("ConstantOfShape", &["square"], "made"),
        ],
        vec![
            plain("Shape", &["log_mel"], "shape"),
            plain("ConstantOfShape", &["shape"], "made"),
        ],
        vec![plain("Expand", &["column", "large"], "made")],
        vec![plain("Tile", &["column", "large"], "made")],
        vec![plain("Pad", &["column", "large"], "made")],
        // A column times a row.
        vec![plain("Mul", &["column", "row"], "made")],
        vec![plain("MatMul", &["column", "row"], "made")],
        vec![plain("Gather", &["column", "row"], "made")],
    ];
    for nodes in cases {
        let name = nodes.last().unwrap().op_type.clone();
        let error = refusal(|graph| {
            graph.initializer.extend([
                integer_tensor("huge", &[1 << 25, 1 << 25]),
                integer_tensor("large", &[1, 1 << 20]),
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
            .push(integer_tensor("sides", &[1 << 13, 1 << 13]));
        let mut nodes = vec![plain("ConstantOfShape", &["sides"], "made0")];
        nodes.extend((0..200).map(|number| {
            let (from, to) = (format!("made{number}"), format!("made{}", number + 1));
            plain("Exp", &[&from], &to)
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
        .insert(0, plain("Add", &["weight", "nothing"], "sum"));
    open(&tiny).unwrap();
}
