//! What `trainer tag --csv` writes, as rows of a table of clips.

use csv::StringRecord;
use tagline_taggram::TAG_COLUMNS;

/// Whether this is the header of what `trainer tag --csv` prints.
pub(super) fn is_header(record: &StringRecord) -> bool {
    record.iter().take(TAG_COLUMNS.len()).eq(TAG_COLUMNS)
}

/// A record of a table of clips. If the table is one of `trainer tag`, its file and its tags are left, or
/// nothing where there are no tags.
pub(super) fn plain(record: StringRecord, of_tag: bool) -> Option<StringRecord> {
    if !of_tag {
        return Some(record);
    }
    let mut tags = record.iter().skip(TAG_COLUMNS.len()).peekable();
    let has_tags = tags.peek().is_none_or(|first| !first.is_empty());
    has_tags.then(|| record.iter().take(1).chain(tags).collect())
}
