//! Audio files and arrays in, pictures out.

mod audio;
mod canvas;
mod colour_map;
mod decode;
mod npy;
mod ranking;
mod sink;
mod taggram;
mod timeline;

pub use audio::Audio;
pub use decode::{DecodeError, decode, decode_to};
pub use npy::{Npy, NpyError};
pub use sink::Sink;
pub use taggram::{Taggram, TaggramError, write_taggram};
