//! Shapes of a model's inputs and outputs.

use std::collections::HashSet;

use tagline_onnx::{Length, value};
use tract_onnx::pb::{ModelProto, ValueInfoProto};

/// Gives the input of `model` the shape of one `window`, and removes all other shapes: those in the
/// file may be wrong, and tract finds them anew.
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

/// A value of type f32 and of this shape.
pub(crate) fn f32_value(name: &str, shape: &[usize]) -> ValueInfoProto {
    let lengths: Vec<Length<'_>> = shape.iter().copied().map(Length::Fixed).collect();
    value(name, &lengths)
}
