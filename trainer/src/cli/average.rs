//! `trainer average`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tagline_engine::Model;
use trainer::average::average;
use trainer::convert::export::write;

use super::{Outcome, check_folder, of_model, still_wanted};

/// Average the weights of models that were learned from one another, such as a model and what `trainer refine`
/// made of it: the mean often knows what either knows.
///
/// Writes a model with the first one's description, without a calibration.
#[derive(Debug, Args)]
pub(super) struct AverageArgs {
    /// Model files of the same network, tags and front-end.
    #[arg(required = true, num_args = 2..)]
    models: Vec<PathBuf>,
    /// Where the averaged model is written.
    #[arg(long)]
    out: PathBuf,
}

pub(super) fn run(args: &AverageArgs) -> Outcome {
    check_folder(&args.out)?;
    let open = |path: &PathBuf| Ok((path.display().to_string(), Model::open(path)?));
    let models: Vec<_> = args
        .models
        .iter()
        .map(open)
        .collect::<Result<_, tagline_engine::ModelError>>()?;
    let mut info = (**models[0].1.info()).clone();
    info.calibration = None;
    let averaged = average(&models, &info)?;
    write(&averaged, &args.out)?;
    still_wanted(std::io::Write::write_all(
        &mut std::io::stdout(),
        of_model(&args.out, &averaged).as_bytes(),
    ))?;
    Ok(ExitCode::SUCCESS)
}
