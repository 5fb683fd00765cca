//! `trainer import`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use trainer::convert::import::{Import, PRESETS};

use super::about::AboutArgs;
use super::{Outcome, make_folder_of, of_model, still_wanted};

/// Make a model file of published weights: safetensors, PyTorch (.pth, .pt) or Keras 1.x HDF5.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// File of weights. It is read without executing anything in it.
    file: PathBuf,
    /// The network whose weights they are.
    #[arg(long, value_parser = PRESETS.map(|preset| preset.name))]
    preset: String,
    /// Key under which a file of PyTorch's holds the tensors, where it holds several.
    #[arg(long)]
    key: Option<String>,
    /// What the names of the network's tensors begin with, where it cannot be told.
    #[arg(long, value_name = "PREFIX")]
    strip: Option<String>,
    /// Tag names in output order: a JSON list, a JSON object of lists, one a line, or tags.npy.
    #[arg(long)]
    tags: PathBuf,
    /// Which list to take where the file of tags holds several.
    #[arg(long, value_name = "NAME")]
    tag_set: Option<String>,
    /// Where the model is written, whole or not at all.
    #[arg(long)]
    out: PathBuf,
    #[command(flatten)]
    about: AboutArgs,
}

pub(super) fn run(args: ImportArgs) -> Outcome {
    let import = Import {
        weights: args.file,
        preset: args.preset,
        tags: args.tags,
        key: args.key,
        strip: args.strip,
        tag_set: args.tag_set,
        about: args.about.into(),
    };
    make_folder_of(&args.out)?;
    let model = import.write(&args.out)?;
    let line = of_model(&args.out, &model);
    still_wanted(std::io::stdout().write_all(line.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
