//! `trainer score`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use trainer::convert::import::read_tags;
use trainer::evaluation::{
    ClipTable, json_line, match_clips, per_tag_figure, write_csv, write_table,
};
use trainer::metrics::{Bootstrap, Scores};

use super::resamples::resamples;
use super::{Outcome, check_folder, still_wanted};

/// Score any system's predictions: the ROC-AUC and average precision of each tag, and their means.
///
/// Both files hold one clip in each row: its name, then a number for each tag, separated by commas
/// or tabs. A first row of names serves to match the tags; clips are matched by name.
#[derive(Debug, Args)]
pub(super) struct ScoreArgs {
    /// Table of scores. Higher means likelier.
    #[arg(long, value_name = "CSV")]
    predictions: PathBuf,
    /// Table of labels, 0 or 1.
    #[arg(long, value_name = "CSV")]
    truth: PathBuf,
    /// Names of the columns for files without a header: a JSON list, or one name in each line.
    #[arg(long, value_name = "FILE")]
    tags: Option<PathBuf>,
    /// Which list to take if the file of tags holds several.
    #[arg(long, value_name = "NAME", requires = "tags")]
    tag_set: Option<String>,
    /// Print one line of JSON.
    #[arg(long, conflicts_with = "csv")]
    json: bool,
    /// Print a table of comma-separated values.
    #[arg(long)]
    csv: bool,
    /// Draw the ROC-AUC of each tag.
    #[arg(long, value_name = "SVG")]
    chart: Option<PathBuf>,
    /// Resamples for the 95 % confidence intervals, 0 for none [default: 1000, with --json 0].
    #[arg(long, value_name = "N", value_parser = resamples)]
    bootstrap: Option<usize>,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
}

pub(super) fn run(args: &ScoreArgs) -> Outcome {
    args.chart.as_deref().map_or(Ok(()), check_folder)?;
    let names = match &args.tags {
        Some(path) => {
            let tags = read_tags(path, args.tag_set.as_deref());
            Some(tags.map_err(|error| format!("{}: {error}", path.display()))?)
        }
        None => None,
    };
    let predictions = ClipTable::read(&args.predictions)?;
    let truth = ClipTable::read(&args.truth)?;
    let answers = match_clips(&predictions, &truth, names.as_deref())?;
    let resamples = args.bootstrap.unwrap_or(if args.json { 0 } else { 1000 });
    let scores = answers.score(Bootstrap {
        resamples,
        seed: args.seed,
    });
    if scores.macro_roc_auc.is_none() {
        let truth = args.truth.display();
        return Err(format!("{truth}: no tag has both a clip with it and one without it").into());
    }
    if let Some(path) = &args.chart {
        draw_per_tag(path, &args.predictions, &scores)?;
    }
    let mut out = Vec::new();
    if args.json {
        writeln!(out, "{}", json_line(&scores, None, &[]))?;
    } else if args.csv {
        write_csv(&mut out, &scores)?;
    } else {
        write_table(&mut out, &scores)?;
    }
    still_wanted(std::io::stdout().write_all(&out))?;
    Ok(ExitCode::SUCCESS)
}

fn draw_per_tag(path: &Path, of: &Path, scores: &Scores) -> Result<(), Box<dyn std::error::Error>> {
    let of = of.file_name().unwrap_or_default().to_string_lossy();
    let figure = per_tag_figure(&format!("ROC-AUC of each tag: {of}"), scores)?;
    tagline_files::atomic::write(path, figure.as_bytes())
        .map_err(|error| format!("{}: {error}", path.display()).into())
}
