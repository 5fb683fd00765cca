//! Plans of the macros, on their way to the audio thread.
//!
//! The words lie in atomics beside a count that is odd while they are being written. A reader that
//! finds them changing under its hands takes nothing and comes again with its next block. So
//! neither side waits, and nothing is allocated or freed.

use std::sync::atomic::Ordering::{Acquire, Relaxed, Release};
use std::sync::atomic::{AtomicU64, fence};

use super::macros::{PLAN_WORDS, Plans};

/// One place for the newest plans. Writers take turns; the desk's lock sees to that.
pub struct Mailbox {
    /// Counts up by two with each writing.
    count: AtomicU64,
    words: [AtomicU64; PLAN_WORDS],
}

impl Default for Mailbox {
    fn default() -> Self {
        let words = Plans::default().to_words();
        Self {
            count: AtomicU64::new(0),
            words: words.map(AtomicU64::new),
        }
    }
}

impl Mailbox {
    /// Puts plans in. Only one thread at a time may do so.
    pub fn put(&self, plans: &Plans) {
        let count = self.count.load(Relaxed);
        self.count.store(count + 1, Relaxed);
        fence(Release);
        for (place, word) in self.words.iter().zip(plans.to_words()) {
            place.store(word, Relaxed);
        }
        self.count.store(count + 2, Release);
    }

    /// Plans that are newer than those of the count `seen`, which is kept for the next call.
    pub fn take_newer(&self, seen: &mut u64) -> Option<Plans> {
        let count = self.count.load(Acquire);
        if count == *seen || !count.is_multiple_of(2) {
            return None;
        }
        let words = std::array::from_fn(|index| self.words[index].load(Relaxed));
        fence(Acquire);
        if self.count.load(Relaxed) != count {
            return None;
        }
        *seen = count;
        Some(Plans::from_words(&words))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicBool;

    use super::*;

    #[test]
    fn plans_are_taken_once_and_whole_while_another_thread_writes_them() {
        let mailbox = Arc::new(Mailbox::default());
        let ended = Arc::new(AtomicBool::new(false));
        let plans = |number: u32| {
            let mut plans = Plans {
                generation: number,
                ..Plans::default()
            };
            for plan in &mut plans.plans {
                plan.shaping.attack = f64::from(number);
                plan.shaping.output[1] = f64::from(number);
            }
            plans
        };
        let writer = std::thread::spawn({
            let (mailbox, ended) = (Arc::clone(&mailbox), Arc::clone(&ended));
            move || {
                for number in 1..=20_000 {
                    mailbox.put(&plans(number));
                }
                ended.store(true, Release);
            }
        });
        let (mut seen, mut last) = (0, 0);
        while last < 20_000 {
            let has_ended = ended.load(Acquire);
            if let Some(taken) = mailbox.take_newer(&mut seen) {
                assert_eq!(taken, plans(taken.generation), "torn");
                assert!(taken.generation > last);
                last = taken.generation;
            } else {
                assert!(!has_ended || last == 20_000, "the last plans are lost");
            }
        }
        assert_eq!(mailbox.take_newer(&mut seen), None);
        writer.join().expect("a writer that ends");
    }
}
