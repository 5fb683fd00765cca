//! The program `trainer`: its command line, and what it tells people.

mod cli;

use std::io::IsTerminal;
use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Training allocates and frees large lists all the time. With the system's allocator, a third of a
/// step's time goes into asking for fresh pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The user always sees warnings of our own crates.
const WARNINGS: &str = "off,trainer=warn,tagline_engine=warn,tagline_media=warn";

fn main() -> ExitCode {
    log();
    if let Err(error) = tagline_files::interrupt::install("trainer") {
        tracing::warn!("Ctrl-C may leave temporary files behind: {error}");
    }
    cli::run(cli::Cli::parse())
}

/// Sends the log to standard error: warnings as plain lines, or what `TAGLINE_LOG` asks for, with
/// time and place.
fn log() {
    let lines = tracing_subscriber::fmt()
        .with_writer(std::io::stderr)
        // It would say on standard error that it cannot write to standard error, and panic over that.
        .log_internal_errors(false)
        .with_ansi(std::io::stderr().is_terminal());
    match EnvFilter::try_from_env("TAGLINE_LOG") {
        Ok(filter) => lines.with_env_filter(filter).init(),
        Err(_) => lines
            .with_env_filter(EnvFilter::new(WARNINGS))
            .without_time()
            .with_target(false)
            .init(),
    }
}
