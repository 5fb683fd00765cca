//! `trainer export`.

use std::io::Write;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use trainer::convert::export::{Cost, Export, Int8, to_int8, write};

use super::about::AboutArgs;
use super::backend::library_dirs;
use super::progress::Shown;
use super::{Outcome, make_folder_of, of_model, still_wanted};

/// Make a model file from the best epoch of a training.
#[derive(Debug, Args)]
pub(super) struct ExportArgs {
    /// Folder of the run.
    #[arg(long)]
    run: PathBuf,
    /// File to write the model to.
    #[arg(long)]
    out: PathBuf,
    /// Store and compute with integers of 8 bits, calibrated on the training split of --data, and
    /// print what that costs on the test split.
    #[arg(long, value_enum, value_name = "TYPE", requires = "data")]
    quantize: Option<Quantize>,
    /// Folder of prepared data, for --quantize.
    #[arg(long, value_name = "DIR", requires = "quantize")]
    data: Option<PathBuf>,
    /// The vocabulary that gives the group of each tag and what it means, such as models/tags.toml.
    #[arg(long, value_name = "TOML")]
    vocabulary: Option<PathBuf>,
    #[command(flatten)]
    about: AboutArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Quantize {
    Int8,
}

pub(super) fn run(args: ExportArgs) -> Outcome {
    let export = Export {
        run: args.run,
        about: args.about.into(),
        vocabulary: args.vocabulary,
    };
    let mut model = export.model()?;
    let mut cost = String::new();
    if let (Some(Quantize::Int8), Some(data)) = (args.quantize, &args.data) {
        let Int8 {
            model: int8,
            roc_auc: [before, after],
            clips,
            cost: [f32, in_int8],
        } = to_int8(&model, data, &library_dirs(), &Shown::new())?;
        cost = format!(
            "int8: macro ROC-AUC {after:.4} on {clips} test clips, {before:.4} in f32 ({:+.4})\n",
            after - before,
        );
        cost += &compared("a window", f32, in_int8, |cost| cost.window_ms);
        cost += &compared("an update a second", f32, in_int8, |cost| cost.update_ms);
        model = int8;
    }
    make_folder_of(&args.out)?;
    write(&model, &args.out)?;
    let text = of_model(&args.out, &model) + &cost;
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}

/// A line about what the time `of` something is in int8 and in f32.
fn compared(what: &str, f32: Cost, int8: Cost, of: fn(&Cost) -> f64) -> String {
    let ratio = of(&int8) / of(&f32).max(1e-6);
    let share = match ratio {
        ratio if ratio > 1.0 => format!("{ratio:.1} times as long as"),
        ratio => format!("{:.1} times faster than", 1.0 / ratio.max(1e-6)),
    };
    format!(
        "{what}: {:.1} ms on {}, {share} in f32 ({:.1} ms on {})\n",
        of(&int8),
        int8.backend.name(),
        of(&f32),
        f32.backend.name(),
    )
}
