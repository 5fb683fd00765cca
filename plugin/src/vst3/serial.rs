//! One thread at a time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// What belongs to the host's main thread. Some hosts call from other threads, too: they take turns
/// then. A thread whose turn it is may come again, so a host that calls back from within a call gets
/// its answer.
pub(super) struct Serial<T> {
    /// The thread whose turn it is; 0 for none.
    owner: AtomicUsize,
    turn: Mutex<()>,
    value: T,
}

/// A number that no other living thread has, and that is not 0.
pub(super) fn this_thread() -> usize {
    thread_local!(static MARK: u8 = const { 0 });
    MARK.with(|mark| std::ptr::from_ref(mark).addr())
}

impl<T> Serial<T> {
    pub(super) fn new(value: T) -> Self {
        Self {
            owner: AtomicUsize::new(0),
            turn: Mutex::new(()),
            value,
        }
    }

    /// Runs `action` when it is this thread's turn.
    pub(super) fn with<R>(&self, action: impl FnOnce(&T) -> R) -> R {
        let me = this_thread();
        if self.owner.load(Ordering::Relaxed) == me {
            return action(&self.value);
        }
        let _turn = self.turn.lock().unwrap_or_else(PoisonError::into_inner);
        let _ends = Ends(&self.owner);
        self.owner.store(me, Ordering::Relaxed);
        action(&self.value)
    }
}

/// Ends the turn, also where `action` panics.
struct Ends<'a>(&'a AtomicUsize);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[test]
    fn a_thread_may_come_again_and_a_panic_ends_its_turn() {
        let serial = Serial::new(Cell::new(1));
        serial.with(|outer| {
            serial.with(|inner| inner.set(inner.get() + 1));
            assert_eq!(outer.get(), 2);
        });
        let panics = std::panic::AssertUnwindSafe(|| serial.with(|_| panic!("within a turn")));
        let _: Result<(), _> = std::panic::catch_unwind(panics);
        assert_eq!(serial.owner.load(Ordering::Relaxed), 0);
        assert_eq!(serial.with(Cell::get), 2);
    }

    #[test]
    fn two_threads_take_turns() {
        let serial = Serial::new(AtomicUsize::new(0));
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    for _ in 0..1_000 {
                        serial.with(|count| {
                            let seen = count.load(Ordering::Relaxed);
                            std::hint::spin_loop();
                            count.store(seen + 1, Ordering::Relaxed);
                        });
                    }
                });
            }
        });
        assert_eq!(serial.with(|count| count.load(Ordering::Relaxed)), 2_000);
    }
}
