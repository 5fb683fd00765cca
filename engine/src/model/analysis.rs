//! What tract makes of a graph: every shape inside it for one window.

use std::collections::HashSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::LazyLock;

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::tensor_shape_proto::Dimension;
use tract_onnx::pb::tensor_shape_proto::dimension::Value as DimValue;
use tract_onnx::pb::{ModelProto, TensorShapeProto, TypeProto, ValueInfoProto, type_proto};
use tract_onnx::prelude::{Framework, InferenceModel, InferenceModelExt};
use tract_onnx::tract_hir::infer::Factoid;

use super::constants::MAX_INNER_VALUES;
use super::{ModelError, work};

/// Names of the operators that tract knows.
static OPERATORS: LazyLock<HashSet<String>> =
    LazyLock::new(|| tract_onnx::onnx().op_register.0.into_keys().collect());

/// Whether `operator` of ONNX's own domain can be computed.
pub(super) fn is_known_operator(operator: &str) -> bool {
    OPERATORS.contains(operator)
}

/// Checks every shape inside the network and what it computes, and gives the output's shape, for an
/// input of shape `window`. `model` must have passed `graph::check`.
pub(super) fn output_shape(
    mut model: ModelProto,
    window: &[usize],
) -> Result<Vec<usize>, ModelError> {
    fix_shapes(&mut model, window);
    let shapes = guarded(|| {
        let model = analysed(&model)?;
        check_inner_shapes(&model)?;
        // What the rules of inference leave open, the typed network knows.
        let typed = model.into_typed().map_err(refusal)?;
        work::check(&typed)?;
        let output = typed.output_fact(0).map_err(refusal)?;
        output
            .shape
            .as_concrete()
            .map(<[usize]>::to_vec)
            .ok_or_else(|| ModelError::Network {
                reason: format!("its output has no fixed shape for one window ({output:?})"),
            })
    })?;
    Ok(shapes)
}

/// Gives the input of `model` the shape of one `window`, and lets tract find all other shapes:
/// those in the file are of no use, or wrong.
pub(crate) fn fix_shapes(model: &mut ModelProto, window: &[usize]) {
    let Some(graph) = &mut model.graph else {
        return;
    };
    let weights: HashSet<&str> = graph.initializer.iter().map(|t| t.name.as_str()).collect();
    graph
        .input
        .retain(|input| !weights.contains(input.name.as_str()));
    graph.value_info.clear();
    for input in &mut graph.input {
        *input = f32_value(&input.name, window);
    }
    for output in &mut graph.output {
        output.r#type = None;
    }
}

/// A value of type f32 and this shape.
pub(crate) fn f32_value(name: &str, shape: &[usize]) -> ValueInfoProto {
    let dim = shape
        .iter()
        .map(|&length| Dimension {
            value: Some(DimValue::DimValue(length as i64)),
            ..Dimension::default()
        })
        .collect();
    ValueInfoProto {
        name: name.to_owned(),
        r#type: Some(TypeProto {
            value: Some(type_proto::Value::TensorType(type_proto::Tensor {
                elem_type: DataType::Float as i32,
                shape: Some(TensorShapeProto { dim }),
            })),
            ..TypeProto::default()
        }),
        ..ValueInfoProto::default()
    }
}

fn analysed(model: &ModelProto) -> Result<InferenceModel, ModelError> {
    let mut model = tract_onnx::onnx()
        .model_for_proto_model(model)
        .map_err(refusal)?;
    model.analyse(false).map_err(refusal)?;
    Ok(model)
}

fn check_inner_shapes(model: &InferenceModel) -> Result<(), ModelError> {
    for node in model.nodes() {
        for output in &node.outputs {
            let dims = output.fact.shape.dims().filter_map(|dim| dim.concretize());
            let values = dims.fold(1u64, |product, dim| {
                let length = dim.to_i64().unwrap_or(1).unsigned_abs();
                product.saturating_mul(length.max(1))
            });
            if values > MAX_INNER_VALUES {
                return Err(ModelError::TooMuchMemory {
                    node: node.name.clone(),
                    elements: values.to_string(),
                    limit: MAX_INNER_VALUES,
                });
            }
        }
    }
    Ok(())
}

fn refusal(error: tract_onnx::prelude::TractError) -> ModelError {
    ModelError::Network {
        reason: format!("{error:#}"),
    }
}

/// The last resort: a file that makes the library panic is refused like any other.
fn guarded<T>(work: impl FnOnce() -> Result<T, ModelError>) -> Result<T, ModelError> {
    catch_unwind(AssertUnwindSafe(work)).unwrap_or_else(|panic| {
        Err(ModelError::Network {
            reason: format!("tract gave up ({})", crate::network::panic_text(&*panic)),
        })
    })
}
