//! Reads tables of what is known about audio: labels, splits, and how often a source is heard.

use std::collections::BTreeMap;
use std::path::Path;

use super::Often;
use crate::data::Split;
use crate::prepare::{PrepareError, Table};
use crate::vocabulary::Vocabulary;

/// Most windows of a file, and most altered copies of each, that a table may ask for.
const MOST: usize = 1000;

/// Reads tables of facts.
pub(super) struct Facts<'a> {
    pub(super) vocabulary: &'a Vocabulary,
    /// How often a file is heard where no table says it.
    pub(super) often: Often,
}

/// What a line says.
pub(super) struct Line {
    pub(super) split: Option<Split>,
    pub(super) known: Vec<f32>,
    pub(super) often: Often,
}

impl Facts<'_> {
    /// The labels of which nothing is known.
    pub(super) fn unknown(&self) -> Vec<f32> {
        vec![f32::NAN; self.vocabulary.tags().len()]
    }

    /// The lines of a table by the column `key`; empty if the file does not exist.
    pub(super) fn table(
        &self,
        path: &Path,
        key: &str,
    ) -> Result<BTreeMap<String, Line>, PrepareError> {
        let mut lines = BTreeMap::new();
        if !path.is_file() {
            return Ok(lines);
        }
        let mut table = Table::open(path, b',', false)?;
        let columns = ["split", "tags", "without"].map(|name| table.find(name));
        let counts = ["windows", "variants"].map(|name| match key {
            "source" => table.find(name),
            _ => None,
        });
        let key = table.column(key)?;
        table.rows(|row| {
            let cell = |column: Option<usize>| column.map_or(Ok(""), |column| row.cell(column));
            let split = match cell(columns[0])?.trim() {
                "" => None,
                name => Some(name.parse().map_err(|error| row.wrong(error))?),
            };
            let mut known = self.unknown();
            // A tag that is present counts more than the absence of its group.
            let mark = |known: &mut [f32], names: &str, value: f32| {
                let marked = self.vocabulary.mark(known, names, value);
                marked.map_err(|what| row.wrong(what))
            };
            mark(&mut known, cell(columns[2])?, 0.0)?;
            mark(&mut known, cell(columns[1])?, 1.0)?;
            let mut often = self.often;
            let counted = [&mut often.windows, &mut often.variants];
            for (column, count) in counts.into_iter().zip(counted) {
                let text = cell(column)?.trim();
                if !text.is_empty() {
                    *count = text.parse().ok().filter(|n| *n <= MOST).ok_or_else(|| {
                        row.wrong(format!("`{text}` where a number up to {MOST} is expected"))
                    })?;
                }
            }
            if often.windows == 0 {
                return Err(row.wrong("0 windows of a file: leave its folder out".to_owned()));
            }
            let name = row.path(key)?;
            let line = Line {
                split,
                known,
                often,
            };
            match lines.insert(name.clone(), line) {
                Some(_) => Err(row.wrong(format!("`{name}` is there twice"))),
                None => Ok(()),
            }
        })?;
        Ok(lines)
    }
}
