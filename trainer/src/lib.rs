//! Trains tagging networks, and everything before and after that: prepares data sets, imports,
//! exports and calibrates models, evaluates them, and tags audio files.
//!
//! It uses the engine's own front-end and inference, so files are tagged exactly as the plugin tags
//! what it hears, and networks are trained on what the plugin will give them.
//!
//! | step | module |
//! |---|---|
//! | audio and tags → windows and labels on the disk | [`prepare`], [`distill`], [`data`], [`vocabulary`] |
//! | windows and labels → a network's numbers | [`train`], [`refine`] and [`average()`](average::average), with [`arch`] and [`cpu`] |
//! | numbers or published weights → a model file | [`convert`], [`weights`], [`calibration`] |
//! | a model file → scores | [`evaluation`], [`judge`], [`metrics`], [`experiment`], [`charts`] |
//! | a model file and audio → tags | [`tag`] |
//!
//! Long work runs through [`work`], which tells how far it is. The command line is not part of the
//! library: the program `trainer` has it.

pub mod arch;
pub mod average;
pub mod calibration;
pub mod charts;
pub mod convert;
pub mod cpu;
pub mod data;
pub mod distill;
pub mod evaluation;
pub mod experiment;
mod inference;
pub mod judge;
pub mod metrics;
pub mod prepare;
pub mod refine;
mod spread;
pub mod tag;
pub mod train;
pub mod vocabulary;
pub mod weights;
pub mod work;
