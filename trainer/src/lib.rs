//! Prepares data sets, imports published tagging networks and runs models on audio files, with
//! the engine's own front-end and inference, so that files are tagged exactly as the plugin tags
//! what it hears.

mod about;
mod advice;
pub mod arch;
mod atomic;
pub mod calibration;
pub mod charts;
pub mod cli;
pub mod cpu;
pub mod data;
pub mod distill;
pub mod evaluation;
pub mod experiment;
pub mod export;
pub mod import;
mod inference;
pub mod interrupt;
pub mod judge;
mod lock;
pub mod metrics;
mod network;
mod onnx;
pub mod prepare;
pub mod refine;
mod spread;
pub mod synth;
pub mod tag;
pub mod train;
pub mod vocabulary;
pub mod weights;

pub use about::About;
