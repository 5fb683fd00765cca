//! Reads tables of clips and their tags, with one row for each clip and one column for each tag.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use csv::StringRecord;

use super::tagged;
use crate::tag::read_table;

/// The first cell of our own tables, which marks a header.
pub(super) const CLIP_COLUMN: &str = "clip";

/// Why a table cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TableError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Io {
        /// The file.
        path: String,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The file is not a table, or a row is wrong.
    #[error("{path}, line {line}: {reason}")]
    Line {
        /// The file.
        path: String,
        /// Line in the file, from 1.
        line: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// The file has no clips.
    #[error("{path}: holds no clips; each row must have a clip's name, then a number for each tag")]
    Empty {
        /// The file.
        path: String,
    },
}

/// A table: one number for each clip and tag.
#[derive(Clone, Debug, PartialEq)]
pub struct ClipTable {
    pub(super) path: PathBuf,
    /// Names of the columns, if the file has a header.
    pub(super) tags: Option<Vec<String>>,
    pub(super) columns: usize,
    pub(super) rows: Vec<Row>,
}

/// One clip.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub clip: String,
    pub line: u64,
    pub values: Vec<f64>,
}

impl ClipTable {
    /// Reads a table of comma- or tab-separated values: a clip's name, then one number for each
    /// tag. A first row without a number, or one that begins with `clip`, names the columns. The
    /// clip's number and a tab may stand before its name, as in older published result files. What
    /// `trainer tag` writes, as CSV or Parquet, is such a table without what it says beside the tags; files
    /// without tags are left out.
    ///
    /// # Errors
    /// [`TableError`] names the file, the line and the mistake.
    pub fn read(path: &Path) -> Result<Self, TableError> {
        let text = std::fs::read(path).map_err(|source| TableError::Io {
            path: path.display().to_string(),
            source,
        })?;
        if text.starts_with(b"PAR1") {
            return Self::read_parquet(path);
        }
        Self::parse(path, text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text))
    }

    /// Reads what `trainer tag --out` writes.
    fn read_parquet(path: &Path) -> Result<Self, TableError> {
        let mut table = Self::none(path);
        let (tags, rows) = read_table(path).map_err(|error| table.at(1, error.to_string()))?;
        table.columns = tags.len();
        table.tags = Some(tags);
        let mut lines_of_clips = HashMap::new();
        for (line, (clip, values)) in (1..).zip(rows) {
            if let Some(first) = lines_of_clips.insert(clip.clone(), line) {
                let reason = format!("the clip `{clip}` stands in row {first} already");
                return Err(table.at(line, reason));
            }
            let values = values.into_iter().map(f64::from).collect();
            table.rows.push(Row { clip, line, values });
        }
        table.with_rows()
    }

    /// A table of no clips yet.
    fn none(path: &Path) -> Self {
        Self {
            path: path.to_owned(),
            tags: None,
            columns: 0,
            rows: Vec::new(),
        }
    }

    fn with_rows(self) -> Result<Self, TableError> {
        match self.rows.is_empty() {
            true => Err(TableError::Empty { path: self.name() }),
            false => Ok(self),
        }
    }

    fn parse(path: &Path, text: &[u8]) -> Result<Self, TableError> {
        let mut reader = csv::ReaderBuilder::new()
            .delimiter(delimiter(text))
            .has_headers(false)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text);
        let mut table = Self::none(path);
        let mut lines_of_clips = HashMap::new();
        let mut of_tag = false;
        for (index, record) in reader.records().enumerate() {
            let record = record.map_err(|error| table.unreadable(&error))?;
            let line = record.position().map_or(0, |at| line_of(text, at));
            if index == 0 {
                of_tag = tagged::is_header(&record);
            }
            let Some(record) = tagged::plain(record, of_tag) else {
                continue;
            };
            if index == 0 {
                table.columns = record.len() - 1;
                if is_header(&record) {
                    table.tags = Some(table.header(&record, line)?);
                    continue;
                }
            }
            let row = table.row(&record, line)?;
            if let Some(first) = lines_of_clips.insert(row.clip.clone(), line) {
                let reason = format!("the clip `{}` stands on line {first} already", row.clip);
                return Err(table.at(line, reason));
            }
            table.rows.push(row);
        }
        table.with_rows()
    }

    /// The file's name for messages.
    pub(super) fn name(&self) -> String {
        self.path.display().to_string()
    }

    pub(super) fn at(&self, line: u64, reason: String) -> TableError {
        TableError::Line {
            path: self.name(),
            line,
            reason,
        }
    }

    fn unreadable(&self, error: &csv::Error) -> TableError {
        let line = error.position().map_or(0, csv::Position::line);
        let reason = match error.kind() {
            csv::ErrorKind::Utf8 { .. } => "this is not UTF-8 text".to_owned(),
            _ => error.to_string(),
        };
        self.at(line, reason)
    }

    fn header(&self, record: &StringRecord, line: u64) -> Result<Vec<String>, TableError> {
        let mut tags: Vec<String> = Vec::with_capacity(self.columns);
        for (index, tag) in record.iter().enumerate().skip(1) {
            if tag.is_empty() {
                return Err(self.at(line, format!("column {} has no name", index + 1)));
            }
            if tags.iter().any(|other| other == tag) {
                return Err(self.at(line, format!("two columns are named `{tag}`")));
            }
            tags.push(tag.to_owned());
        }
        if tags.is_empty() {
            return Err(self.at(line, "no column beside the clip's name".into()));
        }
        Ok(tags)
    }

    fn row(&self, record: &StringRecord, line: u64) -> Result<Row, TableError> {
        let found = record.len() - 1;
        if found == 0 {
            let reason = "no comma or tab, so no number beside the clip's name";
            return Err(self.at(line, reason.into()));
        }
        if found != self.columns {
            let columns = self.columns;
            let reason = format!("{found} values where {columns} are expected");
            return Err(self.at(line, reason));
        }
        let clip = clip_name(&record[0]).to_owned();
        if clip.is_empty() {
            return Err(self.at(line, "the clip has no name".into()));
        }
        let number = |(index, cell): (usize, &str)| match cell.parse::<f64>() {
            Ok(value) if value.is_finite() => Ok(value),
            _ => {
                let column = self.column_name(index);
                Err(self.at(line, format!("{column}: `{cell}` is not a number")))
            }
        };
        let values: Result<_, _> = record.iter().skip(1).enumerate().map(number).collect();
        values.map(|values| Row { clip, line, values })
    }

    /// A column for messages.
    pub(super) fn column_name(&self, index: usize) -> String {
        match &self.tags {
            Some(tags) => format!("column `{}`", tags[index]),
            None => format!("column {}", index + 2),
        }
    }
}

/// Commas, unless the first line has none and has tabs.
fn delimiter(text: &[u8]) -> u8 {
    let first = text
        .split(|&byte| byte == b'\n')
        .find(|line| !line.trim_ascii().is_empty())
        .unwrap_or_default();
    if !first.contains(&b',') && first.contains(&b'\t') {
        b'\t'
    } else {
        b','
    }
}

/// Line of the record that was read from `at`, after the line ends that the reader passes over.
fn line_of(text: &[u8], at: &csv::Position) -> u64 {
    let rest = &text[(at.byte() as usize).min(text.len())..];
    let ends = rest.iter().take_while(|byte| matches!(byte, b'\n' | b'\r'));
    at.line() + ends.filter(|&&byte| byte == b'\n').count() as u64
}

fn is_header(record: &StringRecord) -> bool {
    let no_number = |cell: &str| cell.parse::<f64>().is_err();
    clip_name(&record[0]) == CLIP_COLUMN
        || (record.len() > 1 && record.iter().skip(1).all(no_number))
}

/// The text after the clip's number and a tab.
fn clip_name(cell: &str) -> &str {
    cell.rsplit('\t').next().unwrap_or(cell).trim()
}
