//! Trained networks out, as model files.

pub mod quantize;
