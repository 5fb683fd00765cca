//! Tests of the trainer, as its user meets it and through its library. They are one program, which
//! is linked once and keeps all processors busy to the end.

mod architectures;
mod calibrate;
mod cases;
mod charts;
mod common;
mod damaged;
mod data;
mod data_refusals;
mod default_model;
mod distill;
mod distill_labels;
mod documents;
mod evaluate;
mod experiment;
mod export;
mod full_disk;
mod fuzz_seeds;
mod gradients;
#[cfg(feature = "burn")]
mod gradients_in_burn;
mod import_files;
mod import_musicnn;
mod import_reference;
mod import_refusals;
mod judge;
mod metrics;
mod onnx_checker;
mod outputs;
mod predictor;
mod prepare;
mod quantize;
mod refine;
mod resume;
mod score;
mod synth;
mod tag;
mod tag_library;
mod tag_output;
mod tag_windows;
mod tag_write;
mod train;
