//! Model files: one `.onnx` that carries its tags and its front-end (`docs/model-format.md`).
//!
//! `source` finds a file, `file` reads it and checks it: `wire` its structure, `metadata` its tags
//! and front-end, `graph`, `operator`, `tensor` and `constants` its network, `analysis` and `work`
//! what the network computes. `embedding` lets it give its last layer's input. `skim` reads the metadata alone, and `built_in` that of the model
//! inside this program. `limits` has what a file may ask for.
//!
//! This wing runs no network.

mod address;
mod analysis;
mod built_in;
mod calibration;
mod constants;
mod embedding;
mod error;
mod file;
mod folders;
mod graph;
mod info;
mod limits;
mod metadata;
mod operator;
mod reading;
mod shapes;
mod skim;
mod source;
mod tensor;
mod wire;
mod work;

pub use address::path_of_address;
pub use built_in::{built_in_info, built_in_sha256};
pub use calibration::{Calibration, logit, sigmoid};
pub use error::ModelError;
pub use file::Model;
pub use folders::{model_folders, user_folder};
pub use info::{ModelInfo, OutputKind, TagNote};
pub use limits::{MAX_INNER_VALUES, MAX_MODEL_BYTES, MAX_MULTIPLY_ADDS};
pub use metadata::write_metadata;
pub(crate) use shapes::{f32_value, fix_shapes};
pub use skim::read_info;
pub use source::{ModelPlace, ModelSource, SourceError, models_in};
