//! Counts the audio thread's system calls. There should be none but the sleeps that pace it.
//!
//! The program runs itself under strace and plays ten seconds in real time on a thread of its own. Then
//! it reads what that thread called between its first block and its last.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::{BenchOptions, noise, start};
use crate::demo::DemoError;
use crate::hosted::Marks;

/// Length of the measurement, in seconds.
const SECONDS: f64 = 10.0;
/// Frames of a block.
const BLOCK_FRAMES: u32 = 512;
/// Lengths of sleep that pacing never takes. strace shows their nanoseconds.
const MARKS: Marks = Marks {
    begin: Duration::from_nanos(1_000_017),
    end: Duration::from_nanos(1_000_019),
};
/// The hidden command with which the program runs itself.
pub const WATCHED_COMMAND: &str = "play-live";

/// System calls of the audio thread.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SystemCallReport {
    /// Why nothing was measured.
    Skipped(String),
    /// Between the first block and the last.
    Measured {
        /// Length of the audio, in seconds.
        seconds: f64,
        /// Blocks that were processed.
        blocks: usize,
        /// Updates that came.
        updates: usize,
        /// Sleeps with which the host paces the thread.
        sleeps: u64,
        /// All other system calls, by name.
        others: BTreeMap<String, u64>,
    },
}

/// What the watched program prints.
#[derive(Debug, Serialize, Deserialize)]
struct Played {
    thread: u32,
    blocks: usize,
    updates: usize,
}

/// The watched part of the measurement: plays in real time on a thread of its own, and describes that
/// thread as JSON.
///
/// # Errors
/// [`DemoError`] if the plugin cannot be used.
pub fn play_watched(options: &BenchOptions) -> Result<String, DemoError> {
    let mut plugin = start(options, BLOCK_FRAMES)?;
    // The first estimate needs 3 s. After that there is one a second.
    let audio = noise(SECONDS, plugin.channels());
    let mut thread = None;
    let live = plugin.play_live(&audio, BLOCK_FRAMES as usize, MARKS, || {
        thread = thread_id();
    })?;
    let played = Played {
        thread: thread.unwrap_or(0),
        blocks: live.blocks,
        updates: live.updates,
    };
    Ok(serde_json::json!(played).to_string())
}

/// The system's number of this thread.
fn thread_id() -> Option<u32> {
    let link = std::fs::read_link("/proc/thread-self").ok()?;
    link.file_name()?.to_str()?.parse().ok()
}

/// Runs this program under strace and counts.
pub(super) fn measure(options: &BenchOptions) -> SystemCallReport {
    try_measure(options).unwrap_or_else(SystemCallReport::Skipped)
}

fn try_measure(options: &BenchOptions) -> Result<SystemCallReport, String> {
    let program = std::env::current_exe().map_err(|error| error.to_string())?;
    let trace = std::env::temp_dir().join(format!("tagline-strace-{}", std::process::id()));
    let mut command = Command::new("strace");
    command
        .args(["-f", "-qq", "-o"])
        .arg(&trace)
        .arg(program)
        .arg(WATCHED_COMMAND)
        .arg("--bundle")
        .arg(&options.bundle);
    if let Some(model) = &options.model {
        command.arg("--model").arg(model);
    }
    let result = watch(&mut command, &trace);
    let _ = std::fs::remove_file(&trace);
    result
}

fn watch(command: &mut Command, trace: &Path) -> Result<SystemCallReport, String> {
    let output = command
        .stdin(Stdio::null())
        .stderr(Stdio::piped())
        .output()
        .map_err(|error| format!("strace cannot be run ({error}); install the package strace"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        let last = said.lines().last().unwrap_or("it said nothing");
        return Err(format!("under strace: {last}"));
    }
    let played: Played = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("the watched program printed something else: {error}"))?;
    let text = std::fs::read_to_string(trace).map_err(|error| error.to_string())?;
    let (sleeps, others) = between_marks(&text, played.thread)
        .ok_or("the trace does not show the first and the last block")?;
    Ok(SystemCallReport::Measured {
        seconds: SECONDS,
        blocks: played.blocks,
        updates: played.updates,
        sleeps,
        others,
    })
}

/// How often `thread` slept, and what else it called, between the two marks of strace's `trace`.
fn between_marks(trace: &str, thread: u32) -> Option<(u64, BTreeMap<String, u64>)> {
    let mark = |mark: Duration| format!("tv_nsec={}}}", mark.subsec_nanos());
    let (begin, end) = (mark(MARKS.begin), mark(MARKS.end));
    let mut calls = trace
        .lines()
        .filter_map(|line| line.split_once(' '))
        .filter(|(id, _)| id.parse() == Ok(thread))
        .map(|(_, call)| call.trim_start());
    calls.by_ref().find(|call| call.contains(&begin))?;
    let (mut sleeps, mut others) = (0, BTreeMap::new());
    for call in calls {
        if call.contains(&end) {
            return Some((sleeps, others));
        }
        // `<... name resumed>` ends a call that was counted when it began. Signals are not calls.
        let Some((name, _)) = call.split_once('(') else {
            continue;
        };
        if name.starts_with(['<', '-', '+']) {
            continue;
        }
        if matches!(name, "clock_nanosleep" | "nanosleep") {
            sleeps += 1;
        } else {
            *others.entry(name.to_owned()).or_default() += 1;
        }
    }
    None
}

impl SystemCallReport {
    /// The report for people.
    #[must_use]
    pub fn text(&self) -> String {
        match self {
            Self::Skipped(reason) => format!("system calls    not measured: {reason}\n"),
            Self::Measured {
                seconds,
                blocks,
                updates,
                sleeps,
                others,
            } => {
                let list: Vec<String> = others
                    .iter()
                    .map(|(name, count)| format!("{name} × {count}"))
                    .collect();
                let calls = if list.is_empty() {
                    "none".to_owned()
                } else {
                    list.join(", ")
                };
                format!(
                    "system calls    {calls} by the audio thread in {seconds:.0} s of real time \
                     ({blocks} blocks of {BLOCK_FRAMES} frames, {updates} updates; {sleeps} sleeps \
                     that pace it)\n"
                )
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRACE: &str = "\
7 write(1, \"x\", 1) = 1
8 mmap(NULL, 8192) = 0x7f0
8 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=1000017}, NULL) = 0
8 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=9000000},  <unfinished ...>
7 futex(0x1, FUTEX_WAKE) = 0
8 <... clock_nanosleep resumed>0x7ffc) = 0
8 --- SIGCHLD {si_signo=SIGCHLD} (x) ---
8 futex(0x2, FUTEX_WAIT) = 0
8 futex(0x2, FUTEX_WAIT) = 0
8 clock_nanosleep(CLOCK_REALTIME, 0, {tv_sec=0, tv_nsec=1000019}, NULL) = 0
8 munmap(0x7f0, 8192) = 0
";

    #[test]
    fn only_calls_of_the_audio_thread_between_its_blocks_count() {
        let (sleeps, others) = between_marks(TRACE, 8).expect("both marks are there");
        assert_eq!(sleeps, 1);
        assert_eq!(others, BTreeMap::from([("futex".to_owned(), 2)]));
        assert_eq!(between_marks(TRACE, 7), None, "no marks, no result");
    }

    #[test]
    fn a_machine_without_strace_is_told_what_to_install() {
        let report = watch(
            &mut Command::new("no-such-strace"),
            Path::new("/nowhere/trace"),
        );
        let reason = report.expect_err("it cannot be run");
        assert!(reason.contains("install the package strace"), "{reason}");
        let text = SystemCallReport::Skipped(reason).text();
        assert!(text.contains("not measured"), "{text}");
    }
}
