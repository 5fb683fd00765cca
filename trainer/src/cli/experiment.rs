//! `trainer experiment`.

use std::io::Write;
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use trainer::experiment::{self, Experiment, ExperimentError, ExperimentOptions};
use trainer::metrics::Bootstrap;
use trainer::train::Recipe;

use super::backend::{BackendArg, library_dirs};
use super::devices::DeviceArgs;
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
    devices: DeviceArgs,
    /// Factor of the number of maps in every layer. The paper's is 1.
    #[arg(long, default_value_t = Recipe::default().width)]
    width: f64,
    /// Most epochs: how often every clip is seen.
    #[arg(long, default_value_t = Recipe::default().epochs)]
    epochs: usize,
    /// Clips of a step.
    #[arg(long, default_value_t = Recipe::default().batch)]
    batch: usize,
    /// Highest learning rate, after the warm-up; it falls to 0 along a cosine.
    #[arg(long, default_value_t = Recipe::default().learning_rate)]
    lr: f64,
    /// Epochs without a better validation ROC-AUC after which a training ends.
    #[arg(long, value_name = "EPOCHS", default_value_t = Recipe::default().patience)]
    patience: usize,
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
    let processors = std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
    let default_out = || PathBuf::from("experiments").join(experiment.name());
    let options = ExperimentOptions {
        experiment,
        data: args.data,
        out: args.out.unwrap_or_else(default_out),
        only: args.only,
        recipe: Recipe {
            width: args.width,
            epochs: args.epochs,
            batch: args.batch,
            learning_rate: args.lr,
            patience: args.patience,
            seed: args.seed,
            cards: args.devices.cards,
            precision: args.devices.precision(),
            ..Recipe::default()
        },
        device: args.devices.device(),
        backend: args.backend.into(),
        library_dirs: library_dirs(),
        jobs: args.jobs.unwrap_or(processors),
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
