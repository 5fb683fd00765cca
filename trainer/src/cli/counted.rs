//! How far a count of clips is: a bar in a terminal, else a line now and then.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use tagline_files::interrupt::Stop;
use trainer::evaluation::{ClipProgress, Steps};

use super::say;

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

    /// One whose line is due now.
    #[cfg(test)]
    pub(super) fn due() -> Self {
        Self {
            every: LINE_EVERY,
            last: Instant::now() - LINE_EVERY,
        }
    }

    /// Whether a line is due now; the next one is due that much later then.
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

/// Clips that a model is run on, one after another. While it lives, Ctrl-C asks the work to stop.
pub(super) struct Counted {
    what: String,
    clips: u64,
    bar: ProgressBar,
    begun: Instant,
    pace: Mutex<Pace>,
    stop: Stop,
}

impl Counted {
    /// Begins to count to `clips`; `what` is done with them.
    pub(super) fn new(what: &str, clips: usize) -> Self {
        let bar = ProgressBar::new(clips as u64);
        let template = "{prefix} {bar:30} {pos}/{len} clips, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(what.to_owned());
        Self {
            what: what.to_owned(),
            clips: clips as u64,
            bar,
            begun: Instant::now(),
            pace: Mutex::new(Pace::new()),
            stop: Stop::on_interrupt(),
        }
    }

    /// The line that is due, if one is.
    fn line(&self) -> Option<String> {
        let mut pace = self.pace.lock().unwrap_or_else(PoisonError::into_inner);
        if !pace.is_due() {
            return None;
        }
        let how_far = how_far(self.bar.position(), self.clips, self.begun.elapsed());
        Some(format!("{}: {how_far}", self.what))
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

impl ClipProgress for Counted {
    fn clip_done(&self) {
        self.bar.inc(1);
        if self.bar.is_hidden()
            && let Some(line) = self.line()
        {
            say(&line);
        }
    }

    fn interrupted(&self) -> bool {
        self.stop.requested()
    }
}

/// Every step of some work, shown as [`Counted`].
pub(super) struct CountedSteps;

impl Steps for CountedSteps {
    fn step(&self, what: &str, clips: usize) -> Box<dyn ClipProgress + '_> {
        Box::new(Counted::new(what, clips))
    }
}

/// How many clips are done after `elapsed`, and how long the others take.
pub(super) fn how_far(done: u64, clips: u64, elapsed: Duration) -> String {
    let per_second = done as f64 / elapsed.as_secs_f64().max(1e-9);
    let left = clips.saturating_sub(done) as f64 / per_second.max(1e-9);
    format!(
        "{done} of {clips} clips, {per_second:.1} a second, {} left",
        duration(left)
    )
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
    fn without_a_terminal_a_line_says_how_far_it_is_and_how_long_it_takes() {
        let counted = Counted::new("test", 40);
        assert_eq!(counted.line(), None, "too early");
        *counted.pace.lock().unwrap() = Pace::of(Duration::ZERO);
        (0..10).for_each(|_| counted.clip_done());
        let line = counted.line().unwrap();
        assert!(line.starts_with("test: 10 of 40 clips, "), "{line}");
        assert!(line.ends_with(" left"), "{line}");
        let minute = Duration::from_secs(60);
        let text = how_far(10, 40, minute);
        assert_eq!(text, "10 of 40 clips, 0.2 a second, 3 min left");
        let text = how_far(40, 40, minute);
        assert_eq!(text, "40 of 40 clips, 0.7 a second, 0 s left");
    }

    #[test]
    fn a_line_is_due_once_in_its_time() {
        let mut pace = Pace::of(Duration::from_millis(30));
        assert!(!pace.is_due());
        std::thread::sleep(Duration::from_millis(31));
        assert!(pace.is_due() && !pace.is_due());
    }
}
