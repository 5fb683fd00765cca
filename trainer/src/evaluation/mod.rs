//! What a tagging system is worth on clips whose tags are known: predictions of any system in a file
//! of its own, or a model run on a prepared data set.

mod figures;
mod matching;
mod report;
mod table;

pub use figures::per_tag_figure;
pub use matching::{MatchError, match_clips};
pub use report::{json_line, write_csv, write_table};
pub use table::{ClipTable, TableError};
