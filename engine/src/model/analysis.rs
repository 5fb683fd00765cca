//! What tract finds out about a graph: every shape inside it for one window.

use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{Framework, InferenceModel, InferenceModelExt};
use tract_onnx::tract_hir::infer::Factoid;

use super::error::ModelError;
use super::limits::MAX_INNER_VALUES;
use super::shapes::fix_shapes;
use super::work;
use crate::panics::no_panic;

/// Checks every shape inside the network, and how much it computes, for an input of shape `window`.
/// Returns the output's shape. `model` must have passed `graph::check`.
pub(super) fn output_shape(
    mut model: ModelProto,
    window: &[usize],
) -> Result<Vec<usize>, ModelError> {
    fix_shapes(&mut model, window);
    let checked = || {
        let model = analysed(&model)?;
        check_inner_shapes(&model)?;
        // The typed network knows the shapes that the rules of inference leave open.
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
    };
    no_panic(checked, |panic| ModelError::Network {
        reason: format!("tract gave up ({panic})"),
    })
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
