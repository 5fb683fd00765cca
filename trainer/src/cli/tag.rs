//! `trainer tag`.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use tagline_engine::Analyzer;
use trainer::tag::{
    Format, Report, TagError, TaggedFile, Tagging, Taggrams, find_model, tag_files,
};
use trainer::work::processors;

use super::backend::{BackendArg, library_dirs};
use super::progress::Shown;
use super::{Outcome, complain, still_wanted};

/// Tag audio files (wav, flac, mp3, ogg, opus, m4a, aiff and others) as the plugin would after
/// hearing them.
#[derive(Debug, Args)]
pub(super) struct TagArgs {
    /// Audio files.
    #[arg(required = true)]
    audio: Vec<PathBuf>,
    /// Model file; by default the built-in model.
    #[arg(long)]
    model: Option<PathBuf>,
    /// Seconds between windows.
    #[arg(long, value_name = "SECONDS", default_value = "1", value_parser = update_seconds)]
    update: f64,
    /// How many of the last seconds count, at least 3; by default the model's whole window.
    #[arg(long, value_name = "SECONDS", value_parser = focus_seconds)]
    focus: Option<f64>,
    /// Also print the tags of every window (with --json or --csv).
    #[arg(long, requires = "for_programs")]
    updates: bool,
    /// Print one JSON object in a line for each file.
    #[arg(long, group = "for_programs")]
    json: bool,
    /// Print a table of comma-separated values.
    #[arg(long, group = "for_programs")]
    csv: bool,
    /// Draw tags over time: to a .png, or for several files to a folder.
    #[arg(long, value_name = "PNG")]
    taggram: Option<PathBuf>,
    /// Give the network's own probabilities instead of calibrated ones.
    #[arg(long)]
    raw: bool,
    /// What runs the network.
    #[arg(long, value_enum, default_value_t)]
    backend: BackendArg,
    /// Files at the same time; by default one for each processor.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
}

fn update_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds > 0.0 && seconds <= 10.0 => Ok(seconds),
        _ => Err("a number of seconds above 0 and up to 10 is expected".into()),
    }
}

fn focus_seconds(text: &str) -> Result<f64, String> {
    match text.parse::<f64>() {
        Ok(seconds) if seconds >= Analyzer::FIRST_WINDOW_SECONDS => Ok(seconds),
        _ => Err("a number of seconds from 3 on is expected".into()),
    }
}

pub(super) fn run(args: &TagArgs) -> Outcome {
    let model = find_model(args.model.as_deref())?;
    let info = model.info().clone();
    let format = match (args.json, args.csv) {
        (true, _) => Format::Json,
        (_, true) => Format::Csv,
        _ => Format::Table,
    };
    let report = Report {
        format,
        model: &info,
        updates: args.updates,
        calibrated: !args.raw,
    };
    let mut taggrams = match &args.taggram {
        Some(path) => Some(
            Taggrams::new(path, args.audio.len())
                .map_err(|error| format!("{}: {error}", path.display()))?,
        ),
        None => None,
    };
    let tagging = Tagging {
        model,
        backend: args.backend.into(),
        library_dirs: library_dirs(),
        update_seconds: args.update,
        focus_seconds: args.focus.unwrap_or(f64::INFINITY),
        raw: args.raw,
        every_update: taggrams.is_some() || args.updates,
    };
    let progress = Shown::without_stop();
    let mut out = std::io::stdout();
    let mut failed = false;
    if !still_wanted(report.begin(&mut out))? {
        return Ok(ExitCode::SUCCESS);
    }
    let mut broken = None;
    tag_files(
        &tagging,
        &args.audio,
        args.jobs.unwrap_or_else(processors),
        &progress,
        |outcome| {
            let drawn = outcome.and_then(|file| draw(taggrams.as_mut(), file, &info));
            progress.suspend(|| match drawn {
                Ok(file) => still_wanted(report.file(&mut out, &file)).unwrap_or_else(|error| {
                    broken = Some(error);
                    false
                }),
                Err(error) => {
                    failed = true;
                    complain(&error.to_string());
                    true
                }
            })
        },
    )?;
    if let Some(error) = broken {
        return Err(format!("standard output: {error}").into());
    }
    Ok(if failed {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

fn draw(
    taggrams: Option<&mut Taggrams>,
    file: TaggedFile,
    model: &tagline_engine::ModelInfo,
) -> Result<TaggedFile, TagError> {
    if let Some(taggrams) = taggrams {
        taggrams.write(&file, model)?;
    }
    Ok(file)
}
