//! Rewrites a graph with quantized convolutions.

use std::collections::{BTreeMap, HashMap, HashSet};

use tagline_onnx::{integer, node, raw_tensor};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{ModelProto, NodeProto, TensorProto};

use super::calibrate::Seen;
use super::plan::{Convolution, Plan};
use super::range::Affine;
use super::weights;

/// Quantizes `model` by `plan`, with the values `seen` in its tensors.
pub(super) fn rewrite(
    model: &ModelProto,
    plan: &Plan,
    seen: &BTreeMap<String, Seen>,
) -> ModelProto {
    let mut model = model.clone();
    let Some(graph) = &mut model.graph else {
        return model;
    };
    let affine = |tensor: &String| {
        let source = plan.pooled.get(tensor).unwrap_or(tensor);
        let seen = seen.get(source)?;
        Some((tensor.clone(), seen.values.affine()))
    };
    let mut rewriting = Rewriting {
        affines: plan.tensors.iter().filter_map(affine).collect(),
        seen,
        nodes: Vec::new(),
        tensors: Vec::new(),
    };
    for input in &graph.input {
        rewriting.quantize(&input.name);
    }
    for (index, node) in std::mem::take(&mut graph.node).into_iter().enumerate() {
        rewriting.node(node, plan.convolutions.get(&index));
    }
    graph.node = rewriting.nodes;
    graph.initializer.append(&mut rewriting.tensors);
    let used: HashSet<&String> = graph.node.iter().flat_map(|node| &node.input).collect();
    let (kept, gone) = std::mem::take(&mut graph.initializer)
        .into_iter()
        .partition(|tensor| used.contains(&tensor.name));
    graph.initializer = kept;
    // Old exporters list weights as inputs, too.
    let gone: HashSet<String> = names(gone);
    graph.input.retain(|input| !gone.contains(&input.name));
    // Descriptions of removed tensors must go.
    graph.value_info.clear();
    model
}

fn names(tensors: Vec<TensorProto>) -> HashSet<String> {
    tensors.into_iter().map(|tensor| tensor.name).collect()
}

/// The new graph's nodes and tensors so far.
struct Rewriting<'a> {
    affines: HashMap<String, Affine>,
    seen: &'a BTreeMap<String, Seen>,
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl Rewriting<'_> {
    /// Appends `node`, with quantized weights if it is a `convolution`, between quantized tensors.
    fn node(&mut self, mut node: NodeProto, convolution: Option<&Convolution>) {
        if let Some(convolution) = convolution {
            self.convolution(&mut node, convolution);
        }
        for input in &mut node.input {
            if self.affines.contains_key(input) {
                *input = part(input, F32);
            }
        }
        let outputs = node.output.clone();
        self.nodes.push(node);
        for output in &outputs {
            self.quantize(output);
        }
    }

    /// Appends the pair of nodes that quantize `tensor`, if the plan says so.
    fn quantize(&mut self, tensor: &str) {
        let Some(&affine) = self.affines.get(tensor) else {
            return;
        };
        let scale = self.tensor(
            part(tensor, "scale"),
            DataType::Float,
            &[],
            &affine.scale.to_le_bytes(),
        );
        let zero = self.tensor(
            part(tensor, "zero_point"),
            DataType::Uint8,
            &[],
            &[affine.zero_point],
        );
        let steps = part(tensor, "uint8");
        self.operator("QuantizeLinear", &[tensor, &scale, &zero], &steps, None);
        let output = part(tensor, F32);
        self.operator("DequantizeLinear", &[&steps, &scale, &zero], &output, None);
    }

    /// Replaces the weights and bias of `node` by quantized ones.
    fn convolution(&mut self, node: &mut NodeProto, convolution: &Convolution) {
        let Some(input) = self.affines.get(&node.input[0]).copied() else {
            return;
        };
        let means = self.seen.get(&node.input[0]).map(Seen::means);
        let quantized = weights::quantize(convolution, input.scale, &means.unwrap_or_default());
        // Named after the convolution's output, since convolutions may share weights.
        let name = |parameter: &str| format!("{}/{parameter}", node.output[0]);
        let (weights_name, bias_name) = (name("weights"), name("bias"));
        let dims = &convolution.weights.dims;
        let weights: Vec<u8> = quantized.int8.iter().map(|&step| step as u8).collect();
        let weights = Integers {
            kind: DataType::Int8,
            dims,
            bytes: &weights,
        };
        let bias: Vec<u8> = quantized
            .bias
            .iter()
            .flat_map(|step| step.to_le_bytes())
            .collect();
        let bias = Integers {
            kind: DataType::Int32,
            dims: &dims[..1],
            bytes: &bias,
        };
        let bias_scales: Vec<f32> = quantized
            .scales
            .iter()
            .map(|scale| scale * input.scale)
            .collect();
        node.input.truncate(1);
        node.input
            .push(self.parameter(&weights_name, &weights, &quantized.scales));
        node.input
            .push(self.parameter(&bias_name, &bias, &bias_scales));
    }

    /// Stores integers with a scale for each of the first axis, and appends the node that makes
    /// f32 of them, whose output is returned.
    fn parameter(&mut self, name: &str, integers: &Integers, scales: &[f32]) -> String {
        let Integers { kind, dims, bytes } = integers;
        let bytes_each = match kind {
            DataType::Int32 => 4,
            _ => 1,
        };
        let zeros = vec![0; bytes_each * scales.len()];
        let scale_bytes: Vec<u8> = scales
            .iter()
            .flat_map(|scale| scale.to_le_bytes())
            .collect();
        let steps = self.tensor(part(name, "steps"), *kind, dims, bytes);
        let scale = self.tensor(
            part(name, "scale"),
            DataType::Float,
            &dims[..1],
            &scale_bytes,
        );
        let zero = self.tensor(part(name, "zero_point"), *kind, &dims[..1], &zeros);
        let output = part(name, F32);
        self.operator(
            "DequantizeLinear",
            &[&steps, &scale, &zero],
            &output,
            Some(0),
        );
        output
    }

    fn operator(&mut self, operator: &str, inputs: &[&str], output: &str, axis: Option<i64>) {
        let axis = axis.map(|axis| integer("axis", axis));
        let attributes = axis.into_iter().collect();
        self.nodes.push(node(operator, inputs, output, attributes));
    }

    fn tensor(&mut self, name: String, kind: DataType, dims: &[i64], bytes: &[u8]) -> String {
        self.tensors
            .push(raw_tensor(&name, kind, dims, bytes.to_vec()));
        name
    }
}

/// Integers on their way to an initializer.
struct Integers<'a> {
    kind: DataType,
    dims: &'a [i64],
    bytes: &'a [u8],
}

/// Name of the quantized tensor for all nodes that use it.
const F32: &str = "f32";

/// Name of something that belongs to a quantized tensor. Exporters give no such names.
fn part(tensor: &str, part: &str) -> String {
    format!("{tensor}/qdq/{part}")
}
