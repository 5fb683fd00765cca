//! Memory of programs.

use std::process::{Child, Output};
use std::time::Duration;

/// Waits for a program's end. Also returns the most memory that it had resident at any time, in bytes,
/// if the system tells (Linux).
///
/// # Panics
/// If the program's state cannot be read.
pub fn with_peak_memory(mut child: Child) -> (Output, Option<u64>) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = None;
    while child.try_wait().expect("its state is known").is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        peak = peak.max(peak_of(&text));
        std::thread::sleep(Duration::from_millis(5));
    }
    (
        child.wait_with_output().expect("its output can be read"),
        peak,
    )
}

/// `VmHWM:     1234 kB`
fn peak_of(status: &str) -> Option<u64> {
    let line = status.lines().find(|line| line.starts_with("VmHWM:"))?;
    let kib: u64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024)
}
