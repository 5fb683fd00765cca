//! Every inconsistency of a model file is a named error.

mod damage;
mod file;
mod front_end;
mod graph;
mod memory;
mod metadata;
mod weights;
mod work;

use tagline_engine::{Model, ModelError};
use tagline_tests::TinyModel;
use tract_onnx::pb::GraphProto;

const TAGS: [&str; 3] = ["low", "middle", "high"];

fn tiny() -> TinyModel {
    TinyModel::new(&TAGS, 20)
}

fn open(model: &TinyModel) -> Result<Model, ModelError> {
    Model::from_bytes(model.bytes(), None)
}

/// Why the tiny model is refused after `change` to its graph.
fn refusal(change: impl FnOnce(&mut GraphProto)) -> ModelError {
    let mut tiny = tiny();
    change(tiny.model.graph.as_mut().unwrap());
    open(&tiny).unwrap_err()
}

/// Why the tiny model is refused with the metadata property `key` set to `value`.
fn metadata_refusal(key: &str, value: &str) -> ModelError {
    open(&tiny().with(key, Some(value))).unwrap_err()
}

/// A sidecar with the tiny model's metadata.
fn sidecar() -> serde_json::Value {
    let metadata = tiny().metadata;
    let get = |key: &str| {
        let found = metadata.iter().find(|(k, _)| k == key);
        found.unwrap().1.clone()
    };
    serde_json::json!({
        "format": "1", "name": "Beside", "version": "2", "licence": "MIT", "provenance": "A test.",
        "tags": TAGS, "output": "logits",
        "front_end": serde_json::from_str::<serde_json::Value>(&get("tagline.front_end")).unwrap(),
    })
}

fn without_metadata() -> TinyModel {
    let mut tiny = tiny();
    tiny.metadata.clear();
    tiny
}

/// Asserts that an expression matches a pattern. If not, this prints the value.
macro_rules! assert_matches {
    ($value:expr, $pattern:pat $(if $guard:expr)?) => {
        match $value {
            $pattern $(if $guard)? => {}
            other => panic!("{other:?}"),
        }
    };
}
use assert_matches;
