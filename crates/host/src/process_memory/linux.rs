//! What Linux tells in `/proc`.

/// Bytes of memory that this process holds, and the most that it ever held.
pub(super) fn memory_bytes() -> Option<(u64, u64)> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let field = |name: &str| -> Option<u64> {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kb: u64 = line.split_whitespace().next()?.parse().ok()?;
        Some(kb << 10)
    };
    Some((field("VmRSS:")?, field("VmHWM:")?))
}

/// CPU seconds that the living threads of this process have used so far, without the calling one;
/// `None` if the system does not tell.
pub(super) fn other_threads_cpu_seconds() -> Option<f64> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_threads_name_may_hold_parentheses() {
        let stat = "12 (a) (b) S 1 2 3 4 5 6 7 8 9 10 250 50 0 0 20 0";
        assert_eq!(cpu_seconds(stat), Some(3.0));
    }
}
