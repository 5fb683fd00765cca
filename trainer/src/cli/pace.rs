//! When a plain line about long work is due.

use std::time::{Duration, Instant};

/// Time between plain lines where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Says when the next plain line is due.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    every: Duration,
    last: Instant,
}

impl Pace {
    /// A line every 30 s, the first of them in 30 s.
    pub(super) fn new() -> Self {
        Self::of(LINE_EVERY)
    }

    fn of(every: Duration) -> Self {
        Self {
            every,
            last: Instant::now(),
        }
    }

    /// A pace whose line is always due.
    #[cfg(test)]
    pub(super) fn always() -> Self {
        Self::of(Duration::ZERO)
    }

    /// Whether a line is due now. If it is, the next one is due a whole stretch of time later.
    pub(super) fn is_due(&mut self) -> bool {
        let due = self.last.elapsed() >= self.every;
        if due {
            self.restart();
        }
        due
    }

    /// Lets a whole stretch of time pass before the next line, since another has just been said.
    pub(super) fn restart(&mut self) {
        self.last = Instant::now();
    }
}

/// Seconds in words.
pub(super) fn duration(seconds: f64) -> String {
    let minutes = (seconds / 60.0).ceil() as u64;
    match (seconds, minutes) {
        (..60.0, _) => format!("{seconds:.0} s"),
        (_, ..120) => format!("{minutes} min"),
        _ => format!("{} h {} min", minutes / 60, minutes % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_due_once_in_its_time() {
        let mut pace = Pace::of(Duration::from_millis(30));
        assert!(!pace.is_due());
        std::thread::sleep(Duration::from_millis(31));
        assert!(pace.is_due() && !pace.is_due());
    }

    #[test]
    fn durations_are_told_in_seconds_then_minutes_then_hours() {
        assert_eq!(duration(0.0), "0 s");
        assert_eq!(duration(61.0), "2 min");
        assert_eq!(duration(7_260.0), "2 h 1 min");
    }
}
