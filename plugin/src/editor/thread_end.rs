//! Waits for the end of the window's thread, which only X11 has.
//!
//! baseview 0.4 joins the thread when a window is dropped, except when the thread leaves its loop
//! before it has answered a last request. The host could then destroy its window, or unload the
//! plugin's library, while the thread is still taking the editor's window down.

use std::cell::RefCell;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

/// Nobody waits longer than this for a window to go.
const PATIENCE: Duration = Duration::from_secs(5);

thread_local! {
    /// Dropped when the thread ends, after everything on its stack.
    static ALIVE: RefCell<Option<Sender<()>>> = const { RefCell::new(None) };
}

/// The thread's side: alive until it is dropped.
pub struct Alive(Sender<()>);

/// The owner's side.
pub struct ThreadEnd(Receiver<()>);

/// Both sides.
pub fn pair() -> (Alive, ThreadEnd) {
    let (alive, end) = channel();
    (Alive(alive), ThreadEnd(end))
}

impl Alive {
    /// Lives from now on as long as this thread, where a window has a thread of its own.
    pub fn until_thread_ends(self) {
        if cfg!(target_os = "linux") {
            ALIVE.with_borrow_mut(|alive| *alive = Some(self.0));
        }
    }
}

impl ThreadEnd {
    /// Waits for the thread's end. Returns whether it has ended.
    pub fn wait(&self) -> bool {
        use std::sync::mpsc::RecvTimeoutError::Disconnected;
        self.0.recv_timeout(PATIENCE) == Err(Disconnected)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(target_os = "linux")]
    fn the_wait_ends_with_the_thread_and_not_before() {
        use std::sync::atomic::{AtomicBool, Ordering};
        static WORKED: AtomicBool = AtomicBool::new(false);
        let (alive, end) = pair();
        std::thread::spawn(move || {
            alive.until_thread_ends();
            std::thread::sleep(Duration::from_millis(100));
            WORKED.store(true, Ordering::Relaxed);
        });
        assert!(end.wait());
        assert!(WORKED.load(Ordering::Relaxed));
    }

    #[test]
    fn nobody_waits_for_a_window_that_was_never_made() {
        let (alive, end) = pair();
        drop(alive);
        assert!(end.wait());
    }
}
