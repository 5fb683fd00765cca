//! The results of an experiment, and its tables as in the paper, with the paper's numbers beside
//! ours.

use std::io::ErrorKind;
use std::path::Path;

use serde::{Deserialize, Serialize};
use tagline_files::atomic;

use super::ExperimentError;
use super::paper::{BEST_OF_ONE, Experiment, PREVIOUS, System};
use super::run::refused;
use crate::charts::{ChartError, Line, LineChart};
use crate::metrics::Interval;
use crate::train::Recipe;
use crate::work::EpochRecord;

/// Notes on where the paper's text differs from its own tables and from the published split.
const NOTE_ON_TABLE_5: &str = "
The paper calls the difference of FCN-4 and FCN-5 in Experiment I 0.008; by its Table 3 (0.894 and \
0.890) it is 0.004. It counts 12,605 clips for validation and 25,940 for the test; the published \
split has 12,634 and 28,540, so that scores on it are not of quite the same clips.
";

/// The result of one system.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RunResult {
    /// Name of its architecture.
    pub architecture: String,
    /// How it was trained.
    pub recipe: Recipe,
    /// SHA-256 of the data that it was trained and tested on.
    pub data_sha256: String,
    /// SHA-256 of its model file.
    pub model_sha256: String,
    /// Every epoch of its training.
    pub epochs: Vec<EpochRecord>,
    /// Clips of the test split.
    pub test_clips: usize,
    /// Number of tags in its averages.
    pub averaged_tags: usize,
    /// Macro ROC-AUC on the test split.
    pub roc_auc: f64,
    /// Its confidence interval.
    pub roc_auc_interval: Option<Interval>,
    /// Macro average precision on the test split.
    pub pr_auc: Option<f64>,
    /// Its confidence interval.
    pub pr_auc_interval: Option<Interval>,
}

impl RunResult {
    /// Reads the file `path`; `None` if it does not exist.
    ///
    /// # Errors
    /// [`ExperimentError::Io`] if it cannot be read or understood.
    pub(super) fn read(path: &Path) -> Result<Option<Self>, ExperimentError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(refused(path)(error)),
        };
        let found = serde_json::from_slice(&text).map_err(std::io::Error::from);
        found.map(Some).map_err(refused(path))
    }

    /// Writes it to `path`.
    ///
    /// # Errors
    /// [`ExperimentError::Io`] if it cannot be written.
    pub(super) fn write(&self, path: &Path) -> Result<(), ExperimentError> {
        write_json(path, self)
    }
}

/// The results of an experiment.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Results {
    /// Which.
    #[serde(serialize_with = "name_of")]
    pub experiment: Experiment,
    /// Name of the data set.
    pub data: String,
    /// How its systems were trained.
    pub recipe: Recipe,
    /// The result of each system of the experiment; `None` if it has not been run.
    pub runs: Vec<Option<RunResult>>,
}

fn name_of<S: serde::Serializer>(experiment: &Experiment, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(experiment.name())
}

impl Results {
    /// Writes tables and figures of the results so far to `folder`.
    ///
    /// # Errors
    /// [`ExperimentError`] if a figure cannot be drawn or a file cannot be written.
    pub(super) fn write(&self, folder: &Path) -> Result<(), ExperimentError> {
        write_json(&folder.join("results.json"), self)?;
        let figure = match self.experiment {
            Experiment::One => "figure-2.svg",
            Experiment::Two => "figure-3.svg",
        };
        if self.experiment == Experiment::Two {
            write(&folder.join(figure), self.figure_3()?.as_bytes())?;
        }
        let text = format!("{}\n![{figure}]({figure})\n", self.tables());
        write(&folder.join("results.md"), text.as_bytes())
    }

    /// The experiment's tables in Markdown.
    #[must_use]
    pub fn tables(&self) -> String {
        let mut text = self.setting();
        let number = match self.experiment {
            Experiment::One => 3,
            Experiment::Two => 5,
        };
        text += &format!("## Table {number}\n\n");
        text += &self.comparison();
        if self.experiment == Experiment::One {
            text += "\n## Table 4\n\n";
            text += &self.previous_work();
        }
        if self.experiment == Experiment::Two {
            text += NOTE_ON_TABLE_5;
        }
        text += "\n## Runs\n\n";
        text += &self.runs_table();
        text
    }

    /// Learning curves of all systems that were run (the paper's Figure 3), as SVG.
    ///
    /// # Errors
    /// [`ChartError`] if the drawing library fails.
    pub fn figure_3(&self) -> Result<String, ChartError> {
        let line = |(system, run): (&System, &RunResult)| Line {
            name: short(system.title).to_owned(),
            points: run
                .epochs
                .iter()
                .map(|epoch| (epoch.epoch as f64, epoch.roc_auc))
                .collect(),
        };
        let title = format!("Figure 3: learning curves on {}", self.data);
        let figure = LineChart {
            title: &title,
            x_label: "epoch",
            y_label: "ROC-AUC on the validation set",
            lines: self.finished().map(line).collect(),
        };
        figure.svg()
    }

    /// The systems that were run, with their results.
    fn finished(&self) -> impl Iterator<Item = (&System, &RunResult)> {
        let systems = self.experiment.systems().iter().zip(&self.runs);
        systems.filter_map(|(system, run)| Some((system, run.as_ref()?)))
    }

    fn setting(&self) -> String {
        let recipe = &self.recipe;
        format!(
            "# {}: {} here, {} in the paper\n\nwidth {}, {} epochs at most, {} clips a step, \
             learning rate {}, seed {}\n\n",
            self.experiment.name(),
            self.data,
            self.experiment.papers_data(),
            recipe.width,
            recipe.epochs,
            recipe.batch,
            recipe.learning_rate,
            recipe.seed,
        )
    }

    fn comparison(&self) -> String {
        let mut table = Table::new(["system", "paper", "here", "95 %"]);
        for (system, run) in self.experiment.systems().iter().zip(&self.runs) {
            let (here, interval) = match run {
                Some(run) => (area(run.roc_auc), interval(run.roc_auc_interval)),
                None => ("not run".into(), String::new()),
            };
            table.row([
                system.title.into(),
                area(system.paper_roc_auc),
                here,
                interval,
            ]);
        }
        table.text()
    }

    fn previous_work(&self) -> String {
        let mut table = Table::new(["method", "ROC-AUC"]);
        for (system, run) in self.finished() {
            if system.architecture == BEST_OF_ONE {
                let title = format!("{}, here on {}", short(system.title), self.data);
                table.row([title, area(run.roc_auc)]);
            }
        }
        for system in self.experiment.systems() {
            if system.architecture == BEST_OF_ONE {
                let title = format!("{}, in the paper", short(system.title));
                table.row([title, area(system.paper_roc_auc)]);
            }
        }
        for previous in PREVIOUS {
            table.row([previous.title.into(), area(previous.roc_auc)]);
        }
        table.text()
    }

    fn runs_table(&self) -> String {
        let mut table = Table::new([
            "system",
            "ROC-AUC",
            "PR-AUC",
            "95 % of PR-AUC",
            "best epoch",
            "of",
            "seconds an epoch",
        ]);
        for (system, run) in self.finished() {
            let better = |a: &&EpochRecord, b: &&EpochRecord| a.roc_auc.total_cmp(&b.roc_auc);
            // The first of the best epochs is the one that is kept.
            let best = run.epochs.iter().rev().max_by(better);
            let seconds: f64 = run.epochs.iter().map(|epoch| epoch.seconds).sum();
            table.row([
                system.title.into(),
                area(run.roc_auc),
                run.pr_auc.map(area).unwrap_or_default(),
                interval(run.pr_auc_interval),
                best.map(|epoch| epoch.epoch.to_string())
                    .unwrap_or_default(),
                run.epochs.len().to_string(),
                format!("{:.1}", seconds / run.epochs.len().max(1) as f64),
            ]);
        }
        table.text()
    }
}

fn write_json(path: &Path, value: &impl Serialize) -> Result<(), ExperimentError> {
    let json = serde_json::to_vec_pretty(value).map_err(std::io::Error::from);
    write(path, &json.map_err(refused(path))?)
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), ExperimentError> {
    atomic::write(path, bytes).map_err(refused(path))
}

/// The name without its input.
fn short(title: &str) -> &str {
    title.split(',').next().unwrap_or(title)
}

fn area(value: f64) -> String {
    format!("{value:.3}")
}

fn interval(interval: Option<Interval>) -> String {
    let text = |Interval { low, high }| format!("{low:.3} to {high:.3}");
    interval.map(text).unwrap_or_default()
}

/// A table in Markdown, with aligned columns for readers of the text.
struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(columns: [&str; N]) -> Self {
        Self {
            rows: vec![columns.map(str::to_owned).to_vec()],
        }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(cells.to_vec());
    }

    fn text(&self) -> String {
        let width = |column: usize| {
            let cells = self.rows.iter().filter_map(|row| row.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.rows[0].len()).map(width).collect();
        let line = |row: &Vec<String>| {
            let cells = row.iter().zip(&widths);
            let cells: Vec<String> = cells
                .map(|(cell, &width)| format!("{cell:width$}"))
                .collect();
            format!("| {} |\n", cells.join(" | "))
        };
        let rule = widths.iter().map(|&width| "-".repeat(width)).collect();
        let (head, body) = (line(&self.rows[0]), &self.rows[1..]);
        let body: String = body.iter().map(line).collect();
        head + &line(&rule) + &body
    }
}
