//! A headless host: loads the Tagline bundle as a DAW would, streams audio through it and collects
//! what it sends back.
//!
//! - [`HostedPlugin`] is one instance of the CLAP: parameters, state, render mode, one block of
//!   audio at a time. [`vst3`] has the same of the VST3, and [`Guest`] is what both are.
//! - [`stream`] sends whole audio through it, in blocks of any pattern, as fast as possible or
//!   paced by the clock.
//! - [`demo`] and [`mod@bench`] are the program's two commands.
//!
//! Everything runs on the thread that made the instance, which is both CLAP's main thread and its
//! audio thread: the instance's callbacks run between blocks.

pub mod bench;
mod blocks;
pub mod demo;
mod error;
mod events;
mod guest;
mod handlers;
mod hosted;
mod parameters;
mod ports;
mod process_memory;
mod random;
mod standard_output;
mod state;
mod statistics;
mod stream;
mod updates;
pub mod vst3;

pub use blocks::BlockSizes;
pub use error::HostingError;
pub use events::{HostEvent, HostEventKind, ParameterChange, Transport};
pub use guest::Guest;
pub use handlers::Track;
pub use hosted::{BlockOptions, FoundPreset, HostedPlugin, Live, Marks, Rendering, presets};
pub use parameters::{Parameter, ids};
pub use ports::Sample;
pub use standard_output::write_out;
pub use state::state_with_model;
pub use statistics::Costs;
pub use stream::{BlockDone, Pace, StreamOptions, Streamed, stream};
pub use updates::{Update, UpdateLog};
