//! Checks that every backend computes a model's graph alike, and that the graph fits its front-end.

use std::collections::HashSet;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::Dimension;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimValue;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{GraphProto, ModelProto, ValueInfoProto, type_proto};

use super::error::ModelError;
use super::limits::{MAX_NODES, OPSETS};
use super::{constants, operator, tensor};
use crate::front_end::FrontEndSpec;

/// Checks everything in `model` that can be seen without running it. Returns its graph.
pub(super) fn check(model: &ModelProto) -> Result<&GraphProto, ModelError> {
    let Some(graph) = &model.graph else {
        return Err(broken("the file has none".to_owned()));
    };
    check_opset(model)?;
    if !model.functions.is_empty() || !model.training_info.is_empty() {
        return Err(broken("it holds functions or training steps".to_owned()));
    }
    if !graph.sparse_initializer.is_empty() {
        return Err(broken("it holds sparse tensors".to_owned()));
    }
    if graph.node.len() > MAX_NODES {
        return Err(ModelError::TooManyParts {
            what: "nodes",
            limit: MAX_NODES,
        });
    }
    for initializer in &graph.initializer {
        tensor::check(initializer, &initializer.name)?;
    }
    for node in &graph.node {
        operator::check(node)?;
    }
    check_wiring(graph)?;
    constants::check(graph)?;
    Ok(graph)
}

fn check_opset(model: &ModelProto) -> Result<(), ModelError> {
    let version = model
        .opset_import
        .iter()
        .find(|import| matches!(import.domain.as_str(), "" | "ai.onnx"))
        .map(|import| import.version);
    match version {
        Some(version) if OPSETS.contains(&version) => Ok(()),
        _ => Err(ModelError::Opset {
            found: version.map_or("missing".to_owned(), |version| version.to_string()),
            lowest: *OPSETS.start(),
            highest: *OPSETS.end(),
        }),
    }
}

/// Checks that every value is given once, before it is used.
fn check_wiring(graph: &GraphProto) -> Result<(), ModelError> {
    let mut known = HashSet::new();
    for initializer in &graph.initializer {
        if initializer.name.is_empty() || !known.insert(initializer.name.as_str()) {
            let name = &initializer.name;
            return Err(broken(format!("the tensor `{name}` is there twice")));
        }
    }
    let mut inputs = HashSet::new();
    for input in &graph.input {
        if input.name.is_empty() || !inputs.insert(input.name.as_str()) {
            return Err(broken(format!("the input `{}` is there twice", input.name)));
        }
        known.insert(&input.name);
    }
    for node in &graph.node {
        for input in node.input.iter().filter(|name| !name.is_empty()) {
            if !known.contains(input.as_str()) {
                let name = operator::label(node);
                return Err(broken(format!(
                    "node `{name}` uses `{input}`, which nothing before it gives"
                )));
            }
        }
        for output in node.output.iter().filter(|name| !name.is_empty()) {
            if !known.insert(output) {
                return Err(broken(format!("`{output}` is given twice")));
            }
        }
    }
    match graph
        .output
        .iter()
        .find(|output| !known.contains(output.name.as_str()))
    {
        Some(output) => Err(broken(format!(
            "nothing gives the output `{}`",
            output.name
        ))),
        None => Ok(()),
    }
}

/// The only input, which must take the windows of `front_end`, and the shape of such a window.
pub(super) fn input<'a>(
    graph: &'a GraphProto,
    front_end: &FrontEndSpec,
) -> Result<(&'a ValueInfoProto, Vec<usize>), ModelError> {
    let weights: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    let inputs: Vec<&ValueInfoProto> = graph
        .input
        .iter()
        .filter(|input| !weights.contains(input.name.as_str()))
        .collect();
    let input = only(&inputs, "inputs")?;
    let (bands, frames) = (front_end.input_bands(), front_end.frames);
    let shape = tensor_type(input)
        .filter(|tensor| tensor.elem_type == DataType::Float as i32)
        .and_then(|tensor| tensor.shape.as_ref())
        .and_then(|shape| match shape.dim.len() {
            4 => Some((shape, vec![1, 1, bands, frames])),
            3 => Some((shape, vec![1, bands, frames])),
            _ => None,
        })
        .filter(|(declared, window)| declared.dim.iter().zip(window).all(|(d, &w)| accepts(d, w)));
    match shape {
        Some((_, window)) => Ok((input, window)),
        None => Err(ModelError::InputShape {
            input: input.name.clone(),
            found: describe(input),
            bands,
            frames,
        }),
    }
}

/// The only output.
pub(super) fn output(graph: &GraphProto) -> Result<&ValueInfoProto, ModelError> {
    let outputs: Vec<&ValueInfoProto> = graph.output.iter().collect();
    only(&outputs, "outputs")
}

fn only<'a>(
    values: &[&'a ValueInfoProto],
    what: &'static str,
) -> Result<&'a ValueInfoProto, ModelError> {
    if let [value] = values {
        return Ok(value);
    }
    let names: Vec<&str> = values
        .iter()
        .take(5)
        .map(|value| value.name.as_str())
        .collect();
    Err(ModelError::InputsOrOutputs {
        what,
        count: values.len(),
        names: names.join(", "),
    })
}

/// Whether an axis declared as `dim` may have length `length`.
fn accepts(dim: &Dimension, length: usize) -> bool {
    match &dim.value {
        Some(DimValue::DimValue(value)) => usize::try_from(*value) == Ok(length),
        Some(DimValue::DimParam(_)) | None => true,
    }
}

fn tensor_type(value: &ValueInfoProto) -> Option<&type_proto::Tensor> {
    match value.r#type.as_ref()?.value.as_ref()? {
        TypeValue::TensorType(tensor) => Some(tensor),
    }
}

/// Type and shape of `value`, for messages.
fn describe(value: &ValueInfoProto) -> String {
    let Some(tensor) = tensor_type(value) else {
        return "not a tensor".to_owned();
    };
    let data_type = match DataType::try_from(tensor.elem_type) {
        Ok(DataType::Float) => "f32".to_owned(),
        Ok(other) => format!("{other:?}"),
        Err(_) => format!("of unknown type {}", tensor.elem_type),
    };
    let Some(shape) = &tensor.shape else {
        return format!("{data_type} of unknown shape");
    };
    let axes: Vec<String> = shape
        .dim
        .iter()
        .take(10)
        .map(|dim| match &dim.value {
            Some(DimValue::DimValue(value)) => value.to_string(),
            Some(DimValue::DimParam(name)) => name.chars().take(20).collect(),
            None => "?".to_owned(),
        })
        .collect();
    format!("{data_type} [{}]", axes.join(", "))
}

fn broken(reason: String) -> ModelError {
    ModelError::Graph { reason }
}
