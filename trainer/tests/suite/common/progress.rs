//! Ends work on purpose.

use std::sync::Mutex;

use trainer::work::{Count, Event, Progress};

/// Ends work as soon as `ends` says so about its count, and keeps the first and the last count.
pub struct EndWhen<F> {
    ends: F,
    heard: Mutex<Heard>,
}

#[derive(Default)]
struct Heard {
    first: Option<Numbers>,
    last: Option<Numbers>,
    ended: bool,
}

/// `done`, `of`, `earlier` and `left_out` of a [`Count`].
pub type Numbers = [u64; 4];

impl<F: Fn(Numbers) -> bool + Sync> EndWhen<F> {
    pub fn new(ends: F) -> Self {
        Self {
            ends,
            heard: Mutex::default(),
        }
    }

    pub fn first(&self) -> Option<Numbers> {
        self.heard.lock().unwrap().first
    }

    pub fn last(&self) -> Option<Numbers> {
        self.heard.lock().unwrap().last
    }
}

impl<F: Fn(Numbers) -> bool + Sync> Progress for EndWhen<F> {
    fn event(&self, event: &Event<'_>) {
        if let Event::Counted(count) = event {
            let Count {
                done,
                of,
                earlier,
                left_out,
                ..
            } = *count;
            let numbers = [done, of, earlier, left_out];
            let mut heard = self.heard.lock().unwrap();
            heard.first.get_or_insert(numbers);
            heard.last = Some(numbers);
            heard.ended |= (self.ends)(numbers);
        }
    }

    fn interrupted(&self) -> bool {
        self.heard.lock().unwrap().ended
    }
}
