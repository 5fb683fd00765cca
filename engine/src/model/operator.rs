//! Is a node one that every backend computes alike, with bounded time and memory?

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::{ModelError, tensor};

/// Most values of a tensor inside the network for one window (256 MiB of f32).
pub(super) const MAX_INNER_VALUES: u64 = 1 << 26;
/// Longest text in an attribute, in bytes.
const MAX_ATTRIBUTE_TEXT_BYTES: usize = 4096;
/// Largest stride, dilation, kernel or padding.
const MAX_GEOMETRY: i64 = 1 << 16;
/// Operators that make a tensor as large as a number in another says, and which of their inputs
/// holds the numbers.
const SIZED_BY_INPUT: [(&str, usize); 8] = [
    ("ConstantOfShape", 0),
    ("Expand", 1),
    ("Tile", 1),
    ("Pad", 1),
    ("OneHot", 1),
    ("Range", 1),
    ("Resize", 3),
    ("Upsample", 1),
];

/// How messages call `node`.
pub(super) fn label(node: &NodeProto) -> &str {
    match node.output.first() {
        _ if !node.name.is_empty() => &node.name,
        Some(output) => output,
        None => &node.op_type,
    }
}

/// Checks `node` of `graph`.
pub(super) fn check(node: &NodeProto, graph: &GraphProto) -> Result<(), ModelError> {
    check_supported(node)?;
    for attribute in &node.attribute {
        check_attribute(attribute, node)?;
    }
    check_recurrent(node)?;
    check_size(node, graph)
}

fn check_supported(node: &NodeProto) -> Result<(), ModelError> {
    // Loops may run for ever; the three others would need the checks of this module for graphs
    // within graphs, which no tagging network has.
    let refused = matches!(
        node.op_type.as_str(),
        "Loop" | "Scan" | "If" | "SequenceMap" | "Optional"
    );
    let own_domain = matches!(node.domain.as_str(), "" | "ai.onnx");
    let known = super::analysis::is_known_operator(&node.op_type);
    if own_domain && known && !refused {
        return Ok(());
    }
    let operator = if own_domain {
        node.op_type.clone()
    } else {
        format!("{}::{}", node.domain, node.op_type)
    };
    Err(ModelError::Operator {
        operator,
        node: label(node).to_owned(),
    })
}

fn check_attribute(attribute: &AttributeProto, node: &NodeProto) -> Result<(), ModelError> {
    let nested = attribute.g.is_some()
        || !attribute.graphs.is_empty()
        || attribute.sparse_tensor.is_some()
        || !attribute.sparse_tensors.is_empty();
    let longest = attribute.strings.iter().map(Vec::len).max().unwrap_or(0);
    if nested || longest.max(attribute.s.len()) > MAX_ATTRIBUTE_TEXT_BYTES {
        return Err(ModelError::Operator {
            operator: format!("{} with `{}`", node.op_type, attribute.name),
            node: label(node).to_owned(),
        });
    }
    check_geometry(attribute, node)?;
    let name = format!("{} of {}", attribute.name, label(node));
    attribute
        .t
        .iter()
        .chain(&attribute.tensors)
        .try_for_each(|value| tensor::check(value, &name))?;
    let values = attribute.floats.iter().chain([&attribute.f]);
    match values.enumerate().find(|(_, value)| value.is_nan()) {
        Some((index, value)) => Err(ModelError::NonFinite {
            tensor: name,
            index,
            value: f64::from(*value),
        }),
        None => Ok(()),
    }
}

/// A convolution or pooling with a stride of 0 divides by zero in some backends and means nothing
/// in others.
fn check_geometry(attribute: &AttributeProto, node: &NodeProto) -> Result<(), ModelError> {
    let lowest = match attribute.name.as_str() {
        "strides" | "dilations" | "kernel_shape" => 1,
        "pads" if node.op_type != "Pad" => 0,
        "group" if attribute.i < 1 => {
            let reason = format!("node `{}` has {} groups", label(node), attribute.i);
            return Err(ModelError::Graph { reason });
        }
        _ => return Ok(()),
    };
    match attribute
        .ints
        .iter()
        .find(|&value| !(lowest..=MAX_GEOMETRY).contains(value))
    {
        Some(value) => Err(ModelError::Graph {
            reason: format!(
                "`{}` of node `{}` holds {value}",
                attribute.name,
                label(node)
            ),
        }),
        None => Ok(()),
    }
}

/// tract computes recurrent layers with ONNX's default activations, forward or in both
/// directions, and does not look at the attributes that say otherwise.
fn check_recurrent(node: &NodeProto) -> Result<(), ModelError> {
    let defaults: &[&str] = match node.op_type.as_str() {
        "GRU" => &["sigmoid", "tanh"],
        "LSTM" => &["sigmoid", "tanh", "tanh"],
        "RNN" => &["tanh"],
        _ => return Ok(()),
    };
    let refuse = |reason: String| {
        Err(ModelError::Miscomputed {
            operator: node.op_type.clone(),
            node: label(node).to_owned(),
            reason,
        })
    };
    for attribute in &node.attribute {
        let text = String::from_utf8_lossy(&attribute.s);
        match attribute.name.as_str() {
            "activations" => {
                for (i, given) in attribute.strings.iter().enumerate() {
                    let given = String::from_utf8_lossy(given);
                    if !given.eq_ignore_ascii_case(defaults[i % defaults.len()]) {
                        return refuse(format!(
                            "has the activation {given}, in whose place tract would silently \
                             compute {}; unroll the layer into plain operators",
                            defaults[i % defaults.len()]
                        ));
                    }
                }
            }
            "direction" if text == "reverse" => {
                return refuse(
                    "runs backwards only, which tract would silently run forwards; reverse its \
                     input and output instead"
                        .to_owned(),
                );
            }
            "clip" | "input_forget" | "activation_alpha" | "activation_beta" => {
                return refuse(format!(
                    "has `{}`, which tract silently ignores; unroll the layer into plain operators",
                    attribute.name
                ));
            }
            _ => {}
        }
    }
    Ok(())
}

/// An operator whose result is as large as a constant says must not exhaust the memory: what it
/// makes from constants is made when the network is loaded, before any shape is known.
fn check_size(node: &NodeProto, graph: &GraphProto) -> Result<(), ModelError> {
    let Some(&(_, index)) = SIZED_BY_INPUT
        .iter()
        .find(|(name, _)| *name == node.op_type)
    else {
        return Ok(());
    };
    let input = node.input.get(index).filter(|name| !name.is_empty());
    let mut numbers = input
        .and_then(|name| constant(graph, name))
        .unwrap_or_default();
    // Before opset 11, in attributes.
    numbers.extend(
        node.attribute
            .iter()
            .filter(|attribute| matches!(attribute.name.as_str(), "pads" | "repeats" | "shape"))
            .flat_map(|attribute| attribute.ints.iter().copied()),
    );
    let values = numbers.iter().fold(1u64, |product, number| {
        product.saturating_mul(number.unsigned_abs().max(1))
    });
    // Paddings add up rather than multiply; each of them within the bound keeps the sum so.
    let values = match node.op_type.as_str() {
        "Pad" => numbers
            .iter()
            .map(|number| number.unsigned_abs())
            .max()
            .unwrap_or(0),
        _ => values,
    };
    if values > MAX_INNER_VALUES {
        return Err(ModelError::TooMuchMemory {
            node: label(node).to_owned(),
            elements: values.to_string(),
            limit: MAX_INNER_VALUES,
        });
    }
    Ok(())
}

/// The integers of the constant called `name`, if it is one.
fn constant(graph: &GraphProto, name: &str) -> Option<Vec<i64>> {
    if let Some(tensor) = graph.initializer.iter().find(|tensor| tensor.name == name) {
        return Some(integers(tensor));
    }
    let node = graph
        .node
        .iter()
        .find(|node| node.op_type == "Constant" && node.output.iter().any(|o| o == name))?;
    let values = node.attribute.iter().flat_map(|attribute| {
        let tensor = attribute.t.iter().flat_map(integers);
        let ints = attribute.ints.iter().copied();
        tensor.chain(ints).chain([attribute.i])
    });
    Some(values.collect())
}

/// The first few of the integers in `tensor`.
fn integers(tensor: &TensorProto) -> Vec<i64> {
    const MOST: usize = 64;
    let raw: Vec<i64> = match tensor.data_type {
        6 => tensor
            .raw_data
            .as_chunks()
            .0
            .iter()
            .map(|&v| i32::from_le_bytes(v).into())
            .collect(),
        7 => tensor
            .raw_data
            .as_chunks()
            .0
            .iter()
            .map(|&v| i64::from_le_bytes(v))
            .collect(),
        _ => Vec::new(),
    };
    raw.into_iter()
        .chain(tensor.int32_data.iter().map(|&v| v.into()))
        .chain(tensor.int64_data.iter().copied())
        .take(MOST)
        .collect()
}
