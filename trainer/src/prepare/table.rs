//! Tables of text, with errors that name the file, the line and the column.

use std::fs::File;
use std::path::{Path, PathBuf};

use csv::{ReaderBuilder, StringRecord, Trim};

use super::PrepareError;
use super::files::relative;

/// Number of columns that an error names.
const NAMED_COLUMNS: usize = 8;

/// A table with a header.
pub(crate) struct Table {
    pub path: PathBuf,
    reader: csv::Reader<File>,
    pub columns: Vec<String>,
}

impl Table {
    /// Opens a table whose cells are separated by `separator`. Every line has as many cells as the
    /// header, or any number if the table is `ragged`.
    pub fn open(path: &Path, separator: u8, ragged: bool) -> Result<Self, PrepareError> {
        let file = File::open(path).map_err(PrepareError::io(path))?;
        let mut reader = ReaderBuilder::new()
            .delimiter(separator)
            .flexible(ragged)
            .trim(Trim::Headers)
            .from_reader(file);
        let header = reader
            .headers()
            .map_err(|error| PrepareError::format(path, error))?;
        let columns: Vec<String> = header
            .iter()
            // Spreadsheets put a byte order mark before the first name.
            .map(|name| name.trim_start_matches('\u{feff}').to_owned())
            .collect();
        if columns.is_empty() || columns == [""] {
            return Err(PrepareError::format(path, "the file is empty"));
        }
        Ok(Self {
            path: path.to_owned(),
            reader,
            columns,
        })
    }

    /// Index of a column.
    pub fn column(&self, name: &str) -> Result<usize, PrepareError> {
        self.find(name).ok_or_else(|| self.no_column(name))
    }

    /// Index of a column, if it exists.
    pub fn find(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column == name)
    }

    pub fn no_column(&self, name: &str) -> PrepareError {
        let mut has = self.columns[..self.columns.len().min(NAMED_COLUMNS)].join(", ");
        if self.columns.len() > NAMED_COLUMNS {
            has += &format!(", … ({} in all)", self.columns.len());
        }
        PrepareError::Column {
            path: self.path.clone(),
            column: name.to_owned(),
            has,
        }
    }

    /// Calls `row` with each line, and its number for [`Self::wrong`].
    pub fn rows(
        &mut self,
        mut row: impl FnMut(&Row<'_>) -> Result<(), PrepareError>,
    ) -> Result<(), PrepareError> {
        let mut record = StringRecord::new();
        loop {
            match self.reader.read_record(&mut record) {
                Ok(true) => row(&Row {
                    path: &self.path,
                    columns: &self.columns,
                    cells: &record,
                })?,
                Ok(false) => return Ok(()),
                Err(error) => return Err(PrepareError::format(&self.path, error)),
            }
        }
    }
}

/// A line of a table.
pub(crate) struct Row<'a> {
    path: &'a Path,
    columns: &'a [String],
    cells: &'a StringRecord,
}

impl Row<'_> {
    /// A cell. It is an error if the line is too short.
    pub fn cell(&self, column: usize) -> Result<&str, PrepareError> {
        self.cells
            .get(column)
            .ok_or_else(|| self.wrong(format!("no value for `{}`", self.column(column))))
    }

    /// Name of a column.
    pub fn column(&self, column: usize) -> &str {
        self.columns.get(column).map_or("", String::as_str)
    }

    /// The path of a file, which is relative to the data set's folder and inside of it.
    pub fn path(&self, column: usize) -> Result<String, PrepareError> {
        let path = self.cell(column)?;
        relative(path).ok_or_else(|| match path {
            "" => self.wrong(format!("no value for `{}`", self.columns[column])),
            _ => self.wrong(format!("the path `{path}` leads out of the data set")),
        })
    }

    /// The cells from a column on.
    pub fn from(&self, column: usize) -> impl Iterator<Item = &str> {
        self.cells.iter().skip(column)
    }

    /// The error of this line.
    pub fn wrong(&self, reason: impl std::fmt::Display) -> PrepareError {
        let line = self.cells.position().map_or(0, csv::Position::line);
        PrepareError::format(self.path, format!("line {line}: {reason}"))
    }
}
