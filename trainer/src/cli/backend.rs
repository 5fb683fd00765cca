//! The options of every command that runs a network.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValue;
use clap::{Args, ValueEnum};
use tagline_engine::{BackendChoice, Model};
use trainer::data::Clips;
use trainer::evaluation::{EvaluateError, Predictor};
use trainer::work::processors;

/// What runs networks, by its word on the command line.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct BackendArg(BackendChoice);

impl ValueEnum for BackendArg {
    fn value_variants<'a>() -> &'a [Self] {
        const ALL: [BackendArg; BackendChoice::ALL.len()] = {
            let mut all = [BackendArg(BackendChoice::Auto); BackendChoice::ALL.len()];
            let mut index = 0;
            while index < all.len() {
                all[index] = BackendArg(BackendChoice::ALL[index]);
                index += 1;
            }
            all
        };
        &ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        let help = match self.0 {
            BackendChoice::Auto => "the fastest that works on this machine",
            BackendChoice::Only(backend) => backend.name(),
        };
        Some(PossibleValue::new(self.0.argument()).help(help))
    }
}

impl From<BackendArg> for BackendChoice {
    fn from(backend: BackendArg) -> Self {
        backend.0
    }
}

/// Folders in which ONNX Runtime's library is looked for first: the program's own.
pub(super) fn library_dirs() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    folder.map(Path::to_owned).into_iter().collect()
}

/// How a model is run on prepared clips.
#[derive(Debug, Args)]
pub(super) struct PredictorArgs {
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Clips at the same time; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

impl PredictorArgs {
    /// Opens `model` with at most one network for each clip, since more would only cost memory.
    pub(super) fn open<'a>(
        &self,
        model: &'a Model,
        clips: &Clips,
    ) -> Result<Predictor<'a>, EvaluateError> {
        let at_least_one = |count| NonZeroUsize::new(count).unwrap_or(NonZeroUsize::MIN);
        let jobs = self
            .jobs
            .unwrap_or_else(processors)
            .min(at_least_one(clips.len()));
        Predictor::open(model, self.backend.into(), &library_dirs(), jobs)
    }
}
