//! The model inside this program, of which little is read before it runs.

use std::sync::OnceLock;

use prost::Message;
use tagline_models::DEFAULT_MODEL;
use tract_onnx::pb::StringStringEntryProto;

use crate::ModelInfo;
use crate::model::{metadata, sha256_of};

/// The properties of a `ModelProto` alone: what else is in the file is skipped, not copied.
#[derive(Clone, PartialEq, Message)]
struct Properties {
    #[prost(message, repeated, tag = "14")]
    metadata_props: Vec<StringStringEntryProto>,
}

/// What the built-in model says of itself, without its `sha256`. Cheap: it reads the metadata and
/// nothing else, once for the process.
///
/// # Panics
/// If this program was built with a model that has no valid metadata, which a test rules out.
#[must_use]
pub fn built_in_info() -> &'static ModelInfo {
    static INFO: OnceLock<ModelInfo> = OnceLock::new();
    INFO.get_or_init(|| {
        let properties = Properties::decode(DEFAULT_MODEL).expect("the built-in model is ONNX");
        metadata::read(&properties.metadata_props, None).expect("the built-in model has metadata")
    })
}

/// SHA-256 of the built-in model in lower-case hex. The first call reads all of it, which takes some
/// milliseconds.
#[must_use]
pub fn built_in_sha256() -> &'static str {
    static SHA256: OnceLock<String> = OnceLock::new();
    SHA256.get_or_init(|| sha256_of(DEFAULT_MODEL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Model;

    #[test]
    fn what_is_read_of_the_built_in_model_beforehand_is_what_runs() {
        let model = Model::built_in().expect("a whole model");
        let early = ModelInfo {
            sha256: built_in_sha256().to_owned(),
            ..built_in_info().clone()
        };
        assert_eq!(**model.info(), early);
    }
}
