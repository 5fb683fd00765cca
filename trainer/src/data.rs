//! Prepared data sets: memory-mapped windows that are ready for a network, with their labels.
//!
//! A prepared data set is a folder:
//!
//! | file | holds |
//! |---|---|
//! | `manifest.json` | name, tags, front-ends, counts, options, and of every file its length and SHA-256 |
//! | `00000.arrow` | metadata of the shard's clips, an Arrow IPC file (one record batch) |
//! | `00000.mel.f16` | their windows, little-endian f16, `[clip][band, frame]` without any header |
//! | `report.csv` | what was left out, and why |
//! | `files.csv` | of a distilled data set, the audio files that were heard |
//!
//! and so on for every shard and every [`Input`]. `docs/data.md` describes the format for readers
//! in other languages. A folder without `manifest.json` is unfinished: [`DatasetWriter`] goes on
//! where it was interrupted.

mod clips;
mod dataset;
mod error;
mod input;
mod manifest;
mod mapped;
mod metadata;
mod plan;
mod report;
mod shard;
mod split;
mod writer;

pub use clips::Clips;
pub use dataset::Dataset;
pub use error::DataError;
pub use input::Input;
pub use manifest::SplitCounts;
pub use metadata::ClipInfo;
pub(crate) use plan::LIST;
pub use plan::Plan;
pub use shard::{Remark, SourceFile};
pub use split::Split;
pub use writer::{Clip, DatasetWriter, Summary};
