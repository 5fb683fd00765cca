//! Imports tagging networks and tags audio files.

use std::process::ExitCode;

use clap::Parser;
use tracing_subscriber::EnvFilter;

/// Training allocates and frees large tensors all the time: with the system's allocator, a third
/// of the time of a step goes into asking for fresh pages.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let filter = EnvFilter::try_from_env("TAGLINE_LOG")
        .unwrap_or_else(|_| EnvFilter::new("off,trainer=warn,tagline_engine=warn"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .init();
    if let Err(error) = trainer::interrupt::install() {
        tracing::warn!("Ctrl-C may leave temporary files behind: {error}");
    }
    trainer::cli::run(trainer::cli::Cli::parse())
}
