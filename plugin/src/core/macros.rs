//! The macros: eight values made of the tags and of the input's loudness, for a host, MIDI and OSC.
//!
//! A [`Macro`] is the user's description. Its tags go by their names. `plan` resolves
//! the names against a model, off the audio thread; what comes out is plain numbers. On the audio
//! thread a [`Bank`] takes updates and positions of the stream, `source` makes a number of the tags,
//! `shaping` moves a value towards it, and `outputs` knows what MIDI hears of it.
//!
//! Positions are samples of the stream, so a bounce is the same at every block size. Nothing here
//! but [`Macro`] and [`Resolver`] allocates, and nothing is shared between threads: the
//! `mailbox` takes plans to the audio thread.

mod bank;
mod description;
mod meter;
mod outputs;
mod plan;
mod shaping;
mod source;

pub use bank::{Bank, Step};
pub use description::{
    ControlChange, MAX_MACRO_SECONDS, MAX_NAME_CHARACTERS, Macro, MacroError, Macros, NoteOutput,
};
pub use meter::Meter;
pub use outputs::{MacroMidi, Note};
pub use plan::{PLAN_WORDS, Plan, Plans};
pub use source::{Resolver, Source};

pub use super::params::MACROS;
