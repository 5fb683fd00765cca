//! The mean of networks that were learned from one another: [`average`].
//!
//! A network that learned on from another lies in the same valley of the loss. The mean of their weights often
//! knows what either knows, for the cost of one (Wortsman et al. 2022, "Robust fine-tuning of zero-shot models").

use prost::Message;
use tagline_engine::{Model, ModelError, ModelInfo, write_metadata};
use tract_onnx::pb::tensor_proto::DataType;
use tract_onnx::pb::{GraphProto, ModelProto, TensorProto};

/// Why models have no mean.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum AverageError {
    /// There is nothing to average.
    #[error("an average needs two models or more")]
    One,
    /// A model's bytes cannot be read again.
    #[error("{name} cannot be read again ({reason})")]
    NotOnnx {
        /// The model.
        name: String,
        /// What the reader says.
        reason: String,
    },
    /// Two models are of different networks or tags.
    #[error("{name} is not the same network as {first}: {what} differ")]
    Differs {
        /// The model.
        name: String,
        /// The first model.
        first: String,
        /// What differs.
        what: &'static str,
    },
    /// A model's weights are not 32-bit numbers in raw bytes.
    #[error(
        "the weights `{tensor}` of {name} are not plain 32-bit numbers; average before quantizing"
    )]
    Weights {
        /// The model.
        name: String,
        /// The weights.
        tensor: String,
    },
    /// The mean does not pass the engine's checks.
    #[error("the averaged model is refused: {0}")]
    Model(#[from] ModelError),
}

/// The mean of all weights of `models`, each with a name for messages, which are of the same network, tags and
/// front-end; a model that says `info` of itself.
///
/// # Errors
/// [`AverageError`] names the model that differs.
pub fn average(models: &[(String, Model)], info: &ModelInfo) -> Result<Model, AverageError> {
    let [(first_name, first), _, ..] = models else {
        return Err(AverageError::One);
    };
    let decoded = models.iter().map(|(name, model)| {
        ModelProto::decode(model.onnx()).map_err(|error| AverageError::NotOnnx {
            name: name.clone(),
            reason: error.to_string(),
        })
    });
    let mut protos = decoded.collect::<Result<Vec<_>, _>>()?;
    let differs = |name: &String, what| AverageError::Differs {
        name: name.clone(),
        first: first_name.clone(),
        what,
    };
    let graph = |proto: &ModelProto| proto.graph.clone().unwrap_or_default();
    let shape = of_shapes(graph(&protos[0]));
    for ((name, model), proto) in models.iter().zip(&protos).skip(1) {
        if model.info().tags != first.info().tags {
            return Err(differs(name, "the tags"));
        }
        if model.info().front_end != first.info().front_end {
            return Err(differs(name, "the front-ends"));
        }
        if of_shapes(graph(proto)) != shape {
            return Err(differs(name, "the layers"));
        }
    }
    let others: Vec<GraphProto> = protos[1..].iter().map(graph).collect();
    let tensors = protos[0]
        .graph
        .iter_mut()
        .flat_map(|graph| &mut graph.initializer);
    for (number, tensor) in tensors.enumerate() {
        // Shapes and axes are integers, and the same everywhere, as the layers are.
        if tensor.data_type != DataType::Float as i32 {
            continue;
        }
        let all = std::iter::once(&*tensor).chain(others.iter().map(|g| &g.initializer[number]));
        let values = models.iter().zip(all).map(|((name, _), tensor)| {
            numbers(tensor).ok_or_else(|| AverageError::Weights {
                name: name.clone(),
                tensor: tensor.name.clone(),
            })
        });
        let values = values.collect::<Result<Vec<_>, _>>()?;
        let mean = |at: usize| {
            let sum: f64 = values.iter().map(|numbers| f64::from(numbers[at])).sum();
            ((sum / values.len() as f64) as f32).to_le_bytes()
        };
        tensor.raw_data = (0..values[0].len()).flat_map(mean).collect();
    }
    write_metadata(&mut protos[0], info);
    Ok(Model::from_bytes(protos[0].encode_to_vec(), None)?)
}

/// The graph without its weights.
fn of_shapes(mut graph: GraphProto) -> GraphProto {
    for tensor in &mut graph.initializer {
        if tensor.data_type == DataType::Float as i32 {
            tensor.raw_data.clear();
        }
    }
    graph
}

/// A tensor's numbers, as many as its shape says; `None` if they are not kept as raw bytes.
fn numbers(tensor: &TensorProto) -> Option<Vec<f32>> {
    let bytes = tensor.raw_data.chunks_exact(4);
    let numbers: Vec<f32> = bytes
        .map(|bytes| bytes.try_into().map(f32::from_le_bytes))
        .collect::<Result<_, _>>()
        .ok()?;
    let count: i64 = tensor.dims.iter().product();
    (usize::try_from(count) == Ok(numbers.len())).then_some(numbers)
}
