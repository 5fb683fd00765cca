//! A labelled corpus of music that the program composes, plays with General MIDI SoundFonts and
//! synthesizers of its own, and writes as MagnaTagATune lies on disk.
//!
//! The way of a clip: a style's table (`styles`) → a score (`compose`) → tags (`labels`), and
//! sound (`render`, `analog`) → a recording (`mix`) → a file (`encode`). Every decision is drawn
//! from the corpus's seed and the clip's index (`dice`).

mod analog;
mod compose;
mod corpus;
mod dice;
mod drum;
mod encode;
mod error;
mod harmony;
mod instrument;
mod labels;
mod manifest;
mod mix;
mod parts;
mod piece;
mod preview;
mod render;
mod score;
mod soundfonts;
mod style;
mod styles;
mod tables;

pub use corpus::{CORPUS_RATE_HZ, ClipFormat, Corpus, CorpusReport, Progress};
pub use encode::ogg as encode_ogg;
pub use error::SynthError;
pub use manifest::MANIFEST;
pub use mix::reverberate;
pub use preview::{Recording, compose_style, style_names};
pub use soundfonts::SoundFonts;
