//! Work side by side whose results come in order.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc;
use std::sync::{Condvar, Mutex, PoisonError};

/// Results that may wait for an earlier one, for each worker.
const AHEAD: usize = 4;

struct Turn {
    /// Number of the next task that nobody has taken.
    next: usize,
    /// Results handed on so far.
    handed_on: usize,
    stop: bool,
}

/// Runs tasks 0 to `tasks` on `jobs` threads, each with a state of its own that `start` makes,
/// and hands each result to `take` in order, on this thread, until it breaks. No more than a few
/// results for each worker exist at any time.
pub(super) fn ordered<S, T: Send>(
    tasks: usize,
    jobs: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> T + Sync,
    mut take: impl FnMut(usize, T) -> ControlFlow<()>,
) {
    let turn = Mutex::new(Turn {
        next: 0,
        handed_on: 0,
        stop: false,
    });
    let moved = Condvar::new();
    let lock = || turn.lock().unwrap_or_else(PoisonError::into_inner);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(tasks) {
            let sender = sender.clone();
            let (start, work, moved, lock) = (&start, &work, &moved, &lock);
            scope.spawn(move || {
                let mut state = start();
                loop {
                    let waits = |turn: &mut Turn| {
                        !turn.stop
                            && turn.next < tasks
                            && turn.next >= turn.handed_on + AHEAD * jobs
                    };
                    let mut turn = moved
                        .wait_while(lock(), waits)
                        .unwrap_or_else(PoisonError::into_inner);
                    let task = turn.next;
                    if turn.stop || task >= tasks {
                        return;
                    }
                    turn.next += 1;
                    drop(turn);
                    if sender.send((task, work(&mut state, task))).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = BTreeMap::new();
        let mut expected = 0;
        'all: for (task, result) in receiver {
            waiting.insert(task, result);
            while let Some(result) = waiting.remove(&expected) {
                let goes_on = take(expected, result).is_continue();
                expected += 1;
                let mut turn = lock();
                turn.handed_on = expected;
                turn.stop = !goes_on;
                drop(turn);
                moved.notify_all();
                if !goes_on {
                    break 'all;
                }
            }
        }
    });
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use super::*;

    #[test]
    fn results_come_in_order_and_few_at_a_time() {
        let (alive, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let mut seen = Vec::new();
        let work = |_: &mut (), task: usize| {
            if task.is_multiple_of(50) {
                std::thread::sleep(Duration::from_millis(5));
            }
            let now = alive.fetch_add(1, Ordering::SeqCst) + 1;
            most.fetch_max(now, Ordering::SeqCst);
            task * 2
        };
        ordered(
            300,
            3,
            || (),
            work,
            |task, result| {
                alive.fetch_sub(1, Ordering::SeqCst);
                assert_eq!(result, task * 2);
                seen.push(task);
                ControlFlow::Continue(())
            },
        );
        assert!(seen.into_iter().eq(0..300));
        assert!(most.into_inner() <= AHEAD * 3, "results pile up");
    }

    #[test]
    fn a_break_ends_the_workers() {
        let mut taken = 0;
        ordered(
            1_000_000,
            4,
            || (),
            |(), task| task,
            |_, _| {
                taken += 1;
                if taken == 5 {
                    ControlFlow::Break(())
                } else {
                    ControlFlow::Continue(())
                }
            },
        );
        assert_eq!(taken, 5);
        ordered(
            0,
            4,
            || (),
            |(), task| task,
            |_, _| panic!("nothing to take"),
        );
    }
}
