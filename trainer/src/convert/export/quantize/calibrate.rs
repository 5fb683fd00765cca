//! Runs a network on real windows and observes the values inside it.

use std::collections::{BTreeMap, BTreeSet};

use tract_onnx::pb::tensor_shape_proto::dimension::Value as Length;
use tract_onnx::pb::type_proto::Value as TypeValue;
use tract_onnx::pb::{GraphProto, ModelProto, ValueInfoProto};
use tract_onnx::prelude::{
    Framework, InferenceFact, InferenceModelExt, IntoTValue, Tensor, TractError, tvec,
};
use tract_onnx::tract_core::prelude::IntoRunnable;

use super::QuantizeError;
use super::range::Histogram;

/// The values of a tensor inside the network.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// All of its values.
    pub values: Histogram,
    /// The sum of each channel.
    sums: Vec<f64>,
    /// Values of each channel.
    count: u64,
}

impl Seen {
    /// Adds `values`, `[1, channels, …]`.
    fn add(&mut self, values: &[f32], channels: usize) {
        self.values.add(values);
        self.sums.resize(channels, 0.0);
        let per_channel = (values.len() / channels.max(1)).max(1);
        for (sum, channel) in self.sums.iter_mut().zip(values.chunks_exact(per_channel)) {
            *sum += channel.iter().map(|&value| f64::from(value)).sum::<f64>();
        }
        self.count += per_channel as u64;
    }

    /// The mean of each channel.
    pub(super) fn means(&self) -> Vec<f64> {
        let count = self.count.max(1) as f64;
        self.sums.iter().map(|sum| sum / count).collect()
    }
}

/// Observes the tensors `observed` of `model` on `windows`.
pub(super) fn observe(
    model: &ModelProto,
    observed: &BTreeSet<String>,
    windows: impl IntoIterator<Item = Vec<f32>>,
) -> Result<BTreeMap<String, Seen>, QuantizeError> {
    let mut windows = windows.into_iter().enumerate().peekable();
    let Some((_, first)) = windows.peek() else {
        return Err(QuantizeError::NoWindows);
    };
    let graph = model.graph.as_ref().ok_or(QuantizeError::Nothing)?;
    let shape = input_shape(graph, first.len())?;
    let values: usize = shape.iter().product();
    let network = all_outputs(model, observed);
    let plan = tract_onnx::onnx()
        .model_for_proto_model(&network)
        .and_then(|network| network.with_input_fact(0, InferenceFact::dt_shape(f32_type(), &shape)))
        .and_then(|network| network.into_optimized())
        .and_then(IntoRunnable::into_runnable)
        .map_err(failed)?;
    let mut all: BTreeMap<String, Seen> = observed
        .iter()
        .map(|tensor| (tensor.clone(), Seen::default()))
        .collect();
    for (index, window) in windows {
        let wrong = |reason: String| Err(QuantizeError::Window { index, reason });
        if window.len() != values {
            let found = window.len();
            return wrong(format!("has {found} values, the model's have {values}"));
        }
        if window.iter().any(|value| !value.is_finite()) {
            return wrong("holds a value that is not a finite number".to_owned());
        }
        let input = Tensor::from_shape(&shape, &window).map_err(failed)?;
        let outputs = plan.run(tvec!(input.into_tvalue())).map_err(failed)?;
        for (seen, output) in all.values_mut().zip(&outputs) {
            let plain = output.to_plain_array_view::<f32>().map_err(failed)?;
            let values = plain.as_slice().unwrap_or_default();
            if values.iter().any(|value| !value.is_finite()) {
                return wrong("makes the network overflow".to_owned());
            }
            let channels = output.shape().get(1).copied().unwrap_or(1);
            seen.add(values, channels);
        }
    }
    Ok(all)
}

/// `model` with `observed`, in order, as its outputs.
fn all_outputs(model: &ModelProto, observed: &BTreeSet<String>) -> ModelProto {
    let mut model = model.clone();
    if let Some(graph) = &mut model.graph {
        graph.value_info.clear();
        graph.output = observed
            .iter()
            .map(|tensor| ValueInfoProto {
                name: tensor.clone(),
                ..ValueInfoProto::default()
            })
            .collect();
    }
    model
}

/// The input's shape for one window of `values` values. The batch is 1, and one other length may be
/// free.
fn input_shape(graph: &GraphProto, values: usize) -> Result<Vec<usize>, QuantizeError> {
    let wrong = |reason: &str| QuantizeError::Network(format!("its input {reason}"));
    let stored = |name: &str| graph.initializer.iter().any(|tensor| tensor.name == name);
    let mut inputs = graph.input.iter().filter(|input| !stored(&input.name));
    let (Some(input), None) = (inputs.next(), inputs.next()) else {
        return Err(wrong("is not a single one"));
    };
    let value = input.r#type.as_ref().and_then(|kind| kind.value.as_ref());
    let Some(TypeValue::TensorType(tensor)) = value else {
        return Err(wrong("is not a tensor"));
    };
    let dims = tensor.shape.as_ref().map_or(&[][..], |shape| &shape.dim);
    let mut lengths: Vec<Option<usize>> = dims
        .iter()
        .map(|dim| match dim.value {
            Some(Length::DimValue(length)) => usize::try_from(length).ok(),
            _ => None,
        })
        .collect();
    if let Some(batch) = lengths.first_mut() {
        *batch = Some(1);
    }
    let known: usize = lengths.iter().flatten().product();
    let open = lengths.iter().filter(|length| length.is_none()).count();
    if !matches!(lengths.len(), 3 | 4) || open > 1 || known == 0 {
        return Err(wrong("is not of the shape [N, 1, rows, frames]"));
    }
    Ok(lengths
        .into_iter()
        .map(|length| length.unwrap_or(values / known))
        .collect())
}

fn f32_type() -> tract_onnx::prelude::DatumType {
    tract_onnx::prelude::DatumType::F32
}

fn failed(error: TractError) -> QuantizeError {
    QuantizeError::Network(format!("{error:#}"))
}
