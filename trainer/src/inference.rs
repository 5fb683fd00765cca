//! Networks that go on when their backend fails.

use tagline_engine::{Backend, BackendChoice, InferenceError, Model, Network, open_network};

/// Lets `run` use `network`; where its backend fails, tract takes its place and runs again.
///
/// # Errors
/// [`InferenceError`] if tract fails, too.
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
