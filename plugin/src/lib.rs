//! The Tagline plugin, in rooms:
//!
//! - [`core`] is the plugin, in no plugin format: parameters, state, the choice of a model, and
//!   what happens in a block.
//! - `clap` is a thin shell over it for CLAP. VST3 comes from the same entry through clap-wrapper.
//! - [`editor`] is the window, drawn from what the core shows of itself.
//! - `raw_audio` passes the signal through the host's raw pointers.

mod clap;
pub mod core;
pub mod editor;
mod raw_audio;

pub use clap::TaglineEntry;

/// Ends the process at any allocation within a block, in debug builds.
#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

clack_plugin::clack_export_entry!(TaglineEntry);
clap_wrapper::export_vst3!();
