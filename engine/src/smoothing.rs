//! Smoothing of tag probabilities over stream time.

/// One-pole smoothing: a step is reached by 1 − 1/e after `seconds`.
#[derive(Clone, Debug, Default)]
pub struct Smoothing {}
