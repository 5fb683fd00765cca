//! The options of what runs networks, for every command that runs one.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use tagline_engine::{Backend, BackendChoice, Model};
use trainer::data::Clips;
use trainer::evaluation::{EvaluateError, Predictor};
use trainer::work::processors;

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum BackendArg {
    /// The fastest that works on this machine.
    #[default]
    Auto,
    Tract,
    /// ONNX Runtime on the CPU.
    OrtCpu,
    Cuda,
    Directml,
}

impl From<BackendArg> for BackendChoice {
    fn from(backend: BackendArg) -> Self {
        match backend {
            BackendArg::Auto => Self::Auto,
            BackendArg::Tract => Self::Only(Backend::Tract),
            BackendArg::OrtCpu => Self::Only(Backend::OnnxRuntimeCpu),
            BackendArg::Cuda => Self::Only(Backend::Cuda),
            BackendArg::Directml => Self::Only(Backend::DirectMl),
        }
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
