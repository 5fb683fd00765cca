//! `trainer evaluate`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Args;
use tagline_engine::{Model, ModelInfo};
use tagline_files::not_written;
use trainer::data::{Clips, Split};
use trainer::evaluation::{
    AfterSeconds, EvaluateError, Predictions, frames_after, json_line, per_tag_figure,
    seconds_heard_figure, write_agreement, write_csv, write_seconds_table, write_table,
};
use trainer::metrics::{Agreement, Bootstrap, Scores, Units};
use trainer::work::Progress;

use super::backend::PredictorArgs;
use super::choice::{Chosen, ClipChoice};
use super::progress::Shown;
use super::resamples::resamples;
use super::{Outcome, check_folder, still_wanted};

/// Score a model on a prepared data set: the ROC-AUC and average precision of each tag, and their
/// means, with 95 % confidence intervals.
///
/// Tags are matched by name. The data must have been prepared with the model's front-end.
#[derive(Debug, Args)]
pub(super) struct EvaluateArgs {
    /// Model file.
    model: PathBuf,
    /// Folder of prepared data.
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Which part of the data: train, valid or test.
    #[arg(long, default_value = "test")]
    split: Split,
    #[command(flatten)]
    choice: ClipChoice,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
    /// Write a table of comma-separated values.
    #[arg(long, value_name = "FILE")]
    csv: Option<PathBuf>,
    /// Write the model's answers, one clip in each row, as `trainer score` reads them.
    #[arg(long, value_name = "FILE")]
    predictions: Option<PathBuf>,
    /// Draw the ROC-AUC of each tag.
    #[arg(long, value_name = "SVG")]
    chart: Option<PathBuf>,
    /// Also score the model's answers after so many seconds, as the plugin would give them.
    #[arg(
        long,
        value_name = "LIST",
        num_args = 0..=1,
        require_equals = true,
        value_delimiter = ',',
        default_missing_value = "3,5,10,20,29.1",
        value_parser = seconds
    )]
    seconds_heard: Vec<f64>,
    /// Draw the averages against seconds heard.
    #[arg(long, value_name = "SVG", requires = "seconds_heard")]
    seconds_chart: Option<PathBuf>,
    /// Resamples for the confidence intervals, 0 for none.
    #[arg(long, value_name = "N", default_value_t = 1000, value_parser = resamples)]
    bootstrap: usize,
    /// What the resamples draw: each clip on its own, or all clips of a source (an artist, an
    /// album, or else an audio file) together.
    #[arg(long, value_enum, default_value_t = Draw::Clips)]
    draw: Draw,
    /// Seed of the resamples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    #[command(flatten)]
    predictor: PredictorArgs,
}

/// What the resamples for confidence intervals draw.
#[derive(Clone, Copy, Debug, clap::ValueEnum)]
enum Draw {
    Clips,
    Sources,
}

impl Draw {
    fn units(self, clips: &Clips) -> Units {
        match self {
            Self::Clips => Units::clips(clips.len()),
            Self::Sources => Units::sources((0..clips.len()).map(|clip| clips.source(clip))),
        }
    }
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds.is_finite() => Ok(seconds),
        _ => Err("a number of seconds above 0 is expected".into()),
    }
}

pub(super) fn run(args: &EvaluateArgs) -> Outcome {
    let files = [
        &args.csv,
        &args.predictions,
        &args.chart,
        &args.seconds_chart,
    ];
    files
        .into_iter()
        .flatten()
        .try_for_each(|path| check_folder(path))?;
    let model = Model::open(&args.model)?;
    let info = model.info();
    let Chosen {
        data,
        clips,
        shared,
    } = args.choice.open(info, &args.data, args.split)?;
    let bootstrap = Bootstrap {
        resamples: args.bootstrap,
        seed: args.seed,
    };
    let units = args.draw.units(&clips);

    let mut predictor = args.predictor.open(&model, &clips)?;
    let lengths = lengths(&args.seconds_heard, info);
    let progress = Shown::new();
    let whole = predictor.predict(&clips, clips.frames(), "whole windows", &progress)?;
    let score = |said: &Predictions| -> Result<_, EvaluateError> {
        let scores = shared.answers(&clips, said)?.score_over(&units, bootstrap);
        let correlations = shared.correlations(&clips, said);
        let agreement = Agreement::of(&correlations, &units, bootstrap);
        Ok((scores, agreement))
    };
    let (scores, agreement) = score(&whole)?;
    if scores.macro_roc_auc.is_none() {
        return Err(EvaluateError::NothingToScore.into());
    }
    let mut by_seconds = Vec::new();
    for frames in lengths {
        let seconds = frames as f64 * info.front_end.frame_seconds();
        let (scores, agreement) = if frames < clips.frames() {
            let what = format!("after {seconds:.1} s");
            score(&predictor.predict(&clips, frames, &what, &progress)?)?
        } else {
            (scores.clone(), agreement)
        };
        by_seconds.push(AfterSeconds {
            seconds,
            scores,
            agreement,
        });
    }
    // It may have been interrupted while the scores were computed.
    if progress.interrupted() {
        return Err(EvaluateError::Interrupted.into());
    }
    drop(progress);

    write_files(args, info, &clips, &whole, &scores, &by_seconds)?;
    let mut out = Vec::new();
    if args.json {
        writeln!(out, "{}", json_line(&scores, agreement, &by_seconds))?;
    } else {
        writeln!(
            out,
            "{} on {} ({}), run by {}",
            info.name,
            data.name(),
            args.split,
            predictor.backend().name()
        )?;
        write_table(&mut out, &scores)?;
        if let Some(agreement) = agreement {
            write_agreement(&mut out, agreement)?;
        }
        if !by_seconds.is_empty() {
            writeln!(out)?;
            write_seconds_table(&mut out, &by_seconds)?;
        }
    }
    still_wanted(std::io::stdout().write_all(&out))?;
    Ok(ExitCode::SUCCESS)
}

/// Frames of each requested length, shortest first, without repetition.
fn lengths(seconds: &[f64], model: &ModelInfo) -> Vec<usize> {
    let frames = seconds.iter().map(|&s| frames_after(s, &model.front_end));
    let mut frames: Vec<usize> = frames.collect();
    frames.sort_unstable();
    frames.dedup();
    frames
}

/// Writes the requested files, each whole or not at all.
fn write_files(
    args: &EvaluateArgs,
    model: &ModelInfo,
    clips: &Clips,
    predictions: &Predictions,
    scores: &Scores,
    by_seconds: &[AfterSeconds],
) -> Result<(), Box<dyn std::error::Error>> {
    if let Some(path) = &args.csv {
        let mut csv = Vec::new();
        write_csv(&mut csv, scores)?;
        write(path, &csv)?;
    }
    if let Some(path) = &args.predictions {
        write(path, &predictions_csv(model, clips, predictions)?)?;
    }
    if let Some(path) = &args.chart {
        let title = format!("ROC-AUC of each tag: {}", model.name);
        write(path, per_tag_figure(&title, scores)?.as_bytes())?;
    }
    if let Some(path) = &args.seconds_chart {
        let title = format!("AUC against seconds heard: {}", model.name);
        let figure = seconds_heard_figure(&title, by_seconds)?;
        write(path, figure.as_bytes())?;
    }
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    tagline_files::atomic::write(path, bytes).map_err(|error| not_written(path, &error))
}

fn predictions_csv(
    model: &ModelInfo,
    clips: &Clips,
    predictions: &Predictions,
) -> Result<Vec<u8>, csv::Error> {
    let mut csv = csv::Writer::from_writer(Vec::new());
    csv.write_record(
        ["clip"]
            .into_iter()
            .chain(model.tags.iter().map(String::as_str)),
    )?;
    for (clip, probabilities) in predictions.iter().enumerate() {
        let numbers = probabilities.iter().map(f32::to_string);
        csv.write_record([clips.id(clip).to_owned()].into_iter().chain(numbers))?;
    }
    csv.into_inner().map_err(|error| error.into_error().into())
}
