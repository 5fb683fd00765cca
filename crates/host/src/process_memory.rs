//! Memory and CPU time of this process.

/// The most memory that this process ever held, in MiB; `None` if the system does not tell.
pub(crate) fn peak_mb() -> Option<f64> {
    system::memory_bytes().map(|(_, peak)| peak as f64 / f64::from(1 << 20))
}

/// The memory that this process holds, in MiB; `None` if the system does not tell.
pub(crate) fn resident_mb() -> Option<f64> {
    system::memory_bytes().map(|(now, _)| now as f64 / f64::from(1 << 20))
}

/// CPU seconds that the other threads of this process have used so far; `None` if the system does not
/// tell. On Linux, threads that have ended do not count.
pub(crate) fn other_threads_cpu_seconds() -> Option<f64> {
    system::other_threads_cpu_seconds()
}

#[cfg(target_os = "linux")]
#[path = "process_memory/linux.rs"]
mod system;

#[cfg(target_os = "windows")]
#[path = "process_memory/windows.rs"]
mod system;

/// macOS tells it through calls that nobody has run here.
#[cfg(not(any(target_os = "linux", target_os = "windows")))]
mod system {
    pub(super) fn memory_bytes() -> Option<(u64, u64)> {
        None
    }

    pub(super) fn other_threads_cpu_seconds() -> Option<f64> {
        None
    }
}

#[cfg(all(test, any(target_os = "linux", target_os = "windows")))]
mod tests {
    use super::*;

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
