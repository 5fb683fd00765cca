//! How far a preparation is.

use std::io::Write;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

use crate::prepare::Progress;

/// Time between lines of progress where there is no terminal.
const LINE_EVERY: Duration = Duration::from_secs(30);

/// Progress: a bar on a terminal, else a line from time to time.
pub(super) struct Shown {
    bar: ProgressBar,
    started: Instant,
    last_line: Instant,
}

impl Shown {
    pub(super) fn new() -> Self {
        let bar = ProgressBar::new(0);
        let template = "{msg} {wide_bar} {pos} of {len}, {per_sec}, {eta} left";
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Self {
            bar,
            started: Instant::now(),
            last_line: Instant::now(),
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
        if self.bar.is_hidden() && self.last_line.elapsed() >= LINE_EVERY {
            let seconds = self.started.elapsed().as_secs_f64();
            let per_second = (progress.done - progress.earlier) as f64 / seconds;
            let left = (progress.items - progress.done) as f64 / per_second;
            let line = format!(
                "{} of {} files, {} left out, {per_second:.1} a second, {} left\n",
                progress.done,
                progress.items,
                progress.skipped,
                indicatif::HumanDuration(Duration::from_secs_f64(left.min(1e9))),
            );
            self.line(&line);
        }
    }

    pub(super) fn finish(&self) {
        self.bar.finish_and_clear();
    }

    fn line(&mut self, line: &str) {
        self.last_line = Instant::now();
        // Where nobody reads it, there is nobody to tell.
        let _ = std::io::stderr().write_all(line.as_bytes());
    }
}
