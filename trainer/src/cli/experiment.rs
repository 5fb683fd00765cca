//! `trainer experiment`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use trainer::experiment::{self, Experiment, ExperimentError, ExperimentOptions};
use trainer::metrics::Bootstrap;
use trainer::train::Recipe;
use trainer::work::processors;

use super::backend::{BackendArg, library_dirs};
use super::recipe::RecipeArgs;
use super::train::Shown;
use super::{Outcome, interrupted, say, still_wanted};

/// Run an experiment of the paper on prepared data: train, export and test each of its systems, and
/// print its tables beside the paper's numbers. The same command resumes it.
#[derive(Debug, Args)]
pub(super) struct ExperimentArgs {
    /// The experiment.
    #[arg(value_enum)]
    experiment: ExperimentArg,
    /// Folder of prepared data, with every input that the systems need.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Folder of the experiment [default: experiments/NAME].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Run only these systems, such as fcn4,fcn5. The tables also hold the systems that were
    /// finished before.
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    only: Vec<String>,
    #[command(flatten)]
    recipe: RecipeArgs,
    /// Seed of the trainings and of the confidence intervals.
    #[arg(long, default_value_t = Recipe::default().seed)]
    seed: u64,
    /// What runs the trained networks on the test split.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Test clips at the same time; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExperimentArg {
    /// Three depths and three inputs, on MagnaTagATune in the paper: Tables 3 and 4, Figure 2.
    #[value(name = "paper-1")]
    One,
    /// Five depths, on the Million Song Dataset in the paper: Table 5, Figure 3.
    #[value(name = "paper-2")]
    Two,
}

impl From<ExperimentArg> for Experiment {
    fn from(argument: ExperimentArg) -> Self {
        match argument {
            ExperimentArg::One => Self::One,
            ExperimentArg::Two => Self::Two,
        }
    }
}

pub(super) fn run(args: ExperimentArgs) -> Outcome {
    let experiment = Experiment::from(args.experiment);
    let default_out = || PathBuf::from("experiments").join(experiment.name());
    let options = ExperimentOptions {
        experiment,
        data: args.data,
        out: args.out.unwrap_or_else(default_out),
        only: args.only,
        recipe: Recipe {
            seed: args.seed,
            ..args.recipe.recipe()
        },
        device: args.recipe.devices.device(),
        backend: args.backend.into(),
        library_dirs: library_dirs(),
        jobs: args.jobs.unwrap_or_else(processors),
        bootstrap: Bootstrap {
            seed: args.seed,
            ..Bootstrap::default()
        },
    };
    let results = match experiment::run(&options, &Shown::new()) {
        Err(error @ ExperimentError::Interrupted) => return Ok(interrupted(&error)),
        results => results?,
    };
    say(&format!("tables and figure: {}", options.out.display()));
    let text = results.tables();
    still_wanted(std::io::stdout().write_all(text.as_bytes()))?;
    Ok(ExitCode::SUCCESS)
}
