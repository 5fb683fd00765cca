//! Writes a [`NetworkWeights`] as an ONNX model of opset 17, for imports and exports.
//!
//! `[batch, 1, bands, frames]` → perhaps Mul, Add → for each block Conv, activation and perhaps
//! MaxPool and AveragePool → 1×1 Conv → Sigmoid → GlobalAveragePool → Flatten → `tags [batch, tags]`. At the
//! window's own length the average is over a single value; where no frame has a factor of its own,
//! longer inputs give the mean of the probabilities along time.
//!
//! The input's factor and offset stay nodes of their own. The first convolution pads with zeros
//! *after* them, so folding the offset into it would change the window's edges.

use tagline_onnx::{Length, integers, node, raw_tensor, tensor, value};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{
    AttributeProto, GraphProto, ModelProto, NodeProto, TensorProto, ValueInfoProto,
};

use crate::arch::{Mean, Pool};
use crate::convert::network::{Activation, Along, NetworkWeights};

/// The model of `network` for windows `[bands, frames]` of `input`, without metadata.
#[must_use]
pub fn model(network: &NetworkWeights, input: &str, bands: usize, frames: usize) -> ModelProto {
    let (batch, fixed) = (Length::Free("batch"), Length::Fixed);
    let frames = if network.any_length() {
        Length::Free("frames")
    } else {
        fixed(frames)
    };
    let mut graph = Graph::default();
    graph.network(network, input);
    graph.model(
        value(input, &[batch, fixed(1), fixed(bands), frames]),
        value(OUTPUT, &[batch, fixed(network.tags())]),
    )
}

/// Name of the output.
pub(super) const OUTPUT: &str = "tags";

/// A graph in the making.
#[derive(Default)]
pub(super) struct Graph {
    nodes: Vec<NodeProto>,
    tensors: Vec<TensorProto>,
}

impl Graph {
    /// Adds every layer.
    fn network(&mut self, network: &NetworkWeights, input: &str) {
        let mut last = input.to_owned();
        if let Some(input) = &network.input {
            let shape = match input.along {
                Along::Rows => [1, 1, input.gain.len(), 1],
                Along::Frames => [1, 1, 1, input.gain.len()],
            };
            let gain = self.tensor("input.gain", &shape, &input.gain);
            let offset = self.tensor("input.offset", &shape, &input.offset);
            last = self.node("Mul", "input.scaled", &[&last, &gain], vec![]);
            last = self.node("Add", "input.normalised", &[&last, &offset], vec![]);
        }
        for (number, block) in (1..).zip(&network.blocks) {
            let name = |part| format!("block{number}.{part}");
            let [bands, frames] = block.kernel;
            let shape = [block.maps_out, block.maps_in, bands, frames];
            let kernels = self.tensor(&name("kernels"), &shape, &block.kernels);
            let bias = self.tensor(&name("bias"), &[block.maps_out], &block.bias);
            let attributes = vec![
                integers("kernel_shape", &block.kernel),
                integers("pads", &[block.padding, block.padding].concat()),
            ];
            last = self.node("Conv", &name("conv"), &[&last, &kernels, &bias], attributes);
            let activation = match network.activation {
                Activation::Relu => "Relu",
                Activation::Elu => "Elu",
            };
            last = self.node(activation, &name("active"), &[&last], vec![]);
            if let Some(pool) = block.pool {
                last = self.pool(pool, &name("pooled"), &last);
            }
        }
        let maps = network.blocks.last().map_or(1, |block| block.maps_out);
        let tags = network.tags();
        let dense = self.tensor("dense.weights", &[tags, maps, 1, 1], &network.dense);
        let bias = self.tensor("dense.bias", &[tags], &network.dense_bias);
        let attributes = vec![integers("kernel_shape", &[1, 1])];
        last = self.node("Conv", "logits", &[&last, &dense, &bias], attributes);
        last = self.node("Sigmoid", "probabilities", &[&last], vec![]);
        last = self.node("GlobalAveragePool", "mean", &[&last], vec![]);
        self.node("Flatten", OUTPUT, &[&last], vec![]);
    }

    /// Adds a pooling whose result has this `name`, and returns it.
    fn pool(&mut self, pool: Pool, name: &str, input: &str) -> String {
        let shape = |kernel: [usize; 2], strides: [usize; 2]| {
            vec![
                integers("kernel_shape", &kernel),
                integers("strides", &strides),
            ]
        };
        let Pool { size, step, mean } = pool;
        if mean == Mean::NONE {
            return self.node("MaxPool", name, &[input], shape(size, [size[0], step]));
        }
        // Where rectangles overlap, a stream keeps the maxima over bands, which is half as much.
        let bands = [size[0], 1];
        let part = |part| format!("{name}.{part}");
        let bands = self.node("MaxPool", &part("bands"), &[input], shape(bands, bands));
        let attributes = shape([1, size[1]], [1, step]);
        let largest = self.node("MaxPool", &part("largest"), &[&bands], attributes);
        let attributes = shape([1, mean.of], [1, mean.step]);
        self.node("AveragePool", name, &[&largest], attributes)
    }

    /// The model of this graph, without metadata.
    pub fn model(self, input: ValueInfoProto, output: ValueInfoProto) -> ModelProto {
        let graph = GraphProto {
            name: "tagger".to_owned(),
            node: self.nodes,
            initializer: self.tensors,
            input: vec![input],
            output: vec![output],
            ..GraphProto::default()
        };
        ModelProto {
            producer_name: "tagline trainer".to_owned(),
            producer_version: env!("CARGO_PKG_VERSION").to_owned(),
            ..tagline_onnx::model(graph)
        }
    }

    /// Adds a node. Its output has the node's name, which is returned.
    pub fn node(
        &mut self,
        operator: &str,
        name: &str,
        inputs: &[&str],
        attributes: Vec<AttributeProto>,
    ) -> String {
        self.nodes.push(node(operator, inputs, name, attributes));
        name.to_owned()
    }

    /// Adds a tensor of f32, and returns its name.
    pub fn tensor(&mut self, name: &str, shape: &[usize], values: &[f32]) -> String {
        self.tensors.push(tensor(name, shape, values));
        name.to_owned()
    }

    /// Adds a shape as a list of integers, and returns its name.
    pub fn shape(&mut self, name: &str, shape: &[usize]) -> String {
        let bytes = shape
            .iter()
            .flat_map(|&length| (length as i64).to_le_bytes());
        let dims = [shape.len() as i64];
        self.tensors
            .push(raw_tensor(name, DataType::Int64, &dims, bytes.collect()));
        name.to_owned()
    }
}
