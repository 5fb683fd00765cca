//! The built product as its users meet it: one program, which is linked once.
//!
//! Tests that count threads or need an environment of their own start this program again for
//! themselves alone.

mod architecture;
mod clap_contract;
mod closed_pipes;
mod demo;
#[cfg(target_os = "linux")]
mod editor;
mod hearing;
mod manual;
mod parity;
mod plugin_vs_trainer;
#[cfg(target_os = "linux")]
mod qtractor;
mod recipe;
mod vst3_ardour;
#[cfg(target_os = "linux")]
mod xvfb;
