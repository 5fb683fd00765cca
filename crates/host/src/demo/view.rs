//! Shows the tags while the song runs.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::path::Path;

use crate::updates::Update;
use crate::{HostedPlugin, ids, write_out};
use indicatif::{ProgressBar, ProgressStyle};

/// Tags in the live table.
const ROWS: usize = 12;

/// Parts of a file that the bar tells apart.
const PARTS: u64 = 1_000;

/// Without a terminal, a line is printed after every so many seconds of the song.
const SECONDS_PER_LINE: f64 = 10.0;

/// How progress is shown.
#[derive(Debug)]
pub enum View {
    /// Not at all.
    Silent,
    /// As a live table on the terminal.
    Table(ProgressBar),
    /// As a line now and then.
    Lines {
        /// Song position of the next line, in seconds.
        next_seconds: f64,
    },
}

impl View {
    /// A live table on a terminal, lines elsewhere.
    #[must_use]
    pub fn for_people() -> Self {
        if std::io::stderr().is_terminal() {
            Self::Table(ProgressBar::no_length())
        } else {
            Self::Lines { next_seconds: 0.0 }
        }
    }

    pub(super) fn start(&mut self, file: &Path) {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        if let Self::Table(bar) = self {
            // The bar shows how much of the file has been read: nobody knows its length before its end.
            let style = ProgressStyle::with_template("{prefix} {bar:40.magenta/black} {msg}");
            if let Ok(style) = style {
                bar.set_style(style.progress_chars("━━╌"));
            }
            bar.set_prefix(name.into_owned());
            bar.set_length(PARTS);
            bar.set_message("listening …");
        }
    }

    /// Shows a block that ends after so many seconds of the song, of whose file so much has been read, 0 to 1.
    pub(super) fn block(
        &mut self,
        plugin: &mut HostedPlugin,
        seconds: f64,
        decoded: f64,
        update: Option<&Update>,
    ) {
        match self {
            Self::Silent => {}
            Self::Table(bar) => {
                bar.set_position((decoded * PARTS as f64) as u64);
                if let Some(update) = update {
                    let lines: Vec<String> = strongest(plugin, update, ROWS)
                        .iter()
                        .map(|(name, value)| tag_line(name, *value))
                        .collect();
                    bar.set_message(format!("{seconds:.0} s\n{}", lines.join("\n")));
                }
            }
            Self::Lines { next_seconds } => {
                if let Some(update) = update.filter(|_| seconds >= *next_seconds) {
                    *next_seconds = seconds + SECONDS_PER_LINE;
                    let tags: Vec<String> = strongest(plugin, update, 4)
                        .iter()
                        .map(|(name, value)| format!("{name} {:.0} %", value * 100.0))
                        .collect();
                    // If this cannot be written, the report at the end will fail and say so.
                    let _ = write_out(&format!("{seconds:7.1} s  {}\n", tags.join(", ")));
                }
            }
        }
    }

    pub(super) fn finish(&mut self) {
        if let Self::Table(bar) = self {
            bar.finish_and_clear();
        }
    }
}

/// The strongest tags of an update, by the names the plugin gives them now.
fn strongest(plugin: &mut HostedPlugin, update: &Update, most: usize) -> Vec<(String, f64)> {
    let names: HashMap<u32, String> = plugin
        .parameters()
        .into_iter()
        .filter(|parameter| ids::TAGS.contains(&parameter.id))
        .map(|parameter| (parameter.id, parameter.name))
        .collect();
    let mut tags: Vec<(String, f64)> = update
        .tags
        .iter()
        .filter_map(|(id, value)| Some((names.get(id)?.clone(), *value)))
        .collect();
    tags.sort_by(|a, b| b.1.total_cmp(&a.1));
    tags.truncate(most);
    tags
}

/// One tag as a line: name, percentage, bar.
pub(super) fn tag_line(name: &str, value: f64) -> String {
    let eighths = (value.clamp(0.0, 1.0) * 30.0 * 8.0).round() as usize;
    let mut bar = "█".repeat(eighths / 8);
    bar.push_str(["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]);
    format!("  {name:24} {:5.1} %  {bar}", value * 100.0)
}
