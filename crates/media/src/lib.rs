//! Reads audio files and arrays.

mod audio;
mod decode;
mod endings;
mod npy;
mod sink;

pub use audio::{Audio, mix};
pub use decode::{DecodeError, decode, decode_to};
pub use endings::looks_like_audio;
pub use npy::{Npy, NpyError};
pub use sink::Sink;
