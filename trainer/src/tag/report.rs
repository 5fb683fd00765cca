//! Prints tagged files: as a table for people, as JSON or CSV for programs.

use std::io::Write;

use tagline_engine::ModelInfo;
use tagline_taggram::{TagText, TagWindow};

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

impl Report<'_> {
    /// Prints the part before the first file.
    ///
    /// # Errors
    /// Of `out`.
    pub fn begin(&self, out: &mut impl Write) -> std::io::Result<()> {
        if self.format != Format::Csv {
            return Ok(());
        }
        let thresholds = self.thresholds();
        out.write_all(self.text("", thresholds.as_deref()).csv_header().as_bytes())
    }

    /// Prints one file.
    ///
    /// # Errors
    /// Of `out`.
    pub fn file(&self, out: &mut impl Write, file: &TaggedFile) -> std::io::Result<()> {
        let thresholds = self.thresholds();
        let text = self.text(file.backend.name(), thresholds.as_deref());
        let name = file.path.display().to_string();
        let row = |update: Option<&TagWindow<'_>>| text.csv_row(&name, file.seconds, update);
        match (self.format, &file.last) {
            (Format::Table, _) => Self::table(out, &text, file)?,
            (Format::Json, _) => out.write_all(self.json(&text, &name, file)?.as_bytes())?,
            (Format::Csv, Ok(_)) if self.updates => {
                for update in &file.updates {
                    out.write_all(row(Some(&window(update))).as_bytes())?;
                }
            }
            (Format::Csv, last) => {
                let last = last.as_ref().ok().map(window);
                out.write_all(row(last.as_ref()).as_bytes())?;
            }
        }
        out.flush()
    }

    fn thresholds(&self) -> Option<Vec<f32>> {
        self.model.thresholds().filter(|_| self.calibrated)
    }

    fn text<'a>(&'a self, backend: &'a str, thresholds: Option<&'a [f32]>) -> TagText<'a> {
        TagText {
            model: &self.model.name,
            backend,
            window_seconds: self.model.front_end.window_seconds(),
            tags: &self.model.tags,
            thresholds,
            has_song: false,
        }
    }

    fn table(out: &mut impl Write, text: &TagText<'_>, file: &TaggedFile) -> std::io::Result<()> {
        write!(
            out,
            "{}  ({:.1} s; {} on {}",
            file.path.display(),
            file.seconds,
            text.model,
            text.backend,
        )?;
        let last = match &file.last {
            Ok(last) => last,
            Err(why) => return writeln!(out, ")\n  no tags: {why}\n"),
        };
        writeln!(out, ", the last {:.1} s)", last.seconds_heard)?;
        let yes = text.yes(&last.probabilities);
        let ranked = text.ranked(&last.probabilities);
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

    /// The text is made as a whole, so that a line is written whole.
    fn json(&self, text: &TagText<'_>, name: &str, file: &TaggedFile) -> std::io::Result<String> {
        let last = file.last.as_ref().map(window);
        let why = last.as_ref().err().map(ToString::to_string);
        let last = last
            .as_ref()
            .map_err(|_| why.as_deref().unwrap_or_default());
        let updates: Vec<TagWindow<'_>> = file.updates.iter().map(window).collect();
        let updates = self.updates.then_some(&updates[..]);
        Ok(text.json(name, file.seconds, last, updates)?)
    }
}

fn window(update: &Update) -> TagWindow<'_> {
    TagWindow {
        position_seconds: update.position_seconds,
        seconds_heard: update.seconds_heard,
        probabilities: &update.probabilities,
        ..TagWindow::default()
    }
}
