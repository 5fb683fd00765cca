//! Memory and CPU time of this process.

/// The most memory that this process ever held, in MiB; `None` if the system does not tell.
pub(crate) fn peak_mb() -> Option<f64> {
    status_kb("VmHWM:").map(|kb| kb / 1024.0)
}

/// The memory that this process holds, in MiB; `None` if the system does not tell.
pub(crate) fn resident_mb() -> Option<f64> {
    status_kb("VmRSS:").map(|kb| kb / 1024.0)
}

/// A line of Linux's `/proc/self/status`, in kB.
fn status_kb(field: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(field))?;
    line.split_whitespace().next()?.parse().ok()
}

/// CPU seconds that the living threads of this process have used so far, without the calling one;
/// `None` if the system does not tell.
pub(crate) fn other_threads_cpu_seconds() -> Option<f64> {
    let own = std::fs::read_link("/proc/thread-self").ok()?;
    let mut seconds = 0.0;
    for task in std::fs::read_dir("/proc/self/task").ok()?.flatten() {
        if own.file_name() == Some(&task.file_name()) {
            continue;
        }
        // A thread may end meanwhile.
        if let Ok(stat) = std::fs::read_to_string(task.path().join("stat")) {
            seconds += cpu_seconds(&stat).unwrap_or(0.0);
        }
    }
    Some(seconds)
}

/// CPU seconds of a thread, from its `stat`. The kernel's clock tick for user space is 10 ms on every
/// architecture on which Linux runs a DAW.
fn cpu_seconds(stat: &str) -> Option<f64> {
    // The name stands in parentheses and may hold anything.
    let (_, rest) = stat.rsplit_once(')')?;
    // User and system time are fields 14 and 15. The first one after the name is field 3.
    let mut fields = rest.split_whitespace().skip(11);
    let ticks = fields.next()?.parse::<f64>().ok()? + fields.next()?.parse::<f64>().ok()?;
    Some(ticks / 100.0)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn a_threads_name_may_hold_parentheses() {
        let stat = "12 (a) (b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu_seconds(stat), Some(3.0));
    }

    #[test]
    fn work_on_another_thread_is_counted() {
        let before = other_threads_cpu_seconds().unwrap();
        let after = std::thread::scope(|scope| {
            let (done, worked) = std::sync::mpsc::channel();
            let (release, released) = std::sync::mpsc::channel::<()>();
            scope.spawn(move || {
                let start = std::time::Instant::now();
                let mut spun = 0u64;
                while start.elapsed().as_millis() < 300 {
                    spun = std::hint::black_box(spun.wrapping_add(1));
                }
                done.send(spun).unwrap();
                // It must live until its time has been read.
                let _ = released.recv();
            });
            worked.recv().unwrap();
            let after = other_threads_cpu_seconds().unwrap();
            drop(release);
            after
        });
        assert!(after - before > 0.02, "{before} {after}");
    }

    #[test]
    fn the_peak_remembers_what_has_been_given_back() {
        let before = resident_mb().unwrap();
        drop(std::hint::black_box(vec![1u8; 64 << 20]));
        let peak = peak_mb().unwrap();
        assert!(peak > before + 60.0, "{before} {peak}");
    }
}
