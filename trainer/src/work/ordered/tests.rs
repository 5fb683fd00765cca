//! Tasks whose pieces come in order.

use std::sync::atomic::{AtomicIsize, AtomicUsize, Ordering};
use std::time::Duration;

use super::*;

#[test]
fn results_come_in_order_and_few_at_a_time() {
    let (alive, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let mut seen = Vec::new();
    let work = |_: &mut (), task: usize, desk: &Desk<'_, usize>| {
        if task.is_multiple_of(50) {
            std::thread::sleep(Duration::from_millis(5));
        }
        let now = alive.fetch_add(1, Ordering::SeqCst) + 1;
        most.fetch_max(now, Ordering::SeqCst);
        assert!(desk.hand_on(task * 2, 1).is_continue());
    };
    ordered(
        300,
        3,
        NO_LIMIT,
        || (),
        work,
        |task, result| {
            match result {
                Some(result) => assert_eq!(result, task * 2),
                None => {
                    alive.fetch_sub(1, Ordering::SeqCst);
                    seen.push(task);
                }
            }
            ControlFlow::Continue(())
        },
    );
    assert!(seen.into_iter().eq(0..300));
    assert!(most.into_inner() <= AHEAD * 3, "results pile up");
}

#[test]
fn all_jobs_together_stay_under_the_limit_however_much_one_task_gives() {
    const LIMIT: isize = 10;
    // Bytes held in `work`, or handed on and not taken yet.
    let (held, most) = (AtomicIsize::new(0), AtomicIsize::new(0));
    let add = |bytes| {
        let now = held.fetch_add(bytes, Ordering::SeqCst) + bytes;
        most.fetch_max(now, Ordering::SeqCst);
    };
    let work = |_: &mut (), task: usize, desk: &Desk<'_, (usize, usize)>| {
        // Task 3 alone needs more than the limit, before it has handed on anything.
        for _ in 0..if task == 3 { 5 } else { 1 } {
            let first = desk.room.hold(3).unwrap();
            add(3);
            std::thread::yield_now();
            if task == 3 {
                std::mem::forget(first);
                continue;
            }
            held.fetch_sub(3, Ordering::SeqCst);
        }
        for piece in 0..40 {
            assert!(desk.hand_on((task, piece), 2).is_continue());
            add(2);
        }
    };
    let mut seen = Vec::new();
    ordered(
        24,
        8,
        LIMIT as usize,
        || (),
        work,
        |task, piece| {
            if let Some(piece) = piece {
                assert_eq!(piece.0, task);
                held.fetch_sub(2, Ordering::SeqCst);
                seen.push(piece);
            }
            ControlFlow::Continue(())
        },
    );
    assert!(
        seen.into_iter()
            .eq((0..24).flat_map(|task| (0..40).map(move |piece| (task, piece))))
    );
    // The limit, what the current task holds, and for each worker what it has given back but
    // this test has not counted yet.
    let most = most.into_inner();
    assert!(most <= LIMIT + 15 + 2 + 8 * 3, "{most}");
}

#[test]
fn a_panic_ends_the_workers_that_wait_for_its_task_and_goes_on() {
    let work = |(): &mut (), task: usize, desk: &Desk<'_, usize>| {
        assert!(task != 2, "the third task fails");
        let _ = desk.hand_on(task, 1);
    };
    let mut seen = Vec::new();
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| {
        let take = |_, piece| {
            seen.extend(piece);
            ControlFlow::Continue(())
        };
        ordered(1_000, 3, NO_LIMIT, || (), work, take);
    }));
    assert!(outcome.is_err());
    assert!(seen.iter().all(|task| *task < 2), "{seen:?}");
}

#[test]
fn a_break_ends_the_workers_even_those_that_wait() {
    let mut taken = 0;
    ordered(
        1_000_000,
        4,
        3,
        || (),
        |(), task, desk| {
            while desk.hand_on(task, 2).is_continue() {}
        },
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
        NO_LIMIT,
        || (),
        |(), _, _: &Desk<'_, ()>| (),
        |_, _| panic!("nothing to take"),
    );
}
