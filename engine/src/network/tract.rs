//! tract: pure Rust, and always available.

use prost::Message;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Framework, InferenceModelExt, IntoTValue, Tensor, TractError, TypedSimpleState, tvec,
};
use tract_onnx::tract_core::prelude::IntoRunnable;

use super::runner::Runner;
use crate::model::{Model, fix_shapes};

struct Tract {
    /// Its buffers are allocated once.
    state: TypedSimpleState,
    input_shape: Vec<usize>,
}

/// Opens `model` for windows of its own shape.
pub(super) fn open(model: &Model) -> Result<Box<dyn Runner>, String> {
    let mut proto = ModelProto::decode(model.onnx()).map_err(|error| error.to_string())?;
    fix_shapes(&mut proto, model.input_shape());
    open_proto(&proto, model.input_shape())
}

/// Opens a model that declares its input with `input_shape`.
pub(super) fn open_proto(
    proto: &ModelProto,
    input_shape: &[usize],
) -> Result<Box<dyn Runner>, String> {
    let plan = tract_onnx::onnx()
        .model_for_proto_model(proto)
        .and_then(|model| model.into_optimized())
        .and_then(IntoRunnable::into_runnable)
        .map_err(text)?;
    Ok(Box::new(Tract {
        state: plan.spawn().map_err(text)?,
        input_shape: input_shape.to_vec(),
    }))
}

impl Runner for Tract {
    fn run(&mut self, input: &[f32], take: &mut dyn FnMut(&[f32])) -> Result<(), String> {
        let input = Tensor::from_shape(&self.input_shape, input).map_err(text)?;
        let outputs = self.state.run(tvec!(input.into_tvalue())).map_err(text)?;
        let output = outputs.first().ok_or("it gave no output")?;
        let output = output.cast_to::<f32>().map_err(text)?;
        take(
            output
                .as_plain_ram()
                .ok_or("its output is not plain")?
                .as_slice()
                .map_err(text)?,
        );
        Ok(())
    }
}

fn text(error: TractError) -> String {
    format!("{error:#}")
}
