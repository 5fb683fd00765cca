//! Judges models by what people say of music: audio files, a table of their labels, and what each
//! model, and the blend of several, says of them.
//!
//! [`read_labels`] (the table) → [`hear`] (what everybody says of each file) → [`judge`] (figures) →
//! [`write_table`] or [`json`]; [`weigh`] says which teacher is worse than another on which tag.

mod error;
mod figures;
mod hear;
mod labels;
mod report;
mod weigh;

pub use error::JudgeError;
pub use figures::{Bin, Judgement, SetFigures, Shown, TagFigures, judge};
pub use hear::{Heard, hear};
pub use labels::{Labelled, read_labels};
pub use report::{json, write_table};
pub use weigh::{TagWeights, TeacherOnTag, weigh};
