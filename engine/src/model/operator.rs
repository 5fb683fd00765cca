//! Checks that every backend computes a node alike, in bounded time and memory.

use std::collections::HashSet;
use std::sync::LazyLock;

use tract_onnx::pb::{AttributeProto, NodeProto};

use super::error::ModelError;
use super::limits::{MAX_ATTRIBUTE_TEXT_BYTES, MAX_GEOMETRY};
use super::tensor;

/// Names of the operators that tract knows.
static KNOWN: LazyLock<HashSet<String>> =
    LazyLock::new(|| tract_onnx::onnx().op_register.0.into_keys().collect());

/// How messages call `node`.
pub(super) fn label(node: &NodeProto) -> &str {
    match node.output.first() {
        _ if !node.name.is_empty() => &node.name,
        Some(output) => output,
        None => &node.op_type,
    }
}

/// Checks `node` by itself.
pub(super) fn check(node: &NodeProto) -> Result<(), ModelError> {
    check_supported(node)?;
    for attribute in &node.attribute {
        check_attribute(attribute, node)?;
    }
    check_recurrent(node)
}

fn check_supported(node: &NodeProto) -> Result<(), ModelError> {
    // Graphs within graphs would need every check again, and loops may run for ever. Random numbers
    // would make two bounces differ. The others make tensors of any size out of a number.
    let refused = matches!(
        node.op_type.as_str(),
        "If" | "Loop" | "Scan" | "SequenceMap" | "Optional"
    ) || node.op_type.starts_with("Random")
        || matches!(node.op_type.as_str(), "Bernoulli" | "Multinomial")
        || matches!(
            node.op_type.as_str(),
            "Range" | "OneHot" | "EyeLike" | "Resize" | "Upsample" | "MelWeightMatrix"
        )
        || node.op_type.ends_with("Window");
    let own_domain = matches!(node.domain.as_str(), "" | "ai.onnx");
    let known = KNOWN.contains(&node.op_type);
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

/// Refuses geometry without meaning: a stride of 0 divides by zero in some backends.
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

/// Refuses recurrent layers with attributes that tract silently ignores: it computes ONNX's default
/// activations, forwards or in both directions.
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
