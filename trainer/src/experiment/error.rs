//! Errors of experiments.

use tagline_files::advice;

use crate::charts::ChartError;
use crate::convert::export::ExportError;
use crate::data::DataError;
use crate::evaluation::EvaluateError;
use crate::train::TrainError;

/// Why an experiment did not finish. Its finished systems are kept.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExperimentError {
    /// The data set cannot be used.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The folder holds results that do not belong in the same tables.
    #[error(
        "{path}: was made with {differences}; give the same options and data, or another folder"
    )]
    OtherOptions {
        /// The result.
        path: String,
        /// The differences, with the values there.
        differences: String,
    },
    /// An option of the training makes no sense.
    #[error(transparent)]
    Recipe(TrainError),
    /// A system cannot be trained.
    #[error("{system}: {source}")]
    Train {
        /// The system.
        system: &'static str,
        /// Why.
        source: TrainError,
    },
    /// The experiment has no system of this name.
    #[error("this experiment has no system `{name}`; it has {known}")]
    NoSuchSystem {
        /// What was given.
        name: String,
        /// The names of its systems.
        known: String,
    },
    /// A trained system cannot be exported.
    #[error("{system}: {source}")]
    Export {
        /// The system.
        system: &'static str,
        /// Why.
        source: ExportError,
    },
    /// A trained system cannot be evaluated.
    #[error("{system}: {source}")]
    Evaluate {
        /// The system.
        system: &'static str,
        /// Why.
        source: EvaluateError,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}{}", advice(.source))]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// A figure cannot be drawn.
    #[error(transparent)]
    Chart(#[from] ChartError),
    /// It was interrupted.
    #[error("interrupted at a checkpoint; the same command goes on from there")]
    Interrupted,
}
