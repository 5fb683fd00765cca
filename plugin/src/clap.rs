//! The CLAP shell: what a CLAP host sees, over the plugin's [core](crate::core).
//!
//! `entry` and `plugin` say what there is. `main_thread`, `ports`, `presets`, `surroundings` and `gui` answer the host's main
//! thread through clack. `calls` has the functions of the C interface that a host calls on the audio
//! thread, and takes them from clack: they write the output before they look at anything else, and
//! read events as bytes, because hosts get those wrong.

mod calls;
mod entry;
mod events;
mod gui;
mod host;
mod main_thread;
mod plugin;
mod ports;
mod presets;
mod surroundings;

pub use entry::TaglineEntry;
