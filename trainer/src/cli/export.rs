//! `trainer export`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use indicatif::ProgressBar;
use tagline_engine::Model;

use super::backend::library_dirs;
use super::{Outcome, still_wanted};
use crate::export::{Export, to_int8, write};

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
    /// Make the network smaller, and faster in ONNX Runtime; what that costs is printed.
    #[arg(long, value_enum, value_name = "TYPE", requires = "data")]
    quantize: Option<Quantize>,
    /// Prepared data to quantize with: the training split calibrates, the validation split
    /// measures.
    #[arg(long, value_name = "DIR", requires = "quantize")]
    data: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Quantize {
    /// 8 bits a weight and value inside the network.
    Int8,
}

pub(super) fn run(args: ExportArgs) -> Outcome {
    let export = Export {
        run: args.run,
        name: args.name,
        version: args.version,
        licence: args.licence,
        provenance: args.provenance,
    };
    let mut model = export.model()?;
    if let (Some(Quantize::Int8), Some(data)) = (args.quantize, &args.data) {
        model = quantized(&model, data)?;
    }
    write(&model, &args.out)?;
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

/// The model in int8, with a line on what it cost.
fn quantized(model: &Model, data: &Path) -> Result<Model, Box<dyn std::error::Error>> {
    let jobs = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let progress = ProgressBar::new(0);
    let int8 = to_int8(model, data, &library_dirs(), jobs, &progress);
    progress.finish_and_clear();
    let int8 = int8?;
    let [before, after] = [int8.f32, int8.int8];
    let line = format!(
        "int8: macro ROC-AUC {:.4} ({}) instead of {:.4} ({}), {:+.4}, on {} clips of valid; {} kB \
         instead of {}\n",
        after.1,
        after.0.name(),
        before.1,
        before.0.name(),
        after.1 - before.1,
        int8.clips,
        int8.model.onnx().len() / 1000,
        model.onnx().len() / 1000,
    );
    still_wanted(std::io::stdout().write_all(line.as_bytes()))?;
    Ok(int8.model)
}
