//! Tag probabilities over time, for the trainer, the demonstration and the editor: taggrams, which are pictures
//! of them, and tables.

mod canvas;
mod colour_map;
mod ranking;
mod taggram;
mod text;
mod timeline;

pub use colour_map::{Rgb, colour};
pub use ranking::strongest;
pub use taggram::{Taggram, TaggramError, write_taggram};
pub use text::{TAG_COLUMNS, TagText, TagWindow};
pub use timeline::{Timeline, tick_seconds};
