//! One stage of `cargo xtask test` or `validate`: runs commands, passes on what they print, counts, and
//! measures time.

use std::io::{BufRead, BufReader};
use std::process::{Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use crate::counts::{Counter, Counts};
use crate::error::Error;
use crate::process;
use crate::say::say;

/// How a stage went.
pub struct Stage {
    /// What it did.
    pub name: &'static str,
    /// How long it took.
    pub time: Duration,
    /// What it counted.
    pub counts: Counts,
}

/// Runs a stage.
///
/// A stage that ends in an error counts as one failure, and the next one still runs: who has broken
/// three things wants to read of all three.
pub fn run(name: &'static str, work: impl FnOnce() -> Result<Counts, Error>) -> Stage {
    say!("\n=== {name}");
    let start = Instant::now();
    let counts = work().unwrap_or_else(|error| {
        say!("FAILED {name}: {error}");
        Counts {
            failed: 1,
            ..Counts::default()
        }
    });
    let time = start.elapsed();
    say!("=== {name}: {counts} in {:.1} s", time.as_secs_f64());
    Stage { name, time, counts }
}

/// A check that passes or fails as a whole.
///
/// # Errors
/// Those of running the command.
pub fn check(command: &mut Command) -> Result<Counts, Error> {
    process::run(command)?;
    Ok(Counts {
        passed: 1,
        ..Counts::default()
    })
}

/// A check that cannot be made on this machine; `reason` says why.
pub fn skipped(reason: &str) -> Counts {
    say!("SKIPPED {reason}");
    Counts {
        skipped: 1,
        ..Counts::default()
    }
}

/// A `cargo test`, whose tests are counted.
///
/// # Errors
/// [`Error::Start`], and [`Error::Failed`] where it failed without a failed test: something does
/// not compile, or a test program died before it could report.
pub fn tests(command: &mut Command) -> Result<Counts, Error> {
    let start_error = |source| Error::Start {
        program: "cargo".into(),
        source,
    };
    let mut child = command
        .stdout(Stdio::piped())
        .spawn()
        .map_err(start_error)?;
    let mut counter = Counter::default();
    if let Some(output) = child.stdout.take() {
        // Lines need not be text: a test may print whatever bytes it was given.
        for line in BufReader::new(output).split(b'\n') {
            let line = line.map_err(start_error)?;
            let line = String::from_utf8_lossy(&line);
            say!("{line}");
            counter.line(&line);
        }
    }
    let status = child.wait().map_err(start_error)?;
    let counts = counter.total();
    if !status.success() && counts.failed == 0 {
        say!("FAILED `{}` ({status})", process::shown(command));
        return Ok(counts
            + Counts {
                failed: 1,
                ..Counts::default()
            });
    }
    Ok(counts)
}

/// Prints how the stages went. It is a failure if one of them was.
pub fn summary(stages: &[Stage]) -> ExitCode {
    say!("");
    let mut total = Counts::default();
    for Stage { name, time, counts } in stages {
        say!("{name:<24} {:>7.1} s   {counts}", time.as_secs_f64());
        total = total + *counts;
    }
    say!("\n{total}");
    if total.failed == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
