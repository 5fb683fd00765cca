//! Limits the values that a network computes from constants alone.
//!
//! Inference libraries compute them when they load a network, before any shape is known to be
//! affordable: the product of two small constants, a column and a row, can need more memory than
//! there is. `analysis` checks the values that depend on the window by their shapes.

use std::collections::HashMap;

use tract_onnx::pb::{AttributeProto, GraphProto, NodeProto, TensorProto};

use super::error::ModelError;
use super::limits::{MAX_COMPUTED_VALUES, MAX_INNER_VALUES};
use super::operator;

/// Most integers of a constant that are remembered. Sizes need no more.
const KEPT_INTEGERS: usize = 64;

/// What is known about a value that does not depend on the window.
#[derive(Clone, Default)]
struct Constant {
    /// The most values it may have.
    values: u64,
    /// Its shape, where that is known.
    dims: Option<Vec<u64>>,
    /// Its content, if it is a stored tensor of a few integers.
    integers: Option<Vec<i64>>,
}

/// Refuses a `graph` that may compute too large a constant. Its wiring must be sound.
pub(super) fn check(graph: &GraphProto) -> Result<(), ModelError> {
    let mut constants: HashMap<&str, Constant> = HashMap::new();
    let mut computed_values = 0u64;
    for tensor in &graph.initializer {
        constants.insert(&tensor.name, stored(tensor));
    }
    for node in &graph.node {
        let inputs = node.input.iter().filter(|name| !name.is_empty());
        let inputs: Option<Vec<&Constant>> =
            inputs.map(|name| constants.get(name.as_str())).collect();
        let result = match (node.op_type.as_str(), inputs) {
            // A shape is constant even if the value that has it is not.
            ("Shape" | "Size", _) => Constant {
                values: 8,
                ..Constant::default()
            },
            ("QuantizeLinear" | "DequantizeLinear", _) => match quantized(node, &constants)? {
                Some(constant) => constant,
                None => continue,
            },
            (_, None) => continue,
            (_, Some(inputs)) => computed(node, &inputs),
        };
        let refuse = |elements: u64, limit| {
            Err(ModelError::TooMuchMemory {
                node: operator::label(node).to_owned(),
                elements: elements.to_string(),
                limit,
            })
        };
        if result.values > MAX_INNER_VALUES {
            return refuse(result.values, MAX_INNER_VALUES);
        }
        computed_values = computed_values.saturating_add(result.values);
        if computed_values > MAX_COMPUTED_VALUES {
            return refuse(computed_values, MAX_COMPUTED_VALUES);
        }
        for output in &node.output {
            constants.insert(output, result.clone());
        }
    }
    Ok(())
}

/// What QuantizeLinear or DequantizeLinear makes of a constant. `None` if its input depends on the
/// window.
///
/// tract repeats a tensor along an axis on which it is shorter than the scale. So all values of an
/// input that depends on the window must share one scale, and a constant's scale must fit it.
fn quantized(
    node: &NodeProto,
    constants: &HashMap<&str, Constant>,
) -> Result<Option<Constant>, ModelError> {
    let refuse = |reason: &str| {
        let node = operator::label(node);
        Err(ModelError::Graph {
            reason: format!("node `{node}` {reason}"),
        })
    };
    let input = node
        .input
        .first()
        .and_then(|name| constants.get(name.as_str()));
    let axis = node.attribute.iter().find(|a| a.name == "axis");
    let axis = axis.map_or(1, |attribute| attribute.i);
    let length = input.and_then(|input| {
        let dims = input.dims.as_ref()?;
        let from_end = axis + if axis < 0 { dims.len() as i64 } else { 0 };
        dims.get(usize::try_from(from_end).ok()?).copied()
    });
    for parameter in node.input.iter().skip(1).filter(|name| !name.is_empty()) {
        match constants.get(parameter.as_str()) {
            None => return refuse("has a scale or zero point that is not a constant"),
            Some(parameter) if parameter.values == 1 || Some(parameter.values) == length => {}
            Some(_) => return refuse("has more scales or zero points than its input can have"),
        }
    }
    Ok(input.map(|input| Constant {
        integers: None,
        ..input.clone()
    }))
}

/// What `node` makes of the constants `inputs`.
fn computed(node: &NodeProto, inputs: &[&Constant]) -> Constant {
    let product = inputs
        .iter()
        .fold(1u64, |product, input| product.saturating_mul(input.values));
    let sum = inputs
        .iter()
        .fold(0u64, |sum, input| sum.saturating_add(input.values));
    let sized = |values: u64| Constant {
        values,
        ..Constant::default()
    };
    match node.op_type.as_str() {
        "Constant" => node.attribute.first().map(of_attribute).unwrap_or_default(),
        "Cast" | "Identity" | "Neg" | "Sqrt" | "Exp" | "Log" | "Abs" | "Reciprocal" | "Floor"
        | "Ceil" | "Not" | "Sigmoid" | "Tanh" | "Relu" => Constant {
            integers: None,
            ..inputs
                .first()
                .map(|&input| input.clone())
                .unwrap_or_default()
        },
        "Unsqueeze" | "Squeeze" | "Reshape" | "Flatten" | "Transpose" | "Slice" | "Split" => {
            sized(inputs.first().map_or(0, |input| input.values))
        }
        "Concat" => sized(sum),
        "Add" | "Sub" | "Mul" | "Div" | "Pow" | "Min" | "Max" | "Equal" | "Where" => {
            broadcast(inputs).unwrap_or(sized(product))
        }
        // Numbers say how large these become: in an input or, before opset 11, in an attribute.
        "ConstantOfShape" => sized(factor(node, inputs.first(), 0)),
        "Expand" | "Tile" => {
            let values = inputs.first().map_or(1, |input| input.values);
            sized(factor(node, inputs.get(1), 0).saturating_mul(values))
        }
        "Pad" => {
            let values = inputs.first().map_or(1, |input| input.values);
            sized(factor(node, inputs.get(1), 1).saturating_mul(values))
        }
        // Products of matrices, look-ups and the like give no more values than there are pairs, and
        // convolutions and pools give little more than their padding adds.
        _ => sized(product.max(sum).saturating_mul(factor(node, None, 1))),
    }
}

/// The shape and size of an operator's result, if it repeats its inputs along missing axes.
fn broadcast(inputs: &[&Constant]) -> Option<Constant> {
    let mut dims: Vec<u64> = Vec::new();
    for input in inputs {
        let other = input.dims.as_ref()?;
        let rank = dims.len().max(other.len());
        let axis = |dims: &[u64], axis: usize| match (axis + dims.len()).checked_sub(rank) {
            Some(axis) => dims[axis],
            None => 1,
        };
        dims = (0..rank)
            .map(|i| axis(&dims, i).max(axis(other, i)))
            .collect();
    }
    Some(Constant {
        values: volume(dims.iter().copied()),
        dims: Some(dims),
        integers: None,
    })
}

/// How many times larger the numbers in `input` or in attributes make a tensor. Each number counts
/// together with `added`. The factor is unbounded if the numbers are not known.
fn factor(node: &NodeProto, input: Option<&&Constant>, added: u64) -> u64 {
    let stored = match input {
        None => &[][..],
        Some(input) => match &input.integers {
            Some(integers) => integers,
            None => return u64::MAX,
        },
    };
    let named = |attribute: &&AttributeProto| {
        matches!(
            attribute.name.as_str(),
            "pads" | "repeats" | "shape" | "strides" | "output_padding" | "output_shape"
        )
    };
    let attributes = node.attribute.iter().filter(named);
    let numbers = attributes
        .flat_map(|attribute| &attribute.ints)
        .chain(stored);
    volume(numbers.map(|number| number.unsigned_abs().saturating_add(added).max(1)))
}

fn volume(lengths: impl Iterator<Item = u64>) -> u64 {
    lengths.fold(1, u64::saturating_mul)
}

fn stored(tensor: &TensorProto) -> Constant {
    let dims: Vec<u64> = tensor.dims.iter().map(|dim| dim.unsigned_abs()).collect();
    Constant {
        values: volume(dims.iter().copied()),
        dims: Some(dims),
        integers: integers(tensor),
    }
}

fn of_attribute(attribute: &AttributeProto) -> Constant {
    match &attribute.t {
        Some(tensor) => stored(tensor),
        None => {
            let values = attribute.ints.len().max(attribute.floats.len()) as u64;
            let mut integers = attribute.ints.clone();
            integers.push(attribute.i);
            Constant {
                values: values.max(1),
                dims: None,
                integers: Some(integers).filter(|integers| integers.len() <= KEPT_INTEGERS),
            }
        }
    }
}

/// The integers in `tensor`, if it holds a few integers.
fn integers(tensor: &TensorProto) -> Option<Vec<i64>> {
    let raw: Vec<i64> = match tensor.data_type {
        6 => {
            let values = tensor.raw_data.as_chunks().0.iter();
            values
                .map(|&value| i32::from_le_bytes(value).into())
                .collect()
        }
        7 => {
            let values = tensor.raw_data.as_chunks().0.iter();
            values.map(|&value| i64::from_le_bytes(value)).collect()
        }
        _ => return None,
    };
    let short = tensor.int32_data.iter().map(|&value| i64::from(value));
    let all: Vec<i64> = raw
        .into_iter()
        .chain(short)
        .chain(tensor.int64_data.iter().copied())
        .take(KEPT_INTEGERS + 1)
        .collect();
    (all.len() <= KEPT_INTEGERS).then_some(all)
}
