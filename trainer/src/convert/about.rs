//! What a model says of itself.

use tagline_engine::{FrontEndSpec, ModelInfo, OutputKind};

/// What a new model says of itself. What is `None` is filled in.
#[derive(Clone, Debug, Default)]
pub struct About {
    /// Name of the model for people.
    pub name: Option<String>,
    /// Version of the model; 1 if `None`.
    pub version: Option<String>,
    /// Licence of the weights; `not stated` if `None`.
    pub licence: Option<String>,
    /// Where the weights come from.
    pub provenance: Option<String>,
}

impl About {
    /// The metadata of a network that gives a probability for each of `tags`. `name` and
    /// `provenance` stand in where none are given.
    pub(crate) fn info(
        &self,
        name: String,
        provenance: String,
        tags: Vec<String>,
        front_end: FrontEndSpec,
    ) -> ModelInfo {
        let given = |value: &Option<String>, default: String| value.clone().unwrap_or(default);
        ModelInfo {
            name: given(&self.name, name),
            version: given(&self.version, "1".into()),
            licence: given(&self.licence, "not stated".into()),
            provenance: given(&self.provenance, provenance),
            tags,
            front_end,
            output: OutputKind::Probabilities,
            groups: None,
            notes: None,
            calibration: None,
            sha256: String::new(),
        }
    }
}
