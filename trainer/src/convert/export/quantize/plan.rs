//! Decides which convolutions and tensors of a graph are quantized.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, NodeProto, TensorProto};

use super::QuantizeError;

/// What is to be quantized.
pub(super) struct Plan {
    /// The convolutions, by their index among the nodes.
    pub convolutions: BTreeMap<usize, Convolution>,
    /// Tensors that are quantized and must be observed before.
    pub tensors: BTreeSet<String>,
    /// Results of a max-pool over a quantized tensor, whose range they share.
    pub pooled: HashMap<String, String>,
}

/// A convolution's parameters.
pub(super) struct Convolution {
    pub weights: TensorValues,
    pub bias: Option<TensorValues>,
}

/// An initializer's shape and values.
#[derive(Clone)]
pub(super) struct TensorValues {
    pub dims: Vec<i64>,
    pub values: Vec<f32>,
}

impl Plan {
    pub(super) fn of(model: &ModelProto) -> Result<Self, QuantizeError> {
        let graph = model.graph.as_ref().ok_or(QuantizeError::Nothing)?;
        let quantized = |node: &NodeProto| node.op_type.ends_with("QuantizeLinear");
        if graph.node.iter().any(quantized) {
            return Err(QuantizeError::Already);
        }
        let convolutions = convolutions(graph);
        if convolutions.is_empty() {
            return Err(QuantizeError::Nothing);
        }
        let mut tensors = BTreeSet::new();
        for &index in convolutions.keys() {
            let node = &graph.node[index];
            tensors.insert(node.input[0].clone());
            tensors.insert(relu_after(graph, &node.output[0]).to_owned());
        }
        let maker = |tensor: &str| {
            graph
                .node
                .iter()
                .find(|n| n.output.iter().any(|o| o == tensor))
        };
        let pooled: HashMap<String, String> = tensors
            .iter()
            .filter_map(|tensor| {
                let pool = maker(tensor).filter(|node| node.op_type == "MaxPool")?;
                let source = pool.input.first()?;
                tensors
                    .contains(source)
                    .then(|| (tensor.clone(), source.clone()))
            })
            .collect();
        Ok(Self {
            convolutions,
            tensors,
            pooled,
        })
    }
}

/// The convolutions that other convolutions follow and whose weights and bias are stored in f32.
fn convolutions(graph: &GraphProto) -> BTreeMap<usize, Convolution> {
    let stored: HashMap<&str, &TensorProto> = graph
        .initializer
        .iter()
        .map(|tensor| (tensor.name.as_str(), tensor))
        .collect();
    let values = |name: &String| {
        stored
            .get(name.as_str())
            .and_then(|tensor| f32_values(tensor))
    };
    // Tensors that some convolution still depends on.
    let mut needed: HashSet<&str> = HashSet::new();
    let mut found = BTreeMap::new();
    for (index, node) in graph.node.iter().enumerate().rev() {
        let leads_on = node
            .output
            .iter()
            .any(|output| needed.contains(output.as_str()));
        let convolves = node.op_type == "Conv";
        if leads_on || convolves {
            needed.extend(node.input.iter().map(String::as_str));
        }
        if !(leads_on && convolves) || node.input.len() < 2 || stored.contains_key(&*node.input[0])
        {
            continue;
        }
        let bias = node.input.get(2).filter(|name| !name.is_empty());
        let (weights, bias) = (values(&node.input[1]), bias.map(values));
        if let (Some(weights), None | Some(Some(_))) = (weights, &bias) {
            let bias = bias.flatten();
            found.insert(index, Convolution { weights, bias });
        }
    }
    found
}

/// The result of a ReLU on `tensor`, if nothing else uses `tensor`; otherwise `tensor`. The
/// quantization then includes the ReLU, since its lowest step is 0.
fn relu_after<'a>(graph: &'a GraphProto, tensor: &'a str) -> &'a str {
    let mut users = graph
        .node
        .iter()
        .filter(|n| n.input.iter().any(|input| input == tensor));
    let output = graph.output.iter().any(|output| output.name == tensor);
    match (users.next(), users.next()) {
        (Some(relu), None) if relu.op_type == "Relu" && !output => &relu.output[0],
        _ => tensor,
    }
}

fn f32_values(tensor: &TensorProto) -> Option<TensorValues> {
    if tensor.data_type != DataType::Float as i32 || tensor.dims.is_empty() {
        return None;
    }
    let values: Vec<f32> = if tensor.raw_data.is_empty() {
        tensor.float_data.clone()
    } else {
        let words = tensor.raw_data.as_chunks().0.iter();
        words.map(|&word| f32::from_le_bytes(word)).collect()
    };
    let claimed: i64 = tensor.dims.iter().product();
    (claimed > 0 && claimed == values.len() as i64).then(|| TensorValues {
        dims: tensor.dims.clone(),
        values,
    })
}
