//! Audio files in, pictures out.

mod decode;
mod taggram;

pub use decode::{Audio, DecodeError, decode};
pub use taggram::{Taggram, TaggramError, write_taggram};
