//! Makes things ahead of their use, on threads of its own, and gives them in order.

use std::ops::Range;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread::Scope;
use std::time::{Duration, Instant};

use super::processors;

/// Things that each thread has ready.
const READY: usize = 2;
/// Most threads. Each holds three batches, and no network consumes more than eight threads can
/// read.
const MOST_THREADS: usize = 8;

/// One thread for each processor, from 2 to [`MOST_THREADS`].
pub(crate) fn threads() -> usize {
    processors().get().clamp(2, MOST_THREADS)
}

/// The things that are being made, in order.
pub(crate) struct Ahead<T> {
    receivers: Vec<Receiver<T>>,
    next: usize,
    waited: Duration,
}

/// Starts `threads` threads that `make` the things of `range`. The things arrive in order, and do
/// not depend on the number of threads.
pub(crate) fn ahead<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    threads: usize,
    range: Range<usize>,
    make: impl Fn(usize) -> T + Copy + Send + 'scope,
) -> Ahead<T> {
    let threads = threads.clamp(1, range.len().max(1));
    let receivers = (0..threads).map(|thread| {
        let (sender, receiver) = sync_channel(READY);
        let its = (range.start + thread..range.end).step_by(threads);
        scope.spawn(move || {
            for index in its {
                // After an interruption nobody waits for it.
                if sender.send(make(index)).is_err() {
                    return;
                }
            }
        });
        receiver
    });
    Ahead {
        receivers: receivers.collect(),
        next: 0,
        waited: Duration::ZERO,
    }
}

impl<T> Ahead<T> {
    /// How long [`Iterator::next`] has waited so far.
    pub(crate) fn waited(&self) -> Duration {
        self.waited
    }
}

impl<T> Iterator for Ahead<T> {
    type Item = T;

    fn next(&mut self) -> Option<T> {
        let receiver = &self.receivers[self.next % self.receivers.len()];
        self.next += 1;
        let start = Instant::now();
        let received = receiver.recv().ok();
        self.waited += start.elapsed();
        received
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn things_arrive_in_order_on_any_number_of_threads() {
        for threads in [0, 1, 2, 3, 8, 50] {
            let found: Vec<usize> =
                std::thread::scope(|scope| ahead(scope, threads, 3..24, |i| i * i).collect());
            let expected: Vec<usize> = (3..24).map(|i| i * i).collect();
            assert_eq!(found, expected, "{threads} threads");
        }
        let none = std::thread::scope(|scope| ahead(scope, 2, 5..5, |i| i).count());
        assert_eq!(none, 0);
    }

    #[test]
    fn waiting_is_counted_and_an_early_end_hangs_nobody() {
        let slow = |index: usize| {
            std::thread::sleep(Duration::from_millis(20));
            index
        };
        std::thread::scope(|scope| {
            let mut things = ahead(scope, 2, 0..1000, slow);
            assert_eq!(things.next(), Some(0));
            assert!(things.waited() >= Duration::from_millis(15));
        });
    }
}
