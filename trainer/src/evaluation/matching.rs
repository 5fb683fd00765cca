//! Matches predictions and truth by the names of clips and tags.

use std::collections::HashMap;

use super::named::first_of;
use super::table::{ClipTable, Row, TableError};
use crate::metrics::Answers;

/// Why predictions and truth do not match.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MatchError {
    /// A cell of the truth is neither 0 nor 1.
    #[error(transparent)]
    Truth(TableError),
    /// One file has clips that the other lacks.
    #[error("{without} lacks {missing} of the {all} clips of {with}: {named}")]
    Clips {
        /// The file that lacks clips.
        without: String,
        /// How many it lacks.
        missing: usize,
        /// Number of clips in the other file.
        all: usize,
        /// The other file.
        with: String,
        /// The first of the missing clips, with their lines.
        named: String,
    },
    /// One file has tags that the other lacks.
    #[error("{without} has no column for {missing} of the {all} tags of {with}: {named}")]
    Tags {
        /// The file that lacks tags.
        without: String,
        /// How many it lacks.
        missing: usize,
        /// Number of tags in the other file.
        all: usize,
        /// The other file.
        with: String,
        /// The first of the missing tags.
        named: String,
    },
    /// The files do not name their columns and have different numbers of columns.
    #[error(
        "{predictions} has {found} columns of scores and {truth} has {needed} of labels; \
         without a header in both they must be the same tags in the same order"
    )]
    Columns {
        /// The file of predictions.
        predictions: String,
        /// Its number of columns.
        found: usize,
        /// The file of truth.
        truth: String,
        /// Its number of columns.
        needed: usize,
    },
    /// The list of tags has another length than the number of columns.
    #[error("the list holds {names} tags and the files have {columns} columns")]
    NameCount {
        /// Number of names in the list.
        names: usize,
        /// Number of columns.
        columns: usize,
    },
    /// Both files name their columns already.
    #[error("both files name their tags in a header, so the list of tags has nothing to name")]
    NamedTwice,
}

/// Matches the scores of `predictions` with the labels of `truth` (0 or 1). Clips are matched by
/// name, and so are tags if both files name them. Otherwise columns are matched by their order, and
/// named by the only header, by `names`, or by their number.
///
/// # Errors
/// [`MatchError`] names the clips or tags that one file lacks, with their lines.
pub fn match_clips(
    predictions: &ClipTable,
    truth: &ClipTable,
    names: Option<&[String]>,
) -> Result<Answers, MatchError> {
    let columns = match_columns(predictions, truth)?;
    let tags = name_tags(predictions, truth, names)?;
    let predicted: HashMap<&str, &Row> = by_name(predictions);
    lacking_clips(predictions, truth, &predicted)?;
    lacking_clips(truth, predictions, &by_name(truth))?;
    let mut answers = Answers::new(&tags);
    for row in &truth.rows {
        let scores = &predicted[row.clip.as_str()].values;
        let labels = labels(truth, row)?;
        let pushed = answers.push(
            columns.iter().map(|&column| scores[column]),
            labels.into_iter().map(Some),
        );
        // Both have one column for each tag, and a table only holds finite numbers.
        pushed.expect("tables are checked when they are read");
    }
    Ok(answers)
}

fn by_name(table: &ClipTable) -> HashMap<&str, &Row> {
    let named = table.rows.iter().map(|row| (row.clip.as_str(), row));
    named.collect()
}

fn labels(truth: &ClipTable, row: &Row) -> Result<Vec<bool>, MatchError> {
    let label = |(index, &value): (usize, &f64)| {
        if value == 0.0 || value == 1.0 {
            return Ok(value == 1.0);
        }
        let column = truth.column_name(index);
        let reason = format!("{column}: the truth must be 0 or 1, not {value}");
        Err(MatchError::Truth(truth.at(row.line, reason)))
    };
    row.values.iter().enumerate().map(label).collect()
}

/// For each column of the truth, the column of the predictions.
fn match_columns(predictions: &ClipTable, truth: &ClipTable) -> Result<Vec<usize>, MatchError> {
    let (Some(predicted), Some(wanted)) = (&predictions.tags, &truth.tags) else {
        if predictions.columns != truth.columns {
            return Err(MatchError::Columns {
                predictions: predictions.name(),
                found: predictions.columns,
                truth: truth.name(),
                needed: truth.columns,
            });
        }
        if predictions.tags.is_some() != truth.tags.is_some() {
            tracing::warn!(
                "only one file names its tags; the other is taken to have the same order"
            );
        }
        return Ok((0..truth.columns).collect());
    };
    lacking_tags(predictions, predicted, truth, wanted)?;
    lacking_tags(truth, wanted, predictions, predicted)?;
    let column = |tag: &String| predicted.iter().position(|other| other == tag);
    Ok(wanted.iter().filter_map(column).collect())
}

fn name_tags(
    predictions: &ClipTable,
    truth: &ClipTable,
    names: Option<&[String]>,
) -> Result<Vec<String>, MatchError> {
    let header = truth.tags.as_ref().or(predictions.tags.as_ref());
    match (header, names) {
        (Some(_), Some(_)) if truth.tags.is_some() && predictions.tags.is_some() => {
            Err(MatchError::NamedTwice)
        }
        (_, Some(names)) if names.len() != truth.columns => Err(MatchError::NameCount {
            names: names.len(),
            columns: truth.columns,
        }),
        (Some(header), _) => Ok(header.clone()),
        (None, Some(names)) => Ok(names.to_vec()),
        (None, None) => Ok((1..=truth.columns)
            .map(|column| column.to_string())
            .collect()),
    }
}

fn lacking_tags(
    without: &ClipTable,
    held: &[String],
    with: &ClipTable,
    wanted: &[String],
) -> Result<(), MatchError> {
    let missing: Vec<String> = wanted
        .iter()
        .filter(|tag| !held.contains(tag))
        .map(|tag| format!("`{tag}`"))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(MatchError::Tags {
        without: without.name(),
        missing: missing.len(),
        all: wanted.len(),
        with: with.name(),
        named: first_of(&missing),
    })
}

fn lacking_clips(
    without: &ClipTable,
    with: &ClipTable,
    held: &HashMap<&str, &Row>,
) -> Result<(), MatchError> {
    let missing: Vec<String> = with
        .rows
        .iter()
        .filter(|row| !held.contains_key(row.clip.as_str()))
        .map(|row| format!("`{}` (line {})", row.clip, row.line))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(MatchError::Clips {
        without: without.name(),
        missing: missing.len(),
        all: with.rows.len(),
        with: with.name(),
        named: first_of(&missing),
    })
}
