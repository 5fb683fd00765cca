//! Audio files and arrays in, pictures out.

mod audio;
mod canvas;
mod colour_map;
mod decode;
mod endings;
mod npy;
mod ranking;
mod sink;
mod taggram;
mod timeline;

pub use audio::{Audio, mix};
pub use decode::{DecodeError, decode, decode_to};
pub use endings::looks_like_audio;
pub use npy::{Npy, NpyError};
pub use sink::Sink;
pub use taggram::{Taggram, TaggramError, write_taggram};
