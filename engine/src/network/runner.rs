//! What a backend must be able to do.

use tract_onnx::pb::ModelProto;

/// Computes a network, or a segment of one, from its input to its raw output.
pub(super) trait Runner: Send {
    /// Computes `input`, and calls `take` with the output's values.
    fn run(&mut self, input: &[f32], take: &mut dyn FnMut(&[f32])) -> Result<(), String>;
}

/// Makes a runner of a model whose input has this shape.
pub(super) type OpenRunner<'a> =
    dyn Fn(&ModelProto, &[usize]) -> Result<Box<dyn Runner>, String> + 'a;
