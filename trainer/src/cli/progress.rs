//! Shows how far a command is: bars in a terminal, otherwise a line now and then.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{HumanBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};
use tagline_files::interrupt::Stop;
use trainer::work::{Count, Event, Progress, Unit};

use super::pace::{Pace, duration};
use super::say;

/// Shows counted work on standard error.
pub(super) struct Shown {
    bars: MultiProgress,
    state: Mutex<State>,
    /// While there is one, Ctrl-C asks the work to stop.
    stop: Option<Stop>,
}

struct State {
    /// The work that goes on, by its name.
    parts: BTreeMap<String, Part>,
    pace: Pace,
}

struct Part {
    bar: ProgressBar,
    begun: Instant,
}

impl Shown {
    /// While it lives, Ctrl-C asks the work to stop.
    pub(super) fn new() -> Self {
        Self::with_stop(Some(Stop::on_interrupt()))
    }

    /// Ctrl-C ends the process at once.
    pub(super) fn without_stop() -> Self {
        Self::with_stop(None)
    }

    fn with_stop(stop: Option<Stop>) -> Self {
        Self {
            bars: MultiProgress::with_draw_target(ProgressDrawTarget::stderr()),
            state: Mutex::new(State {
                parts: BTreeMap::new(),
                pace: Pace::new(),
            }),
            stop,
        }
    }

    /// Hides the bars while `print` writes.
    pub(super) fn suspend<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bars.suspend(print)
    }

    fn say(&self, text: &str) {
        self.suspend(|| say(text));
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Shows `count` and returns the line that is due, if one is.
    fn count(&self, count: Count<'_>) -> Option<String> {
        let State { parts, pace } = &mut *self.state();
        let mut due = None;
        // A lower count belongs to the next turn of the same work.
        let is_under_way = |part: &&Part| part.bar.position() <= count.done;
        if parts.get(count.what).filter(is_under_way).is_none() {
            if let Some(before) = parts.insert(count.what.to_owned(), self.begin(count)) {
                self.end(&before);
            }
            if count.earlier > 0 && self.bars.is_hidden() {
                due = Some(format!("{}: goes on after {}", count.what, count.earlier));
            }
        }
        let part = parts.get(count.what)?;
        part.bar.set_position(count.done);
        if count.left_out > 0 {
            part.bar
                .set_message(format!("{} left out, ", count.left_out));
        }
        if self.bars.is_hidden() && pace.is_due() {
            let how_far = how_far(count, part.begun.elapsed());
            due = Some(format!("{}: {how_far}", count.what));
        }
        if count.done >= count.of
            && let Some(part) = parts.remove(count.what)
        {
            self.end(&part);
        }
        due
    }

    fn end(&self, part: &Part) {
        part.bar.finish_and_clear();
        self.bars.remove(&part.bar);
    }

    fn begin(&self, count: Count<'_>) -> Part {
        let template = match count.unit {
            Unit::Clips => "{prefix} {wide_bar} {pos} of {len} clips, {msg}{per_sec}, {eta} left",
            Unit::Files => "{prefix} {wide_bar} {pos} of {len} files, {msg}{per_sec}, {eta} left",
            Unit::Bytes => "{prefix} {wide_bar} {bytes} of {total_bytes}, {eta} left",
            Unit::Thousandths => "{prefix} {wide_bar} {percent:>3} %",
        };
        let bar = self.bars.add(ProgressBar::new(count.of));
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        bar.set_prefix(count.what.to_owned());
        bar.set_position(count.earlier);
        // The speed of an earlier run says nothing about this one's.
        bar.reset_eta();
        Part {
            bar,
            begun: Instant::now(),
        }
    }
}

impl Progress for Shown {
    fn event(&self, event: &Event<'_>) {
        match *event {
            Event::Counted(count) => {
                if let Some(line) = self.count(count) {
                    self.say(&line);
                }
            }
            Event::Remark { text } => self.say(text),
            Event::Started { .. } | Event::Step { .. } | Event::Epoch { .. } => {}
        }
    }

    fn interrupted(&self) -> bool {
        self.stop.as_ref().is_some_and(Stop::requested)
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        for part in self.state().parts.values() {
            part.bar.finish_and_clear();
        }
    }
}

/// Tells how much is done after `elapsed`, and how long the rest takes at the same speed.
pub(super) fn how_far(count: Count<'_>, elapsed: Duration) -> String {
    let Count {
        done, of, left_out, ..
    } = count;
    let per_second = (done - count.earlier) as f64 / elapsed.as_secs_f64().max(1e-9);
    let left = of.saturating_sub(done) as f64 / per_second.max(1e-9);
    let left = duration(left.min(1e9));
    let without = match left_out {
        0 => String::new(),
        _ => format!(", {left_out} left out"),
    };
    match count.unit {
        Unit::Clips => {
            format!("{done} of {of} clips{without}, {per_second:.1} a second, {left} left")
        }
        Unit::Files => {
            format!("{done} of {of} files{without}, {per_second:.1} a second, {left} left")
        }
        Unit::Bytes => format!(
            "{} of {}, {} a second, {left} left",
            HumanBytes(done),
            HumanBytes(of),
            HumanBytes(per_second as u64),
        ),
        Unit::Thousandths => format!("{} %, {left} left", done * 100 / of.max(1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bars that nobody sees.
    fn hidden() -> Shown {
        let mut shown = Shown::without_stop();
        shown.bars = MultiProgress::with_draw_target(ProgressDrawTarget::hidden());
        shown
    }

    fn clips(done: usize) -> Count<'static> {
        Count::new("test", Unit::Clips, done, 40)
    }

    #[test]
    fn without_a_terminal_a_line_says_how_far_it_is_and_how_long_it_takes() {
        let shown = hidden();
        assert_eq!(shown.count(clips(1)), None, "too early");
        shown.state().pace = Pace::always();
        let line = shown.count(clips(10)).unwrap();
        assert!(line.starts_with("test: 10 of 40 clips, "), "{line}");
        assert!(line.ends_with(" left"), "{line}");
    }

    #[test]
    fn a_line_tells_speed_and_rest_in_the_unit_of_the_work() {
        let minute = Duration::from_secs(60);
        let text = how_far(clips(10), minute);
        assert_eq!(text, "10 of 40 clips, 0.2 a second, 3 min left");
        let text = how_far(clips(40), minute);
        assert_eq!(text, "40 of 40 clips, 0.7 a second, 0 s left");
        let files = Count {
            earlier: 4,
            left_out: 2,
            ..Count::new("prepared", Unit::Files, 10, 40)
        };
        let text = how_far(files, minute);
        assert_eq!(text, "10 of 40 files, 2 left out, 0.1 a second, 5 min left");
        let bytes = Count::new("verified", Unit::Bytes, 3 << 30, 9 << 30);
        let text = how_far(bytes, Duration::from_secs(30));
        assert_eq!(
            text,
            "3.00 GiB of 9.00 GiB, 102.40 MiB a second, 1 min left"
        );
        let song = Count::new("song.mp3", Unit::Thousandths, 250, 1_000);
        assert_eq!(how_far(song, minute), "25 %, 3 min left");
    }

    #[test]
    fn nothing_done_in_no_time_gives_no_impossible_number() {
        let text = how_far(Count::new("verified", Unit::Bytes, 0, 9), Duration::ZERO);
        assert!(text.starts_with("0 B of 9 B, 0 B a second, "), "{text}");
        assert!(!text.contains("NaN") && !text.contains("inf"), "{text}");
    }

    #[test]
    fn work_that_goes_on_says_after_how_much() {
        let again = Count {
            earlier: 4,
            ..Count::new("prepared", Unit::Files, 4, 40)
        };
        let line = hidden().count(again);
        assert_eq!(line.as_deref(), Some("prepared: goes on after 4"));
    }

    #[test]
    fn the_next_turn_of_the_same_work_begins_anew() {
        let shown = hidden();
        shown.count(clips(40));
        assert!(shown.state().parts.is_empty(), "finished work is shown");
        shown.count(clips(30));
        shown.count(clips(1));
        assert_eq!(shown.state().parts["test"].bar.position(), 1);
    }
}
