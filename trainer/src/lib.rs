//! Imports published tagging networks and runs models on audio files, with the engine's own
//! front-end and inference, so that files are tagged exactly as the plugin tags what it hears.

mod atomic;
pub mod cli;
pub mod export;
pub mod import;
pub mod interrupt;
mod network;
mod onnx;
pub mod tag;
pub mod weights;
