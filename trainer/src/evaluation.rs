//! Scores tagging systems on clips whose tags are known: any system by a file of its predictions,
//! or a model by running it on a prepared data set.
//!
//! A file: [`ClipTable`] → [`match_clips`] → [`Answers`](crate::metrics::Answers). A model:
//! [`open_data_of`] → [`SharedTags`] → [`Predictor`] (reading [`HeardWindows`]) → answers.

mod error;
mod figures;
mod front_end;
mod heard;
mod matching;
mod named;
mod predictor;
mod report;
mod shared_tags;
mod table;
mod tagged;

pub use error::EvaluateError;
pub use figures::{per_tag_figure, seconds_heard_figure};
pub use front_end::open_data_of;
pub use heard::{HeardWindows, frames_after};
pub use matching::{MatchError, match_clips};
pub use predictor::{Predictions, Predictor};
pub use report::{
    AfterSeconds, json_line, write_agreement, write_csv, write_seconds_table, write_table,
};
pub use shared_tags::SharedTags;
pub use table::{ClipTable, TableError};
