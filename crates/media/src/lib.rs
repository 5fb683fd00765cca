//! Audio files and arrays in, pictures out.

mod audio;
mod canvas;
mod codec_names;
mod colour_map;
mod decode;
mod decode_error;
mod npy;
mod ranking;
mod sink;
mod taggram;
mod timeline;

pub use audio::Audio;
pub use decode::{decode, decode_to};
pub use decode_error::DecodeError;
pub use npy::{Npy, NpyError};
pub use sink::Sink;
pub use taggram::{Taggram, TaggramError, write_taggram};
