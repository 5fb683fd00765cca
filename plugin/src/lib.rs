//! The Tagline plugin: CLAP, and VST3 through clap-wrapper.
//!
//! A block's way, one file for each step: [`process`] → [`pass_through`] (the signal, and its
//! mono mix for the engine's [`Tap`](tagline_engine::Tap)) → [`driver`] (updates, transport and
//! mode become tag values) → [`outbox`] (gestures, values, [`midi`]) → host.
//!
//! [`board`] is what the threads share, [`params`] the table of parameters, [`state`] what a
//! session saves. [`main_thread`] owns the engine's stream; [`models`] says which model is
//! chosen, and [`events`] what became of it.

pub mod bits;
pub mod board;
pub mod driver;
pub mod editor;
pub mod editor_source;
pub mod entry;
pub mod events;
pub mod gui;
pub mod host_call;
pub mod host_side;
pub mod main_thread;
pub mod midi;
pub mod models;
pub mod outbox;
pub mod params;
pub mod pass_through;
pub mod plugin;
pub mod ports;
pub mod process;
pub mod settings;
pub mod state;
pub mod text;

pub use entry::TaglineEntry;

/// Ends the process at any allocation within a block, in debug builds.
#[cfg(debug_assertions)]
#[global_allocator]
static ALLOCATOR: assert_no_alloc::AllocDisabler = assert_no_alloc::AllocDisabler;

clack_plugin::clack_export_entry!(TaglineEntry);
clap_wrapper::export_vst3!();
