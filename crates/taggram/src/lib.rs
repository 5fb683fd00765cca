//! Taggrams: pictures of tag probabilities over time, for the trainer, the demonstration and the editor.

mod canvas;
mod colour_map;
mod ranking;
mod taggram;
mod timeline;

pub use colour_map::{Rgb, colour};
pub use ranking::strongest;
pub use taggram::{Taggram, TaggramError, write_taggram};
pub use timeline::{Timeline, tick_seconds};
