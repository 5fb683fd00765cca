//! Makes prepared data ([`crate::data`]) from published data sets as they lie on disk.
//!
//! A reader ([`magnatagatune`], [`msd`], [`jamendo`], [`folder`]) lists what a data set holds as a
//! [`Collection`]: audio files with their labels and splits. [`prepare`] decodes them, several side
//! by side, computes the inputs with the engine's own front-end, and writes the shards in the order
//! of the list. So the result does not depend on the number of threads.

mod audio;
mod collection;
mod error;
mod files;
pub mod folder;
pub mod jamendo;
pub mod magnatagatune;
mod mono;
pub mod msd;
mod options;
mod run;
mod splits;
mod synonyms;
mod table;
mod twins;

pub use collection::{Collection, Item, Selection};
pub use error::PrepareError;
pub use files::{LeftOut, Why};
pub use options::Options;
pub use run::{Prepared, prepare};
pub use splits::{Parts, read_lines};

pub(crate) use audio::{Extractor, is_silent};
pub(crate) use files::{audio_files, audio_files_at, entries};
pub(crate) use run::{Results, fill, with_remark};
pub(crate) use table::Table;
pub(crate) use twins::{Candidate, twins};
