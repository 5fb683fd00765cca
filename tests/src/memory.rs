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

/// Bytes that this process, with every library in it, has allocated and not freed.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[must_use]
pub fn heap_bytes() -> usize {
    /// glibc's `mallinfo2`: `hblkhd` is mapped, `uordblks` lies in the heaps.
    #[repr(C)]
    struct Info {
        others: [usize; 4],
        hblkhd: usize,
        more: [usize; 2],
        uordblks: usize,
        rest: [usize; 2],
    }
    unsafe extern "C" {
        fn mallinfo2() -> Info;
    }
    // SAFETY: it takes nothing and gives numbers.
    let info = unsafe { mallinfo2() };
    info.hblkhd + info.uordblks
}
