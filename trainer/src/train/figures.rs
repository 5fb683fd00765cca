//! Tables and figures of a run.

use super::TrainError;
use super::run_folder::RunFolder;
use crate::charts::{ChartError, Line, LineChart};
use crate::evaluation::{per_tag_figure, write_csv};
use crate::metrics::Scores;
use crate::work::EpochRecord;

/// The table of epochs.
pub(super) const EPOCHS: &str = "epochs.csv";

/// Writes `epochs.csv`, `curves.svg` and `loss.svg`.
pub(super) fn write_epochs(
    folder: &RunFolder,
    title: &str,
    epochs: &[EpochRecord],
) -> Result<(), TrainError> {
    let mut table = "epoch,learning_rate,train_loss,roc_auc,pr_auc,seconds,waited\n".to_owned();
    for record in epochs {
        table += &format!(
            "{},{},{},{},{},{:.1},{:.3}\n",
            record.epoch,
            record.learning_rate,
            record.train_loss,
            record.roc_auc,
            record.pr_auc,
            record.seconds,
            record.waited,
        );
    }
    folder.write(EPOCHS, &table)?;
    let line = |name: &str, value: fn(&EpochRecord) -> f64| Line {
        name: name.to_owned(),
        points: epochs
            .iter()
            .map(|one| (one.epoch as f64, value(one)))
            .collect(),
    };
    let curves = LineChart {
        title: &format!("Learning curves of {title}"),
        x_label: "epoch",
        y_label: "macro average on the validation split",
        lines: vec![
            line("ROC-AUC", |one| one.roc_auc),
            line("PR-AUC", |one| one.pr_auc),
        ],
    };
    folder.write("curves.svg", &drawn("curves.svg", curves.svg())?)?;
    let loss = LineChart {
        title: &format!("Training loss of {title}"),
        x_label: "epoch",
        y_label: "mean binary cross-entropy, with dropout",
        lines: vec![line("loss", |one| one.train_loss)],
    };
    folder.write("loss.svg", &drawn("loss.svg", loss.svg())?)
}

/// Writes `tags.csv` and `tags.svg`: scores of every tag in the best epoch.
pub(super) fn write_tags(
    folder: &RunFolder,
    title: &str,
    scores: &Scores,
) -> Result<(), TrainError> {
    let mut table = Vec::new();
    write_csv(&mut table, scores).map_err(|source| TrainError::Write {
        path: folder.file("tags.csv").display().to_string(),
        source,
    })?;
    folder.write("tags.csv", &String::from_utf8_lossy(&table))?;
    let title = format!("{title} on the validation split, tag by tag");
    folder.write(
        "tags.svg",
        &drawn("tags.svg", per_tag_figure(&title, scores))?,
    )
}

fn drawn(name: &str, svg: Result<String, ChartError>) -> Result<String, TrainError> {
    svg.map_err(|error| TrainError::Run {
        path: name.to_owned(),
        reason: error.to_string(),
    })
}
