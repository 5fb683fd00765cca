//! Audio files in, pictures out.

mod audio;
mod codec_names;
mod decode;
mod decode_error;
mod taggram;

pub use audio::Audio;
pub use decode::decode;
pub use decode_error::DecodeError;
pub use taggram::{Taggram, TaggramError, write_taggram};
