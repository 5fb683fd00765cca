//! The options of a new model's description, for every command that makes a model.

use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use trainer::convert::About;

#[derive(Args, Debug)]
pub(super) struct AboutArgs {
    /// Name of the model for people.
    #[arg(long, value_parser = NonEmptyStringValueParser::new())]
    name: Option<String>,
    /// Version of the model; 1 if not given.
    #[arg(long)]
    version: Option<String>,
    /// Licence of the weights; `not stated` if not given.
    #[arg(long)]
    licence: Option<String>,
    /// Where the weights come from.
    #[arg(long)]
    provenance: Option<String>,
}

impl From<AboutArgs> for About {
    fn from(args: AboutArgs) -> Self {
        Self {
            name: args.name,
            version: args.version,
            licence: args.licence,
            provenance: args.provenance,
        }
    }
}
