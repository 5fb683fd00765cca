//! The cells of a table of tags, as people, spreadsheets, pandas and Python write them.

use std::collections::BTreeMap;
use std::path::Path;

use crate::prepare::PrepareError;
use crate::prepare::table::Row;

/// What may separate the tags of a cell.
const SEPARATORS: [char; 3] = [';', '|', ','];
/// Brackets around a list of Python's or JSON's.
const BRACKETS: [(char, char); 3] = [('[', ']'), ('(', ')'), ('{', '}')];
/// What stands where a label is not known.
const UNKNOWN: &str = "?";

/// Whether a column of this name holds the numbers of the rows.
pub(super) fn is_index(name: &str) -> bool {
    name.is_empty() || name.starts_with("Unnamed: ")
}

/// The labels of a row with a column for each tag, without those that are 0.
pub(super) fn labels(row: &Row<'_>, columns: &[usize]) -> Result<Box<[(u32, f32)]>, PrepareError> {
    let mut labels = Vec::new();
    for (tag, column) in columns.iter().enumerate() {
        let cell = row.cell(*column)?.trim();
        let value = match cell {
            "" => Ok(0.0),
            UNKNOWN => Ok(f32::NAN),
            number => number.parse::<f32>(),
        };
        match value {
            Ok(0.0) => {}
            Ok(value) if (0.0..=1.0).contains(&value) || cell == UNKNOWN => {
                labels.push((tag as u32, value));
            }
            _ => {
                let name = row.column(*column);
                return Err(row.wrong(format!(
                    "`{cell}` where a label from 0 to 1 is expected, or {UNKNOWN} where it is not \
                     known; if the column `{name}` is no tag, leave it out with `--ignore {name}`, or \
                     keep its equal values in one split with `--group {name}`"
                )));
            }
        }
    }
    Ok(labels.into())
}

/// The tags that a cell lists, each with this value.
pub(super) fn tags(
    row: &Row<'_>,
    column: usize,
    value: f32,
) -> Result<Vec<(String, f32)>, PrepareError> {
    let cell = row.cell(column)?.trim();
    let list = split(cell).ok_or_else(|| {
        row.wrong(format!(
            "`{cell}` in the column `{}` begins like a list of Python's and does not end like one; \
             write its names between `;`",
            row.column(column)
        ))
    })?;
    Ok(list.into_iter().map(|tag| (tag, value)).collect())
}

/// The names in a cell; `None` if it is half a list.
fn split(cell: &str) -> Option<Vec<String>> {
    for (open, close) in BRACKETS {
        if let Some(rest) = cell.strip_prefix(open) {
            // A name may begin with a bracket.
            let quoted = rest.trim_start().starts_with(['\'', '"']);
            return match rest.strip_suffix(close) {
                Some(inside) => quoted_names(inside),
                None if quoted => None,
                None => Some(plain_names(cell)),
            };
        }
    }
    Some(plain_names(cell))
}

/// Names between separators.
fn plain_names(cell: &str) -> Vec<String> {
    // The first kind of separator that occurs: with `a, b; c`, a tag may hold a comma.
    let separator = SEPARATORS
        .into_iter()
        .find(|separator| cell.contains(*separator));
    let tags = cell.split(|c| Some(c) == separator).map(str::trim);
    tags.filter(|tag| !tag.is_empty())
        .map(str::to_owned)
        .collect()
}

/// Names between commas, some or all of them in quotes, in which a comma is part of the name.
fn quoted_names(mut text: &str) -> Option<Vec<String>> {
    let mut names = Vec::new();
    loop {
        text = text.trim_start_matches([' ', ',', '\t']);
        let Some(first) = text.chars().next() else {
            return Some(names);
        };
        let mut name = String::new();
        if first == '\'' || first == '"' {
            let mut characters = text.char_indices().skip(1);
            let end = loop {
                match characters.next()? {
                    (_, '\\') => name.push(characters.next()?.1),
                    (at, character) if character == first => break at + 1,
                    (_, character) => name.push(character),
                }
            };
            text = &text[end..];
        } else {
            let end = text.find(',').unwrap_or(text.len());
            name.push_str(text[..end].trim_end());
            text = &text[end..];
        }
        let name = name.trim();
        if !name.is_empty() && name != "None" {
            names.push(name.to_owned());
        }
    }
}

/// Refuses tags that only upper and lower case tell apart: they are one, spelt twice.
pub(super) fn check_spelling(path: &Path, tags: &[String]) -> Result<(), PrepareError> {
    let mut seen = BTreeMap::new();
    for tag in tags {
        if let Some(other) = seen.insert(tag.trim().to_lowercase(), tag) {
            return Err(PrepareError::format(
                path,
                format!(
                    "the tags `{other}` and `{tag}` differ in upper and lower case only; write one of \
                     them everywhere, or name the one to keep in a --tag-list"
                ),
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cell_lists_names_in_whatever_way_they_are_written() {
        for (cell, names) in [
            ("rock; slow", &["rock", "slow"][..]),
            ("rock, roll; slow", &["rock, roll", "slow"]),
            ("['jazz', 'slow']", &["jazz", "slow"]),
            ("[\"jazz\",\"drum and bass\"]", &["jazz", "drum and bass"]),
            ("{'rock, roll'}", &["rock, roll"]),
            ("('a',)", &["a"]),
            ("['it\\'s']", &["it's"]),
            ("[jazz, slow]", &["jazz", "slow"]),
            ("[]", &[]),
            ("[None]", &[]),
            ("", &[]),
            ("(sad", &["(sad"]),
        ] {
            assert_eq!(split(cell).unwrap(), names, "{cell}");
        }
        assert_eq!(split("['jazz"), None);
        assert_eq!(split("['jazz]"), None);
    }
}
