//! What runs networks, for every command that runs one.

use std::path::{Path, PathBuf};

use clap::ValueEnum;
use tagline_engine::{Backend, BackendChoice};

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
pub(super) enum BackendArg {
    /// The fastest that works here.
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

/// ONNX Runtime's library may lie beside the program.
pub(super) fn library_dirs() -> Vec<PathBuf> {
    let program = std::env::current_exe().ok();
    let folder = program.as_deref().and_then(Path::parent);
    folder.map(Path::to_owned).into_iter().collect()
}
