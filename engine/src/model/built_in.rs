//! The model inside this program. Only its metadata is read before it runs.

use std::sync::OnceLock;

use tagline_models::DEFAULT_MODEL;

use super::info::ModelInfo;
use super::reading::sha256_of;
use super::skim::info_in;

/// What the built-in model says of itself, without its `sha256`. This is cheap: it reads the metadata
/// alone, and once in a process.
///
/// ```
/// let tags = &tagline_engine::built_in_info().tags;
/// assert!(tags.iter().any(|tag| tag == "piano"));
/// ```
///
/// # Panics
/// If this program was built with a model without valid metadata. A test rules that out.
#[must_use]
pub fn built_in_info() -> &'static ModelInfo {
    static INFO: OnceLock<ModelInfo> = OnceLock::new();
    INFO.get_or_init(|| info_in(DEFAULT_MODEL).expect("the built-in model has metadata"))
}

/// SHA-256 of the built-in model in lower-case hex. The first call takes some milliseconds, as it
/// reads the whole model.
#[must_use]
pub fn built_in_sha256() -> &'static str {
    static SHA256: OnceLock<String> = OnceLock::new();
    SHA256.get_or_init(|| sha256_of(DEFAULT_MODEL))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Model;

    #[test]
    fn the_info_of_the_built_in_model_is_that_of_the_model_that_runs() {
        let model = Model::built_in().expect("a whole model");
        let early = ModelInfo {
            sha256: built_in_sha256().to_owned(),
            ..built_in_info().clone()
        };
        assert_eq!(**model.info(), early);
    }
}
