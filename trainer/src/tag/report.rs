//! Prints tagged files: as a table for people, as JSON or CSV for programs.

use std::io::Write;

use serde::Serialize;
use serde::ser::{SerializeMap, Serializer};
use tagline_engine::ModelInfo;

use super::{TaggedFile, Update};

/// Number of tags in a table.
const TABLE_TAGS: usize = 10;
/// Width of a full bar in a table, in characters.
const BAR_CELLS: usize = 30;

/// How tagged files are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    /// A table of the strongest ten tags of each file, for people.
    #[default]
    Table,
    /// One JSON object a line for each file.
    Json,
    /// A header, then a row for each file, or for each update if those were asked for.
    Csv,
}

/// Prints tagged files.
#[derive(Clone, Copy, Debug)]
pub struct Report<'a> {
    /// The format.
    pub format: Format,
    /// The model.
    pub model: &'a ModelInfo,
    /// Whether updates are printed, too.
    pub updates: bool,
    /// Whether the probabilities are calibrated, so that they can be compared with the thresholds
    /// of the model's calibration.
    pub calibrated: bool,
}

#[derive(Serialize)]
struct Line<'a> {
    file: String,
    seconds: f64,
    window_seconds: f64,
    model: &'a str,
    backend: String,
    #[serde(flatten)]
    last: Moment<'a>,
    /// Why there are no tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    no_tags: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updates: Option<Vec<Moment<'a>>>,
}

#[derive(Serialize)]
struct Moment<'a> {
    /// `null` where there are no tags.
    position: Option<f64>,
    seconds_heard: f64,
    tags: Ranked<'a>,
    /// The tags that reach their threshold, strongest first.
    #[serde(skip_serializing_if = "Option::is_none")]
    yes: Option<Vec<&'a str>>,
}

/// Tags with their probabilities, strongest first.
struct Ranked<'a>(Vec<(&'a str, f64)>);

impl Serialize for Ranked<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (tag, probability) in &self.0 {
            map.serialize_entry(tag, probability)?;
        }
        map.end()
    }
}

impl Report<'_> {
    /// Prints the part before the first file.
    ///
    /// # Errors
    /// Of `out`.
    pub fn begin(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.format != Format::Csv {
            return Ok(());
        }
        let columns = [
            "file",
            "seconds",
            "position",
            "seconds_heard",
            "model",
            "backend",
        ];
        let tags = self.model.tags.iter().map(|tag| quoted(tag));
        let columns = columns.into_iter().map(str::to_owned).chain(tags);
        row(out, columns)
    }

    /// Prints one file.
    ///
    /// # Errors
    /// Of `out`.
    pub fn file(&self, out: &mut impl Write, file: &TaggedFile) -> std::io::Result<()> {
        match self.format {
            Format::Table => self.table(out, file),
            Format::Json => self.json(out, file),
            Format::Csv if self.updates && file.last.is_ok() => file
                .updates
                .iter()
                .try_for_each(|update| self.csv(out, file, Some(update))),
            Format::Csv => self.csv(out, file, file.last.as_ref().ok()),
        }?;
        out.flush()
    }

    fn table(&self, out: &mut impl Write, file: &TaggedFile) -> std::io::Result<()> {
        write!(
            out,
            "{}  ({:.1} s; {} on {}",
            file.path.display(),
            file.seconds,
            self.model.name,
            file.backend.name(),
        )?;
        let last = match &file.last {
            Ok(last) => last,
            Err(why) => return writeln!(out, ")\n  no tags: {why}\n"),
        };
        writeln!(out, ", the last {:.1} s)", last.seconds_heard)?;
        let yes = self.yes(last);
        let ranked = self.ranked(last).0;
        let strongest = &ranked[..ranked.len().min(TABLE_TAGS)];
        let widest = strongest.iter().map(|(tag, _)| tag.chars().count()).max();
        for (tag, probability) in strongest {
            let bar = "█".repeat((probability * BAR_CELLS as f64).round() as usize);
            let percent = probability * 100.0;
            let width = widest.unwrap_or(0);
            // A tag that reaches its threshold is marked. Without thresholds there is no such
            // column.
            let mark = match &yes {
                Some(yes) if yes.contains(tag) => " ●",
                Some(_) => "  ",
                None => "",
            };
            writeln!(out, "  {tag:width$}  {percent:5.1} %{mark}  {bar}")?;
        }
        writeln!(out)
    }

    fn json(&self, out: &mut impl Write, file: &TaggedFile) -> std::io::Result<()> {
        let updates = || file.updates.iter().map(|update| self.moment(Some(update)));
        let line = Line {
            file: file.path.display().to_string(),
            seconds: rounded(file.seconds),
            window_seconds: rounded(self.model.front_end.window_seconds()),
            model: &self.model.name,
            backend: file.backend.name().to_owned(),
            last: self.moment(file.last.as_ref().ok()),
            no_tags: file.last.as_ref().err().map(ToString::to_string),
            updates: self.updates.then(|| updates().collect()),
        };
        // The text is made first, so that a line is written whole.
        let mut text = serde_json::to_string(&line)?;
        text.push('\n');
        out.write_all(text.as_bytes())
    }

    /// A row; its cells of tags are empty where there are none.
    fn csv(
        &self,
        out: &mut impl Write,
        file: &TaggedFile,
        update: Option<&Update>,
    ) -> std::io::Result<()> {
        let cell = |value: Option<f64>| value.map_or_else(String::new, |v| rounded(v).to_string());
        let fields = [
            quoted(&file.path.display().to_string()),
            rounded(file.seconds).to_string(),
            cell(update.map(|update| update.position_seconds)),
            cell(update.map(|update| update.seconds_heard.into())),
            quoted(&self.model.name),
            quoted(file.backend.name()),
        ];
        let probabilities = (0..self.model.tags.len())
            .map(|tag| cell(update.map(|update| update.probabilities[tag].into())));
        row(out, fields.into_iter().chain(probabilities))
    }

    fn moment(&self, update: Option<&Update>) -> Moment<'_> {
        let Some(update) = update else {
            return Moment {
                position: None,
                seconds_heard: 0.0,
                tags: Ranked(Vec::new()),
                yes: None,
            };
        };
        Moment {
            position: Some(rounded(update.position_seconds)),
            seconds_heard: rounded(update.seconds_heard.into()),
            tags: self.ranked(update),
            yes: self.yes(update),
        }
    }

    /// The tags that reach their threshold, strongest first; `None` without thresholds.
    fn yes(&self, update: &Update) -> Option<Vec<&str>> {
        if !self.calibrated || self.model.calibration.is_none() {
            return None;
        }
        let mut reached: Vec<(&str, f32)> = update
            .probabilities
            .iter()
            .enumerate()
            .filter(|(tag, value)| self.model.threshold(*tag).is_some_and(|t| **value >= t))
            .filter_map(|(tag, value)| Some((self.model.tags.get(tag)?.as_str(), *value)))
            .collect();
        reached.sort_by(|a, b| b.1.total_cmp(&a.1));
        Some(reached.into_iter().map(|(tag, _)| tag).collect())
    }

    fn ranked(&self, update: &Update) -> Ranked<'_> {
        let names = self.model.tags.iter().map(String::as_str);
        let values = update.probabilities.iter();
        let mut tags: Vec<(&str, f64)> = names
            .zip(values.map(|value| rounded((*value).into())))
            .collect();
        tags.sort_by(|a, b| b.1.total_cmp(&a.1));
        Ranked(tags)
    }
}

/// Six decimals, since single precision has no more.
fn rounded(value: f64) -> f64 {
    (value * 1e6).round() / 1e6
}

fn row(out: &mut impl Write, fields: impl Iterator<Item = String>) -> std::io::Result<()> {
    let mut text = fields.collect::<Vec<_>>().join(",");
    text.push('\n');
    out.write_all(text.as_bytes())
}

/// A CSV field, quoted if RFC 4180 demands it.
fn quoted(field: &str) -> String {
    if field.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", field.replace('"', "\"\""))
    } else {
        field.to_owned()
    }
}
