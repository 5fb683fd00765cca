//! A network of two kilobytes whose tags answer to sound, for tests that need a model but no
//! reference data.

use prost::Message;
use serde_json::{Value, json};
use tagline_onnx::{Length, integer, tensor};
use tract_onnx::pb::{
    GraphProto, ModelProto, NodeProto, StringStringEntryProto, ValueInfoProto, type_proto,
};

/// Builds a model file for tests: the rows of the input are split into as many equal groups as there are
/// tags, low bands first, and a tag's probability is
/// `sigmoid((mean level of its group over the window, in dB, + 50) / 10)`.
///
/// So silence (−100 dB) gives 0.7 %, −50 dB gives 50 %, and a low tone moves the first tag. For MFCC the
/// level is the mean of the coefficients.
/// `model` and `metadata` may be changed before [`TinyModel::bytes`], to make a broken one.
pub struct TinyModel {
    /// Graph: `log_mel [N, 1, bands, frames]` → convolution over all bands → average over time →
    /// sigmoid → `tags [N, tags]`.
    pub model: ModelProto,
    /// Metadata properties in order, without what `model.metadata_props` holds.
    pub metadata: Vec<(String, String)>,
}

impl TinyModel {
    /// A model of these tags, at 12 kHz with 96 mel bands and a window of `frames` frames of
    /// 21.3 ms.
    #[must_use]
    pub fn new(tags: &[&str], frames: usize) -> Self {
        const BANDS: usize = 96;
        let front_end = json!({
            "sample_rate": 12_000, "n_fft": 512, "hop": 256,
            "mel_bands": BANDS, "mel_scale": "slaney", "mel_norm": "slaney",
            "f_min_hz": 0.0, "f_max_hz": 6_000.0,
            "exponent": 1.0, "floor": 1e-10, "top_db": null,
            "scale": 1.0, "offset": 0.0, "frames": frames,
        });
        Self::on(tags, &front_end, BANDS, frames)
    }

    /// A model of these tags on the windows `[rows, frames]` of a front-end.
    #[must_use]
    pub fn on(tags: &[&str], front_end: &Value, rows: usize, frames: usize) -> Self {
        Self {
            model: model(tags.len(), rows, frames),
            metadata: metadata(tags, front_end),
        }
    }

    /// Sets the metadata property `key`, or removes it.
    #[must_use]
    pub fn with(mut self, key: &str, value: Option<&str>) -> Self {
        self.metadata.retain(|(k, _)| k != key);
        if let Some(value) = value {
            self.metadata.push((key.to_owned(), value.to_owned()));
        }
        self
    }

    /// The file's bytes.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let mut model = self.model.clone();
        for (key, value) in &self.metadata {
            model.metadata_props.push(StringStringEntryProto {
                key: key.clone(),
                value: value.clone(),
            });
        }
        model.encode_to_vec()
    }
}

/// The type of a graph's first input, to be changed.
///
/// # Panics
/// If the graph has no input of a known type.
pub fn input_tensor(graph: &mut GraphProto) -> &mut type_proto::Tensor {
    let input = graph.input[0].r#type.as_mut();
    let value = input.and_then(|input| input.value.as_mut());
    let type_proto::Value::TensorType(tensor) = value.expect("a type");
    tensor
}

/// The bytes of a [`TinyModel`] of these tags with a window of 3 s (141 frames).
#[must_use]
pub fn tiny_model(tags: &[&str]) -> Vec<u8> {
    TinyModel::new(tags, 141).bytes()
}

pub(crate) fn metadata(tags: &[&str], front_end: &Value) -> Vec<(String, String)> {
    [
        ("tagline.format", "1".to_owned()),
        ("tagline.name", "Tiny".to_owned()),
        ("tagline.version", "1.0".to_owned()),
        ("tagline.licence", "CC0-1.0".to_owned()),
        ("tagline.provenance", "Made by a test.".to_owned()),
        ("tagline.tags", json!(tags).to_string()),
        ("tagline.front_end", front_end.to_string()),
        ("tagline.output", "probabilities".to_owned()),
    ]
    .map(|(key, value)| (key.to_owned(), value))
    .to_vec()
}

fn model(tags: usize, bands: usize, frames: usize) -> ModelProto {
    let graph = GraphProto {
        name: "tiny".to_owned(),
        node: vec![
            node("Conv", &["log_mel", "weight", "bias"], "level"),
            node("GlobalAveragePool", &["level"], "mean_level"),
            node("Flatten", &["mean_level"], "logits"),
            node("Sigmoid", &["logits"], "tags"),
        ],
        initializer: vec![
            tensor("weight", &[tags, 1, bands, 1], &weights(tags, bands)),
            tensor("bias", &[tags], &vec![5.0; tags]),
        ],
        input: vec![value(
            "log_mel",
            &[None, Some(1), Some(bands), Some(frames)],
        )],
        output: vec![value("tags", &[None, Some(tags)])],
        ..GraphProto::default()
    };
    ModelProto {
        producer_name: "tagline-tests".to_owned(),
        ..tagline_onnx::model(graph)
    }
}

/// `[tag, 1, band, 1]`: a tenth of the mean over the tag's group of bands.
fn weights(tags: usize, bands: usize) -> Vec<f32> {
    let mut weights = vec![0.0; tags * bands];
    for tag in 0..tags {
        let first = tag * bands / tags;
        let end = ((tag + 1) * bands / tags).max(first + 1).min(bands);
        for band in first..end {
            weights[tag * bands + band] = 0.1 / (end - first) as f32;
        }
    }
    weights
}

/// A node with a name of its own.
pub(crate) fn node(operator: &str, inputs: &[&str], output: &str) -> NodeProto {
    let attributes = match operator {
        "Flatten" => vec![integer("axis", 1)],
        _ => Vec::new(),
    };
    NodeProto {
        name: format!("{operator}_{output}"),
        ..tagline_onnx::node(operator, inputs, output, attributes)
    }
}

/// An f32 value whose free axis is the batch.
pub(crate) fn value(name: &str, shape: &[Option<usize>]) -> ValueInfoProto {
    let lengths = shape.iter();
    let lengths: Vec<Length<'_>> = lengths
        .map(|length| length.map_or(Length::Free("batch"), Length::Fixed))
        .collect();
    tagline_onnx::value(name, &lengths)
}
