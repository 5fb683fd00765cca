//! Opens and runs networks, and warns when another backend than the chosen one runs them.

use std::path::PathBuf;

use tagline_engine::{Backend, BackendChoice, InferenceError, Model, Network, open_network};

/// Opens `model` with `backend`. If another backend has to run it, a warning says why.
///
/// # Errors
/// [`InferenceError`] if not even tract can run it.
pub fn open(
    model: &Model,
    backend: BackendChoice,
    library_dirs: &[PathBuf],
) -> Result<Box<dyn Network>, InferenceError> {
    let (network, report) = open_network(model, backend, library_dirs)?;
    match backend {
        BackendChoice::Only(asked) if asked != report.running => tracing::warn!(
            "{} does not run the network, {} does: {}",
            asked.name(),
            report.running.name(),
            report.lines.join("; ")
        ),
        _ => report
            .lines
            .iter()
            .for_each(|line| tracing::debug!("{line}")),
    }
    Ok(network)
}

/// Lets `run` use `network`. If its backend fails, tract replaces it and `run` is called again.
///
/// # Errors
/// [`InferenceError`] if tract also fails.
pub fn run_or_replace(
    network: &mut Box<dyn Network>,
    model: &Model,
    mut run: impl FnMut(&mut dyn Network) -> Result<(), InferenceError>,
) -> Result<(), InferenceError> {
    let Err(error) = run(network.as_mut()) else {
        return Ok(());
    };
    if network.backend() == Backend::Tract {
        return Err(error);
    }
    tracing::warn!("{error}; tract takes over");
    *network = open_network(model, BackendChoice::Only(Backend::Tract), &[])?.0;
    run(network.as_mut())
}
