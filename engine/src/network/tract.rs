//! tract: pure Rust, always there.

use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::ModelProto;
use tract_onnx::prelude::{
    Framework, InferenceModelExt, IntoTValue, Tensor, TractError, TypedRunnableModel, tvec,
};
use tract_onnx::tract_core::prelude::IntoRunnable;

use super::guarded::Runner;
use crate::Model;
use crate::model::fix_shapes;

struct Tract {
    plan: Arc<TypedRunnableModel>,
    input_shape: Vec<usize>,
}

/// Opens `model` for windows of its own shape.
pub(super) fn open(model: &Model) -> Result<Box<dyn Runner>, String> {
    let input_shape = model.input_shape().to_vec();
    let mut proto = ModelProto::decode(model.onnx()).map_err(|error| error.to_string())?;
    fix_shapes(&mut proto, &input_shape);
    let plan = tract_onnx::onnx()
        .model_for_proto_model(&proto)
        .and_then(|model| model.into_optimized())
        .and_then(IntoRunnable::into_runnable)
        .map_err(text)?;
    Ok(Box::new(Tract { plan, input_shape }))
}

impl Runner for Tract {
    fn run(&mut self, window: &[f32], take: &mut dyn FnMut(&[f32])) -> Result<(), String> {
        let input = Tensor::from_shape(&self.input_shape, window).map_err(text)?;
        let outputs = self.plan.run(tvec!(input.into_tvalue())).map_err(text)?;
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
