//! The plugin without a plugin format. The rooms `clap` and `vst3` are thin shells over this one.
//!
//! A shell makes one [`Instance`] for each instance of the plugin and calls it on the host's main
//! thread. It implements [`Host`] and [`MainHost`], through which the instance talks back. When the
//! host activates the plugin, [`Instance::activate`] gives the shell a [`Processor`] for the audio
//! thread. The shell hands every block to [`Processor::process`]: the input's [`Channels`], the
//! host's events as [`TimedInput`]s, and something that takes [`Output`]s. The shell itself passes
//! the signal through, before it does anything else.
//!
//! A block's way, one file for each step: `processor` (and `mono`, the mono mix for the engine's
//! [`Tap`](tagline_engine::Tap)) → `driver` (updates, transport and mode become tag values) →
//! `turns` (a few tags at a time) → `thinning` (which of them the host needs to hear) → `outbox`
//! (gestures, values, `midi`) → shell.
//!
//! `board` is what the threads share. [`params`] is the table of parameters, `text` their texts,
//! [`settings`] their types, [`state`] what a session saves, and [`presets`] what has a name of its own. [`compare`] has the sets A and B, and [`labels`] how tags are shown.
//! [`neighbours`] are the process's other instances, and [`surroundings`] what the host says of track and automation.
//! `model_choice` says which model is
//! chosen and what became of it. [`view`] is what the editor sees.
//!
//! Nothing in this room may use CLAP, VST3 or the editor; a test reads the `use` lines.

mod bits;
mod board;
pub mod compare;
mod driver;
mod events;
pub mod export;
mod host;
mod instance;
pub mod labels;
pub mod macros;
mod mailbox;
mod midi;
mod model_choice;
mod mono;
pub mod neighbours;
pub mod osc;
mod outbox;
pub mod params;
pub mod presets;
mod processor;
mod saved;
pub mod settings;
pub(crate) mod shared;
pub mod state;
pub mod surroundings;
mod text;
mod thinning;
mod turns;
pub mod view;
pub(crate) mod whole_file;
pub mod window;

pub use events::{Input, Output, Outputs, TimedInput};
pub use host::{Changed, Host, MainHost, Severity};
pub use instance::{Instance, MAX_CHANNELS};
pub use mono::Channels;
pub use processor::{Block, Processor};

#[cfg(test)]
pub(crate) mod tests;
