//! Why a model file is refused. Every message says what is wrong, where, and what to do.

/// Why a model file is refused.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ModelError {
    /// A file on disk is refused.
    #[error("{path}: {problem}")]
    File {
        /// The file.
        path: String,
        /// What is wrong with it.
        problem: Box<ModelError>,
    },
    /// The file cannot be read.
    #[error("{path}: {source}{}", advice(.source))]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is larger than any model this program accepts.
    #[error(
        "{bytes} bytes is more than the {limit} a {what} may have; make it smaller, or choose \
         another model"
    )]
    TooLarge {
        /// Model file or sidecar.
        what: &'static str,
        /// Size of the file.
        bytes: u64,
        /// Largest size.
        limit: u64,
    },
    /// The bytes are not an ONNX model.
    #[error("this is not an ONNX model ({reason}); choose a .onnx file")]
    NotOnnx {
        /// What gave it away.
        reason: String,
    },
    /// The file ends too early.
    #[error("the file is cut off, at least {missing} bytes are missing; copy or download it again")]
    Truncated {
        /// Bytes that the last field should have and the file lacks.
        missing: u64,
    },
    /// The file has more parts than a network can need.
    #[error("the file holds more than {limit} {what}; export the network in a simpler form")]
    TooManyParts {
        /// What the file has too many of.
        what: &'static str,
        /// The most it may have.
        limit: usize,
    },
    /// The file has no tags and no front-end, and there is no sidecar.
    #[error(
        "the model does not say its tags and front-end: add `tagline.*` metadata, or a file of \
         the same name ending in .json beside it (docs/model-format.md)"
    )]
    MissingMetadata,
    /// A metadata property is missing.
    #[error("`{key}` is missing from the {place}; add it (docs/model-format.md)")]
    MissingKey {
        /// The property.
        key: String,
        /// Metadata or sidecar.
        place: &'static str,
    },
    /// This program does not know the version of the metadata.
    #[error(
        "`format` is `{found}` in the {place}, this version of Tagline reads `1`; update Tagline"
    )]
    FormatVersion {
        /// What the file says.
        found: String,
        /// Metadata or sidecar.
        place: &'static str,
    },
    /// A metadata property has a wrong value.
    #[error("`{key}` in the {place}: {reason}; correct it (docs/model-format.md)")]
    Metadata {
        /// The property.
        key: String,
        /// Metadata or sidecar.
        place: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// A front-end parameter is impossible.
    #[error("front-end parameter `{field}`: {reason}; correct it (docs/model-format.md)")]
    FrontEnd {
        /// Name of the field in [`FrontEndSpec`](crate::FrontEndSpec).
        field: &'static str,
        /// What is wrong with it.
        reason: String,
    },
    /// The list of tags is empty or too long.
    #[error("the model has {tags} tags; it needs between 1 and {limit}")]
    NumberOfTags {
        /// Tags in the list.
        tags: usize,
        /// Most tags.
        limit: usize,
    },
    /// A tag has no text, or text that cannot be shown.
    #[error("tag {index} (counted from 0) {reason}; correct the list of tags")]
    Tag {
        /// Position in the list.
        index: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Two tags are the same.
    #[error(
        "the tag `{tag}` appears twice (positions {first} and {second}, counted from 0); each tag needs its own name"
    )]
    DuplicateTag {
        /// The tag.
        tag: String,
        /// Its first position.
        first: usize,
        /// Its second position.
        second: usize,
    },
    /// The number of tags is not that of the outputs.
    #[error(
        "the list has {tags} tags but the network gives {outputs} values (output shape {shape}); give one tag for each value"
    )]
    TagCount {
        /// Tags in the list.
        tags: usize,
        /// Values in the output for one window.
        outputs: u64,
        /// Shape of the output.
        shape: String,
    },
    /// A tensor does not hold as many values as its shape says.
    #[error(
        "the tensor `{tensor}` of shape {dims} should have {claimed} bytes and has {present}; the \
         file is damaged, copy or export it again"
    )]
    TensorSize {
        /// The tensor.
        tensor: String,
        /// Its shape.
        dims: String,
        /// Bytes of that shape, or "too many".
        claimed: String,
        /// Bytes in the file.
        present: u64,
    },
    /// A tensor is of a type or shape that no backend accepts.
    #[error("the tensor `{tensor}` {reason}; export the network with plain tensors")]
    Tensor {
        /// The tensor.
        tensor: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A weight is infinite or not a number.
    #[error(
        "the tensor `{tensor}` holds {value} at position {index}; the training went wrong, choose another checkpoint"
    )]
    NonFinite {
        /// The tensor.
        tensor: String,
        /// Position of the first such value.
        index: usize,
        /// The value.
        value: f64,
    },
    /// A tensor lies in another file.
    #[error("the tensor `{tensor}` lies in another file; export the model as a single file")]
    ExternalData {
        /// The tensor.
        tensor: String,
    },
    /// An operator is not supported.
    #[error(
        "the operator {operator} (node `{node}`) is not supported; export the network without it"
    )]
    Operator {
        /// Its name, with its domain if it is not ONNX's own.
        operator: String,
        /// Where it stands.
        node: String,
    },
    /// A backend would compute an operator wrongly, and nobody would notice.
    #[error("{operator} (node `{node}`) {reason}")]
    Miscomputed {
        /// Its name.
        operator: String,
        /// Where it stands.
        node: String,
        /// What would go wrong, and what to do.
        reason: String,
    },
    /// The graph is not well-formed.
    #[error("the graph is broken: {reason}; export the model again")]
    Graph {
        /// What is wrong with it.
        reason: String,
    },
    /// The version of ONNX's operators is missing or not supported.
    #[error(
        "the operator set version is {found}; export with a version from {lowest} to {highest}"
    )]
    Opset {
        /// What the file says.
        found: String,
        /// Oldest version.
        lowest: i64,
        /// Newest version.
        highest: i64,
    },
    /// There is not exactly one input or output.
    #[error("the network has {count} {what} ({names}); it needs exactly one")]
    InputsOrOutputs {
        /// "inputs" or "outputs".
        what: &'static str,
        /// How many there are.
        count: usize,
        /// Their names.
        names: String,
    },
    /// The input does not accept the window of the front-end.
    #[error(
        "the input `{input}` is {found}, but the front-end gives f32 [N, 1, {bands}, {frames}] (or \
         [N, {bands}, {frames}]); correct the front-end or export the network again"
    )]
    InputShape {
        /// Name of the input.
        input: String,
        /// Its type and shape.
        found: String,
        /// Mel bands of the front-end.
        bands: usize,
        /// Frames of the front-end.
        frames: usize,
    },
    /// A tensor inside the network would be too large.
    #[error(
        "node `{node}` may give {elements} values, more than {limit}; use a smaller network, and \
         fold its constants when exporting it"
    )]
    TooMuchMemory {
        /// Where it arises.
        node: String,
        /// Its number of values.
        elements: String,
        /// Most values.
        limit: u64,
    },
    /// The network would compute for too long.
    #[error(
        "a window takes {billions} billion multiply-accumulates, more than {limit} billion, most of \
         them in node `{node}`; use a smaller network or a shorter window"
    )]
    TooMuchWork {
        /// Where most of them arise.
        node: String,
        /// How many there are, in billions.
        billions: u64,
        /// Most of them, in billions.
        limit: u64,
    },
    /// The network gives no embedding.
    #[error(
        "the network gives no embedding: {reason}; choose another model, or do without embeddings"
    )]
    Embedding {
        /// What stands in the way.
        reason: String,
    },
    /// The network cannot be understood.
    #[error(
        "the network cannot be loaded: {reason}; export it again, with fixed shapes if possible"
    )]
    Network {
        /// What the inference library says.
        reason: String,
    },
}

/// What to do about a file that cannot be read, if the reason itself does not say it.
fn advice(source: &std::io::Error) -> &'static str {
    use std::io::ErrorKind;
    match source.kind() {
        ErrorKind::Other => "",
        ErrorKind::NotFound => "; put the file back, or choose another model",
        ErrorKind::PermissionDenied => {
            "; give yourself permission to read it, or choose another model"
        }
        _ => "; copy it to another disk, or choose another model",
    }
}

impl ModelError {
    /// The reason alone, without the file.
    #[must_use]
    pub fn problem(&self) -> &Self {
        match self {
            Self::File { problem, .. } => problem.problem(),
            other => other,
        }
    }
}
