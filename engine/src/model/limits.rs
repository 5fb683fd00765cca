//! What a model file may ask for. `docs/model-format.md` lists these limits.

/// Most bytes of a model file.
pub const MAX_MODEL_BYTES: u64 = 1 << 30;
/// Most bytes of the sidecar beside a model file.
pub(super) const MAX_SIDECAR_BYTES: u64 = 4 << 20;
/// Most bytes of the metadata in a model file.
pub(super) const MAX_METADATA_BYTES: u64 = 8 << 20;

/// Most tags.
pub(super) const MAX_MODEL_TAGS: usize = 10_000;
/// Longest tag, in bytes.
pub(super) const MAX_TAG_BYTES: usize = 200;
/// Longest name of a tag's group, in bytes.
pub(super) const MAX_GROUP_BYTES: usize = 200;

/// Longest text of a tag's note, in bytes.
pub(super) const MAX_NOTE_BYTES: usize = 1000;

/// Most messages and fields in a file, without the weights.
pub(super) const MAX_PARTS: usize = 1 << 20;
/// Most bytes of a file, without the weights.
pub(super) const MAX_STRUCTURE_BYTES: usize = 8 << 20;
/// Deepest nesting of messages in a file.
pub(super) const MAX_DEPTH: usize = 32;

/// The oldest and the newest operator set whose operators tract and ONNX Runtime both know.
pub(super) const OPSETS: std::ops::RangeInclusive<i64> = 7..=22;
/// Most nodes. A recurrent network that is unrolled over a window has some thousand.
pub(super) const MAX_NODES: usize = 20_000;
/// Longest text in a node's attribute, in bytes.
pub(super) const MAX_ATTRIBUTE_TEXT_BYTES: usize = 4096;
/// Largest stride, dilation, kernel or padding.
pub(super) const MAX_GEOMETRY: i64 = 1 << 16;
/// Most axes of a tensor.
pub(super) const MAX_RANK: usize = 8;

/// Most values of a tensor inside the network for one window (256 MiB of f32).
pub const MAX_INNER_VALUES: u64 = 1 << 26;
/// Most values that all operators together compute from constants alone. This takes some seconds,
/// during which nothing else can be answered.
pub(super) const MAX_COMPUTED_VALUES: u64 = 1 << 33;
/// Most multiply-accumulates of a window, which take some seconds of one processor core. The largest
/// of the paper's networks, FCN-3, needs 18 billion; three times as wide, it needs about 160.
pub const MAX_MULTIPLY_ADDS: u64 = 200_000_000_000;
