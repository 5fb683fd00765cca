//! How far a preparation or a verification is.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, HumanDuration, ProgressBar, ProgressStyle};
use trainer::prepare::Progress;

use super::counted::Pace;

/// Progress: a bar on a terminal, else a line from time to time.
pub(super) struct Shown {
    bar: ProgressBar,
    started: Instant,
    pace: Pace,
}

impl Shown {
    /// Of files.
    pub(super) fn new() -> Self {
        Self::with_template("{msg} {wide_bar} {pos} of {len}, {per_sec}, {eta} left")
    }

    /// Of bytes.
    pub(super) fn of_bytes() -> Self {
        Self::with_template("{wide_bar} {bytes} of {total_bytes}, {eta} left")
    }

    fn with_template(template: &str) -> Self {
        let bar = ProgressBar::new(0);
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            pace: Pace::new(),
        }
    }

    pub(super) fn show(&mut self, progress: Progress) {
        if self.bar.length() != Some(progress.items as u64) {
            self.bar.set_length(progress.items as u64);
            self.bar.set_position(progress.earlier as u64);
            // What an earlier run did says nothing of this one's speed.
            self.bar.reset_eta();
            if progress.earlier > 0 && self.bar.is_hidden() {
                let line = format!("goes on after {} files\n", progress.earlier);
                self.line(&line);
            }
        }
        self.bar.set_position(progress.done as u64);
        if progress.skipped > 0 {
            self.bar
                .set_message(format!("{} left out", progress.skipped));
        }
        if self.is_line_due() {
            let seconds = self.started.elapsed().as_secs_f64();
            let per_second = (progress.done - progress.earlier) as f64 / seconds;
            let left = (progress.items - progress.done) as f64 / per_second;
            let line = format!(
                "{} of {} files, {} left out, {per_second:.1} a second, {} left\n",
                progress.done,
                progress.items,
                progress.skipped,
                HumanDuration(Duration::from_secs_f64(left.min(1e9))),
            );
            self.line(&line);
        }
    }

    pub(super) fn show_bytes(&mut self, done: u64, total: u64) {
        self.bar.set_length(total);
        self.bar.set_position(done);
        if self.is_line_due() {
            let line = bytes_line(done, total, self.started.elapsed());
            self.line(&line);
        }
    }

    /// Whether nobody sees the bar, and nothing has been said for a while.
    fn is_line_due(&mut self) -> bool {
        self.bar.is_hidden() && self.pace.is_due()
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&mut self, line: &str) {
        self.pace.restart();
        // Where nobody reads it, there is nobody to tell.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}

fn bytes_line(done: u64, total: u64, elapsed: Duration) -> String {
    let per_second = done as f64 / elapsed.as_secs_f64();
    let left = total.saturating_sub(done) as f64 / per_second;
    format!(
        "{} of {} read, {} a second, {} left\n",
        HumanBytes(done),
        HumanBytes(total),
        HumanBytes(per_second as u64),
        HumanDuration(Duration::from_secs_f64(left.min(1e9))),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_terminal_a_verification_says_now_and_then_how_far_it_is() {
        let line = bytes_line(3 << 30, 9 << 30, Duration::from_secs(30));
        assert_eq!(
            line,
            "3.00 GiB of 9.00 GiB read, 102.40 MiB a second, 60 seconds left\n"
        );
        // Nothing read, and an unknown speed: no number that is none.
        bytes_line(0, 9, Duration::ZERO);

        let mut shown = Shown {
            // Of a bar that nobody sees.
            bar: ProgressBar::hidden(),
            ..Shown::of_bytes()
        };
        shown.show_bytes(1, 10);
        assert!(!shown.is_line_due(), "a line at once");
        shown.pace = Pace::due();
        assert!(shown.is_line_due());
        shown.pace = Pace::due();
        shown.show_bytes(2, 10);
        assert!(!shown.is_line_due(), "the line has been said");
    }
}
