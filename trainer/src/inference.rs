//! Networks that go on when their backend fails.

use tagline_engine::{Backend, BackendChoice, InferenceError, Model, Network, open_network};

/// Runs `network` on `window: [mel band, frame]`; where its backend fails, tract takes its place and
/// runs the window again.
///
/// # Errors
/// [`InferenceError`] if tract fails, too.
pub fn run_or_replace(
    network: &mut Box<dyn Network>,
    model: &Model,
    window: &[f32],
    probabilities: &mut [f32],
) -> Result<(), InferenceError> {
    let Err(error) = network.run(window, probabilities) else {
        return Ok(());
    };
    if network.backend() == Backend::Tract {
        return Err(error);
    }
    tracing::warn!("{error}; tract takes over");
    *network = open_network(model, BackendChoice::Only(Backend::Tract), &[])?.0;
    network.run(window, probabilities)
}
