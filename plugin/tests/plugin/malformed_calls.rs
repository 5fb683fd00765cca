//! The C functions that a host calls, with calls that no host should make and some do. Whatever
//! comes, the output is written with the input.

mod clap;
mod memory;
mod vst3;
