//! `trainer import`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use trainer::convert::import::{Import, PRESETS};

use super::about::AboutArgs;
use super::{Outcome, make_folder_of, of_model, still_wanted};

/// Make a model file from published weights: safetensors, PyTorch (.pth, .pt), Keras 1.x HDF5, or a
/// TensorFlow checkpoint.
#[derive(Debug, Args)]
pub(super) struct ImportArgs {
    /// File of weights, or the index (.index) of a TensorFlow checkpoint, whose shards lie beside it. It is
    /// read without executing anything in it.
    file: PathBuf,
    /// The network that the weights belong to.
    #[arg(long, value_parser = PRESETS.map(|preset| preset.name))]
    preset: String,
    /// Key under which a PyTorch file holds the tensors, if it holds several networks.
    #[arg(long)]
    key: Option<String>,
    /// Prefix to strip from the tensors' names, if the file holds several networks.
    #[arg(long, value_name = "PREFIX")]
    strip: Option<String>,
    /// Tag names in output order: a JSON list, a JSON object of lists, one name in each line, or a
    /// .npy file. The presets of musicnn have theirs.
    #[arg(long)]
    tags: Option<PathBuf>,
    /// Which list to take if the file of tags holds several.
    #[arg(long, value_name = "NAME", requires = "tags")]
    tag_set: Option<String>,
    /// How many patches of 187 frames (2.99 s) the window of a musicnn model holds; its tags are the mean
    /// over them. [default: 9, which is 26.9 s]
    #[arg(long, value_name = "N")]
    patches: Option<usize>,
    /// File to write the model to.
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
        patches: args.patches,
        about: args.about.into(),
    };
    make_folder_of(&args.out)?;
    let model = import.write(&args.out)?;
    let line = of_model(&args.out, &model);
    still_wanted(std::io::stdout().write_all(line.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
