//! Lets a network give its embedding beside its tags: what its last layer with weights takes in.

use std::collections::HashSet;

use tagline_onnx::{integer, integer_tensor, integers, node};
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, ValueInfoProto};

use super::operator;

/// The layers that have weights.
const LAYERS: [&str; 3] = ["Conv", "Gemm", "MatMul"];
/// The names of the values that are added begin with this.
const PREFIX: &str = "tagline.embedding";

/// Makes `[1, tags + values]` the only output of `model`: its output, then its embedding. The embedding is
/// the input of the last layer with weights, as the mean over the positions at which that layer looks, in all
/// patches if the network cuts the window up.
///
/// # Errors
/// The reason why the network has no such layer.
pub(super) fn add(model: &mut ModelProto) -> Result<(), String> {
    let graph = model.graph.as_mut().ok_or("it has no graph")?;
    let output = graph.output.first().ok_or("it has no output")?.name.clone();
    let (value, layer) = last_layer(graph, &output)?;
    let name = |part: &str| format!("{PREFIX}.{part}");
    let [row, of_each, columns, rows, shape] =
        ["row", "of_each", "columns", "rows", "columns_shape"].map(name);
    let [pooled, embedding, tags, both] = ["pooled", "values", "tags", "both"].map(name);
    let nodes = &mut graph.node;
    let mut add = |operator: &str, inputs: &[&str], output: &str, attributes| {
        nodes.push(node(operator, inputs, output, attributes));
    };
    let mut value = value;
    if layer.is_convolution {
        // `[patch, channel, position, …]` → `[patch, channel, 1, …]`
        add("GlobalAveragePool", &[&value], &of_each, Vec::new());
        value = of_each;
    }
    if let Some(channels) = layer.channels {
        // `[…, position, channel]` → `[1, channel, position]` → `[1, channel, 1]`
        add("Reshape", &[&value, &shape], &columns, Vec::new());
        let order = vec![integers("perm", &[0, 2, 1])];
        add("Transpose", &[&columns], &rows, order);
        add("GlobalAveragePool", &[&rows], &pooled, Vec::new());
        value = pooled;
        let shape = integer_tensor(&shape, &[1, -1, channels]);
        graph.initializer.push(shape);
    }
    add("Reshape", &[&value, &row], &embedding, Vec::new());
    add("Reshape", &[&output, &row], &tags, Vec::new());
    add(
        "Concat",
        &[&tags, &embedding],
        &both,
        vec![integer("axis", 1)],
    );
    graph.initializer.push(integer_tensor(&row, &[1, -1]));
    graph.output = vec![ValueInfoProto {
        name: both,
        ..ValueInfoProto::default()
    }];
    Ok(())
}

/// How the last layer with weights takes its input.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Layer {
    /// Whether positions come after the channels. Before them come the patches of a window, if the network
    /// cuts it up.
    is_convolution: bool,
    /// Its channels, if the file says how many.
    channels: Option<i64>,
}

/// The input of the last layer with weights, and what kind that is.
fn last_layer(graph: &GraphProto, output: &str) -> Result<(String, Layer), String> {
    let changing = changing(graph);
    let mut value = output;
    loop {
        let Some(node) = graph.node.iter().find(|node| gives(node, value)) else {
            return Err("no layer has weights".to_owned());
        };
        let mut inputs = node
            .input
            .iter()
            .filter(|name| changing.contains(name.as_str()));
        let (Some(input), None) = (inputs.next(), inputs.next()) else {
            let label = operator::label(node);
            return Err(format!(
                "`{label}` after its last layer brings several values together"
            ));
        };
        if LAYERS.contains(&node.op_type.as_str()) {
            if !graph.node.iter().any(|node| gives(node, input)) {
                return Err("its last layer with weights is its first".to_owned());
            }
            return Ok((input.clone(), layer(graph, node)?));
        }
        value = input;
    }
}

fn layer(graph: &GraphProto, node: &NodeProto) -> Result<Layer, String> {
    let weights = node.input.get(1).and_then(|name| {
        let mut tensors = graph.initializer.iter();
        tensors.find(|tensor| tensor.name == *name)
    });
    let dims = weights.map_or(&[][..], |weights| &weights.dims);
    let attribute = |name: &str| {
        let mut attributes = node.attribute.iter();
        attributes.find(|given| given.name == name).map(|it| it.i)
    };
    let channels = match (node.op_type.as_str(), dims) {
        ("Conv", [_, channels, ..]) => channels.checked_mul(attribute("group").unwrap_or(1)),
        ("Gemm", [rows, columns]) => match attribute("transB") {
            Some(1) => Some(*columns),
            _ => Some(*rows),
        },
        ("MatMul", [channels, _]) => Some(*channels),
        ("MatMul", _) => {
            let label = operator::label(node);
            return Err(format!(
                "the weights of `{label}`, its last layer, are no matrix in the file"
            ));
        }
        _ => None,
    };
    Ok(Layer {
        is_convolution: node.op_type == "Conv",
        channels,
    })
}

fn gives(node: &NodeProto, value: &str) -> bool {
    node.output.iter().any(|output| output == value)
}

/// The values that depend on the graph's input.
fn changing(graph: &GraphProto) -> HashSet<&str> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let inputs = graph.input.iter().map(|input| input.name.as_str());
    let mut changing: HashSet<&str> = inputs.filter(|name| !weights.contains(name)).collect();
    for node in &graph.node {
        if node
            .input
            .iter()
            .any(|name| changing.contains(name.as_str()))
        {
            changing.extend(node.output.iter().map(String::as_str));
        }
    }
    changing.remove("");
    changing
}
