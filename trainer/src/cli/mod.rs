//! The command line: one file for each command.

mod import;
mod synth;
mod tag;

use std::io::{ErrorKind, Write};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Trains, evaluates, imports and exports tagging networks, and tags audio files.
#[derive(Debug, Parser)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    Import(import::ImportArgs),
    Synth(synth::SynthArgs),
    Tag(tag::TagArgs),
}

/// Runs the command. What fails is said in a line on standard error.
#[must_use]
pub fn run(cli: Cli) -> ExitCode {
    let outcome = match cli.command {
        Command::Import(args) => import::run(args),
        Command::Synth(args) => synth::run(args),
        Command::Tag(args) => tag::run(&args),
    };
    outcome.unwrap_or_else(|error| {
        complain(&error.to_string());
        ExitCode::FAILURE
    })
}

type Outcome = Result<ExitCode, Box<dyn std::error::Error>>;

/// `false` where the reader of the output has gone, as `head` does: that is no error.
fn still_wanted(written: std::io::Result<()>) -> std::io::Result<bool> {
    match written {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(false),
        Err(error) => Err(error),
    }
}

/// A line on standard error; where that is gone, too, there is nobody to tell.
fn complain(message: &str) {
    let line = format!("trainer: {message}\n");
    let _ = std::io::stderr().write_all(line.as_bytes());
}
