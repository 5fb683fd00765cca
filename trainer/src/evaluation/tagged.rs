//! Reads what `trainer tag` writes as a table of clips.

use std::path::Path;

use csv::StringRecord;

use super::table::{ClipTable, Row, TableError};
use crate::tag::read_table;

/// The columns before those of the tags.
const COLUMNS: [&str; 6] = [
    "file",
    "seconds",
    "position",
    "seconds_heard",
    "model",
    "backend",
];

/// Whether this is the header of what `trainer tag --csv` prints.
pub(super) fn is_header(record: &StringRecord) -> bool {
    record.iter().take(COLUMNS.len()).eq(COLUMNS)
}

/// A record of a table of clips. If the table is one of `trainer tag`, its file and its tags are left, or
/// nothing where there are no tags.
pub(super) fn plain(record: StringRecord, of_tag: bool) -> Option<StringRecord> {
    if !of_tag {
        return Some(record);
    }
    let mut tags = record.iter().skip(COLUMNS.len()).peekable();
    let has_tags = tags.peek().is_none_or(|first| !first.is_empty());
    has_tags.then(|| record.iter().take(1).chain(tags).collect())
}

/// Reads a table in Parquet.
pub(super) fn read_parquet(path: &Path) -> Result<ClipTable, TableError> {
    let table = |tags: Vec<String>, rows| ClipTable {
        path: path.to_owned(),
        columns: tags.len(),
        tags: Some(tags),
        rows,
    };
    let unreadable = |error: parquet::errors::ParquetError| {
        table(Vec::new(), Vec::new()).at(1, error.to_string())
    };
    let (tags, rows) = read_table(path).map_err(unreadable)?;
    let mut clips = std::collections::HashMap::new();
    let mut all = Vec::with_capacity(rows.len());
    for (line, (clip, values)) in (1..).zip(rows) {
        if let Some(first) = clips.insert(clip.clone(), line) {
            let reason = format!("the clip `{clip}` stands in row {first} already");
            return Err(table(tags, Vec::new()).at(line, reason));
        }
        let values = values.into_iter().map(f64::from).collect();
        all.push(Row { clip, line, values });
    }
    if all.is_empty() {
        let path = path.display().to_string();
        return Err(TableError::Empty { path });
    }
    Ok(table(tags, all))
}
