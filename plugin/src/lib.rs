//! The Tagline plugin, in rooms:
//!
//! - [`core`] is the plugin, in no plugin format: parameters, state, the choice of a model, and
//!   what happens in a block.
//! - `clap` and `vst3` are thin shells over it, one for each format.
//! - [`editor`] is the window, drawn from what the core shows of itself.
//! - `raw_audio` passes the signal through the host's raw pointers, and `bundle` says where the
//!   plugin's own files lie.

mod bundle;
mod clap;
pub mod core;
pub mod editor;
mod raw_audio;
mod vst3;

pub use clap::TaglineEntry;

/// Ends the process at any allocation within a block, in debug builds.
#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

clack_plugin::clack_export_entry!(TaglineEntry);

// The Audio Unit is the CLAP in a wrapper of C++, which calls the entry above.
#[cfg(all(target_os = "macos", feature = "auv2"))]
clap_wrapper::export_auv2!();
