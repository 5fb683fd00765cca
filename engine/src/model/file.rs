//! A model file, read and checked.

use std::path::Path;
use std::sync::Arc;

use prost::Message;
use tract_onnx::pb::ModelProto;

use super::error::ModelError;
use super::info::ModelInfo;
use super::reading::{Size, in_file, read_bounded, sha256_of, sidecar};
use super::{analysis, embedding, graph, metadata, shapes, wire};

/// A model file that has been read and checked, ready for a backend.
///
/// ```
/// use tagline_engine::Model;
///
/// let model = Model::built_in()?;
/// assert_eq!(model.info().tags.len(), 50);
///
/// let refused = Model::from_bytes(b"no model".to_vec(), None).unwrap_err();
/// assert!(refused.to_string().contains("not an ONNX model"));
/// # Ok::<(), tagline_engine::ModelError>(())
/// ```
#[derive(Clone, Debug)]
pub struct Model {
    info: Arc<ModelInfo>,
    onnx: Arc<[u8]>,
    input_shape: Vec<usize>,
    quantized: bool,
    /// Values of the embedding that its networks give; 0 if they give none.
    embedding: usize,
}

/// Most values of an embedding.
const MAX_EMBEDDING: u64 = 65_536;

impl Model {
    /// Reads and checks the file `path`. If it carries no metadata, this reads the sidecar, too: the
    /// file of the same name that ends in `.json`.
    ///
    /// # Errors
    /// [`ModelError`] says what is wrong with the file. [`ModelError::problem`] leaves out the path.
    pub fn open(path: &Path) -> Result<Self, ModelError> {
        let onnx = read_bounded(path, Size::MODEL)?;
        let sidecar = sidecar(path)?;
        Self::from_bytes(onnx, sidecar.as_deref()).map_err(|problem| in_file(path, problem))
    }

    /// Checks `onnx`, and the text of its sidecar if there is one. The sidecar counts only if `onnx`
    /// has no `tagline.*` metadata of its own.
    ///
    /// # Errors
    /// [`ModelError`] says what is wrong with it.
    pub fn from_bytes(onnx: Vec<u8>, sidecar: Option<&str>) -> Result<Self, ModelError> {
        Size::MODEL.check(onnx.len() as u64)?;
        wire::check(&onnx)?;
        let model = ModelProto::decode(onnx.as_slice()).map_err(|error| ModelError::NotOnnx {
            reason: error.to_string(),
        })?;
        let mut info = metadata::read(&model.metadata_props, sidecar)?;
        let graph = graph::check(&model)?;
        let (_, input_shape) = graph::input(graph, &info.front_end)?;
        let quantized = graph
            .node
            .iter()
            .any(|node| node.op_type == "QuantizeLinear");
        graph::output(graph)?;
        let output_shape = analysis::output_shape(model, &input_shape)?;
        let outputs = output_shape.iter().map(|&length| length as u64).product();
        if outputs != info.tags.len() as u64 {
            return Err(ModelError::TagCount {
                tags: info.tags.len(),
                outputs,
                shape: format!("{output_shape:?}"),
            });
        }
        info.sha256 = sha256_of(&onnx);
        Ok(Self {
            info: Arc::new(info),
            onnx: onnx.into(),
            input_shape,
            quantized,
            embedding: 0,
        })
    }

    /// Opens the model inside this program.
    ///
    /// # Errors
    /// A program that passed its tests gives none.
    pub fn built_in() -> Result<Self, ModelError> {
        Self::from_bytes(tagline_models::DEFAULT_MODEL.to_vec(), None)
    }

    /// The same model, whose networks also give an embedding of each window
    /// ([`Network::embedding`](crate::Network::embedding)): what the last layer with weights takes in, as
    /// the mean over the positions at which that layer looks. [`Self::onnx`] is then no longer the file.
    ///
    /// ```
    /// use tagline_engine::Model;
    ///
    /// let model = Model::built_in()?.with_embedding()?;
    /// assert_eq!(model.embedding_values(), 256);
    /// # Ok::<(), tagline_engine::ModelError>(())
    /// ```
    ///
    /// # Errors
    /// [`ModelError::Embedding`] if the network has no such layer, or it takes in too much.
    pub fn with_embedding(&self) -> Result<Self, ModelError> {
        if self.embedding > 0 {
            return Ok(self.clone());
        }
        let refused = |reason: String| ModelError::Embedding { reason };
        let decoded = ModelProto::decode(&*self.onnx);
        let mut model = decoded.map_err(|error| ModelError::NotOnnx {
            reason: error.to_string(),
        })?;
        embedding::add(&mut model).map_err(refused)?;
        let shape = analysis::output_shape(model.clone(), &self.input_shape)?;
        let outputs: u64 = shape.iter().map(|&length| length as u64).product();
        let values = outputs.saturating_sub(self.info.tags.len() as u64);
        if !(1..=MAX_EMBEDDING).contains(&values) {
            return Err(refused(format!(
                "its last layer takes in {values} values, where 1 to {MAX_EMBEDDING} are expected"
            )));
        }
        if let Some(graph) = &mut model.graph {
            for output in &mut graph.output {
                *output = shapes::f32_value(&output.name, &shape);
            }
        }
        Ok(Self {
            onnx: model.encode_to_vec().into(),
            embedding: values as usize,
            ..self.clone()
        })
    }

    /// Values of the embedding that its networks give; 0 without [`Self::with_embedding`].
    #[must_use]
    pub fn embedding_values(&self) -> usize {
        self.embedding
    }

    /// What the model says of itself.
    #[must_use]
    pub fn info(&self) -> &Arc<ModelInfo> {
        &self.info
    }

    /// The file's bytes.
    #[must_use]
    pub fn onnx(&self) -> &[u8] {
        &self.onnx
    }

    /// Shape of the network's input for one window: `[1, 1, bands, frames]`, or `[1, bands, frames]`.
    pub(crate) fn input_shape(&self) -> &[usize] {
        &self.input_shape
    }

    /// Whether the network rounds its inner values to a few bits. Backends that differ in the last
    /// place of an f32 may then differ by a whole step.
    pub(crate) fn is_quantized(&self) -> bool {
        self.quantized
    }
}
