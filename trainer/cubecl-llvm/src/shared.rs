//! What all targets have in common.

pub mod lowered_features;
