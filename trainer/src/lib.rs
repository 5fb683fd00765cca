//! Prepares data sets, imports published tagging networks and runs models on audio files, with
//! the engine's own front-end and inference, so that files are tagged exactly as the plugin tags
//! what it hears.

pub mod arch;
pub mod calibration;
pub mod charts;
pub mod convert;
pub mod cpu;
pub mod data;
pub mod distill;
pub mod evaluation;
pub mod experiment;
mod inference;
pub mod metrics;
pub mod prepare;
mod spread;
pub mod tag;
pub mod train;
pub mod vocabulary;
pub mod weights;
