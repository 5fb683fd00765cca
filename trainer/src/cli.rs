//! The command line, with one file for each command.

mod about;
mod average;
mod backend;
mod calibrate;
mod choice;
mod data;
mod devices;
mod distill;
#[cfg(test)]
mod documents;
mod evaluate;
mod experiment;
mod export;
mod import;
mod judge;
mod pace;
mod prepare;
mod progress;
mod recipe;
mod refine;
mod resamples;
mod score;
mod synth;
mod tag;
mod train;

use std::io::{ErrorKind, Write};
use std::path::Path;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tagline_engine::Model;
use tagline_files::interrupt::EXIT_STATUS;
use tagline_files::not_written;
use trainer::convert::export::ExportError;
use trainer::data::DataError;
use trainer::evaluation::EvaluateError;

/// Trains, evaluates, imports and exports tagging networks, and tags audio files.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Average(average::AverageArgs),
    Calibrate(calibrate::CalibrateArgs),
    Data(data::DataArgs),
    Distill(distill::DistillArgs),
    Evaluate(evaluate::EvaluateArgs),
    Experiment(experiment::ExperimentArgs),
    Export(export::ExportArgs),
    Import(import::ImportArgs),
    Judge(judge::JudgeArgs),
    Prepare(prepare::PrepareArgs),
    Refine(refine::RefineArgs),
    Score(score::ScoreArgs),
    Synth(synth::SynthArgs),
    Tag(tag::TagArgs),
    Train(train::TrainArgs),
}

/// Runs the command. An error becomes a line on standard error.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Average(args) => average::run(&args),
        Command::Calibrate(args) => calibrate::run(&args),
        Command::Data(args) => data::run(&args),
        Command::Distill(args) => distill::run(args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Experiment(args) => experiment::run(args),
        Command::Export(args) => export::run(args),
        Command::Import(args) => import::run(args),
        Command::Judge(args) => judge::run(&args),
        Command::Prepare(args) => prepare::run(args),
        Command::Refine(args) => refine::run(args),
        Command::Score(args) => score::run(&args),
        Command::Synth(args) => synth::run(args),
        Command::Tag(args) => tag::run(&args),
        Command::Train(args) => train::run(args),
    };
    outcome.unwrap_or_else(|error| {
        if is_interruption(&*error) {
            return interrupted(&*error);
        }
        complain(&error.to_string());
        ExitCode::FAILURE
    })
}

/// Makes the folder that `file` is to be written into.
fn make_folder_of(file: &Path) -> Result<(), String> {
    file.parent()
        .map_or(Ok(()), std::fs::create_dir_all)
        .map_err(|error| not_written(file, &error))
}

/// Checks that `path` can be written to a folder, so that the user hears of a mistake before the
/// work and not after it.
fn check_folder(path: &Path) -> Result<(), String> {
    match path.parent() {
        _ if path.is_dir() => Err(format!("{}: is a folder", path.display())),
        Some(folder) if !folder.as_os_str().is_empty() && !folder.is_dir() => Err(format!(
            "{}: there is no folder {}",
            path.display(),
            folder.display()
        )),
        _ => Ok(()),
    }
}

/// A line about a model file that was written.
fn of_model(file: &Path, model: &Model) -> String {
    let info = model.info();
    format!(
        "{}: {}, {} tags, {:.1} s window\n",
        file.display(),
        info.name,
        info.tags.len(),
        info.front_end.window_seconds(),
    )
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// `false` if the reader of the output has gone, as `head` does. That is not an error.
fn still_wanted(written: std::io::Result<()>) -> std::io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// Tells the user that Ctrl-C ended a command and how it can go on.
fn interrupted(how: &dyn std::error::Error) -> ExitCode {
    complain(&how.to_string());
    ExitCode::from(EXIT_STATUS)
}

/// Whether Ctrl-C ended the work.
fn is_interruption(error: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(DataError::Interrupted) = error.downcast_ref() {
        return true;
    }
    let evaluation = match error.downcast_ref() {
        Some(ExportError::Evaluate(source)) => Some(source),
        _ => error.downcast_ref(),
    };
    matches!(evaluation, Some(EvaluateError::Interrupted))
}

/// Tells the user what went wrong, in a line on standard error.
fn complain(message: &str) {
    say(&format!("trainer: {message}"));
}

/// Writes a line on standard error. If that is gone, too, nobody is left to be told.
fn say(line: &str) {
    let line = format!("{line}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
