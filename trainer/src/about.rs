//! What a model says of itself.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use tagline_engine::{FrontEndSpec, ModelInfo, OutputKind};

/// What a new model shall say of itself; what is not given is filled in.
#[derive(Args, Clone, Debug, Default)]
pub struct About {
    /// Name of the model for people.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    pub name: Option<String>,
    /// Version of the model; 1 if not given.
    #[arg(long)]
    pub version: Option<String>,
    /// Licence of the weights; `not stated` if not given.
    #[arg(long)]
    pub licence: Option<String>,
    /// Where the weights come from.
    #[arg(long)]
    pub provenance: Option<String>,
}

impl About {
    /// The metadata of a network that answers with a probability for each of `tags`; `name` and
    /// `provenance` where none are given.
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
            calibration: None,
            sha256: String::new(),
        }
    }
}
