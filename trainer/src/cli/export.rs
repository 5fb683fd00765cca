//! `trainer export`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;

use super::{Outcome, still_wanted};
use crate::export::Export;

/// Make a model file of the best epoch of a training.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Folder of the run.
    #[arg(long)]
    run: PathBuf,
    /// Where the model is written, whole or not at all.
    #[arg(long)]
    out: PathBuf,
    /// Name of the model for people.
    #[arg(long)]
    name: Option<String>,
    /// Version of the model.
    #[arg(long)]
    version: Option<String>,
    /// Licence of the weights.
    #[arg(long)]
    licence: Option<String>,
    /// Where the weights come from.
    #[arg(long)]
    provenance: Option<String>,
}

pub(super) fn run(args: ExportArgs) -> Outcome {
    let export = Export {
        run: args.run,
        name: args.name,
        version: args.version,
        licence: args.licence,
        provenance: args.provenance,
    };
    let model = export.write(&args.out)?;
    let line = format!(
        "{}: {}, {} tags, {:.1} s window\n",
        args.out.display(),
        model.info().name,
        model.info().tags.len(),
        model.info().front_end.window_seconds(),
    );
    still_wanted(std::io::stdout().write_all(line.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
