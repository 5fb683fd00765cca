//! Runs tasks side by side and gives their results in order, in bounded memory.
//!
//! Tasks give their results piece by piece. The pieces of the task whose turn it is are taken as
//! they come; those of the others wait. Everything that waits or is being worked on counts against
//! one limit. A task that needs more waits until others need less, except the task whose turn it
//! is, because all others wait for it.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::mpsc::{self, Sender};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// In place of a limit of bytes, for small results.
pub(crate) const NO_LIMIT: usize = usize::MAX / 2;

/// For each worker, how many tasks may be begun before the one whose turn it is has ended.
const AHEAD: usize = 4;

struct Turn {
    /// Number of the next task to be begun.
    next: usize,
    /// Number of the task whose pieces are taken now.
    current: usize,
    /// How many of them have been taken.
    taken: usize,
    /// Bytes that count against the limit.
    held: usize,
    stop: bool,
}

struct Shared {
    turn: Mutex<Turn>,
    moved: Condvar,
    /// Most bytes that are held, apart from those of the current task.
    limit: usize,
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, Turn> {
        self.turn.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wait(&self, waits: impl Fn(&Turn) -> bool) -> MutexGuard<'_, Turn> {
        self.moved
            .wait_while(self.lock(), |turn| waits(turn))
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Counts what a task holds in memory.
pub(crate) struct Room<'a> {
    shared: &'a Shared,
    task: usize,
}

/// Bytes that count against the limit until this is dropped.
pub(crate) struct Held<'a> {
    shared: &'a Shared,
    bytes: usize,
}

impl<'a> Room<'a> {
    /// Waits until `bytes` more may be held; `None` if the work must end.
    pub fn hold(&self, bytes: usize) -> Option<Held<'a>> {
        self.hold_once(bytes, |_| true)
    }

    /// The same, but the task whose turn it is waits, too, unless it `may_pass` the limit.
    fn hold_once(&self, bytes: usize, may_pass: impl Fn(&Turn) -> bool) -> Option<Held<'a>> {
        let mut turn = self.shared.wait(|turn| {
            let passes = turn.current == self.task && may_pass(turn);
            !turn.stop && !passes && turn.held + bytes > self.shared.limit
        });
        if turn.stop {
            return None;
        }
        turn.held += bytes;
        Some(Held {
            shared: self.shared,
            bytes,
        })
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.shared.lock().held -= self.bytes;
        self.shared.moved.notify_all();
    }
}

/// A piece on its way, or the end of its task.
type Message<'a, P> = (usize, Option<(P, Held<'a>)>);

/// A task hands on its pieces here.
pub(crate) struct Desk<'a, P> {
    pub room: Room<'a>,
    sender: Sender<Message<'a, P>>,
    handed_on: Cell<usize>,
}

impl<P> Desk<'_, P> {
    /// Hands on a piece of `bytes` bytes, as soon as there is room for it. Breaks if the work must
    /// end.
    pub fn hand_on(&self, piece: P, bytes: usize) -> ControlFlow<()> {
        // If all of its pieces are taken, only other tasks take up the room, and they wait for this
        // one. So it may go on.
        let all_taken = |turn: &Turn| turn.taken == self.handed_on.get();
        let Some(held) = self.room.hold_once(bytes, all_taken) else {
            return ControlFlow::Break(());
        };
        self.handed_on.set(self.handed_on.get() + 1);
        match self.sender.send((self.room.task, Some((piece, held)))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

/// Runs `tasks` tasks, numbered from 0, on `jobs` threads, each with a state of its own that
/// `start` makes. `take` runs on the calling thread: it gets the pieces of each task in order, then
/// `None` at the task's end, until it breaks. At most `limit` bytes are held at any time, apart
/// from those of the task whose turn it is.
pub(crate) fn ordered<S, P: Send>(
    tasks: usize,
    jobs: usize,
    limit: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, &Desk<'_, P>) + Sync,
    mut take: impl FnMut(usize, Option<P>) -> ControlFlow<()>,
) {
    let shared = &Shared {
        turn: Mutex::new(Turn {
            next: 0,
            current: 0,
            taken: 0,
            held: 0,
            stop: false,
        }),
        moved: Condvar::new(),
        limit,
    };
    let (sender, receiver) = mpsc::channel::<Message<'_, P>>();
    std::thread::scope(|scope| {
        for _ in 0..jobs.min(tasks) {
            let sender = sender.clone();
            let (start, work) = (&start, &work);
            scope.spawn(move || {
                let _end = EndOnPanic(shared);
                let mut state = start();
                while let Some(task) = next_task(shared, tasks, AHEAD * jobs) {
                    let desk = Desk {
                        room: Room { shared, task },
                        sender: sender.clone(),
                        handed_on: Cell::new(0),
                    };
                    work(&mut state, task, &desk);
                    if sender.send((task, None)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        // Messages of tasks whose turn has not come.
        let mut waiting: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        let mut current = 0;
        for (task, message) in receiver {
            waiting.entry(task).or_default().push(message);
            while let Some(messages) = waiting.remove(&current) {
                let ended = messages.iter().any(Option::is_none);
                for message in messages {
                    let (flow, taken) = match message {
                        // The piece makes room once it has been taken.
                        Some((piece, _held)) => (take(current, Some(piece)), 1),
                        None => (take(current, None), 0),
                    };
                    let mut turn = shared.lock();
                    turn.taken += taken;
                    turn.stop |= flow.is_break();
                    drop(turn);
                    shared.moved.notify_all();
                    if flow.is_break() {
                        return;
                    }
                }
                if !ended {
                    break;
                }
                current += 1;
                let mut turn = shared.lock();
                (turn.current, turn.taken) = (current, 0);
                drop(turn);
                shared.moved.notify_all();
            }
        }
    });
}

/// Ends the work if its thread panics. Otherwise the others would wait forever for that thread's
/// task. [`ordered`] passes the panic on.
struct EndOnPanic<'a>(&'a Shared);

impl Drop for EndOnPanic<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.lock().stop = true;
            self.0.moved.notify_all();
        }
    }
}

/// Begins a task when it is not too far ahead of the one whose turn it is; `None` at the end.
fn next_task(shared: &Shared, tasks: usize, ahead: usize) -> Option<usize> {
    let mut turn =
        shared.wait(|turn| !turn.stop && turn.next < tasks && turn.next >= turn.current + ahead);
    let task = turn.next;
    if turn.stop || task >= tasks {
        return None;
    }
    turn.next += 1;
    Some(task)
}

/// Runs `work` with an unlimited room, for tests of functions that need one.
#[cfg(test)]
pub(crate) fn alone<T: Send>(work: impl FnOnce(&Room<'_>) -> T + Send) -> T {
    let work = Mutex::new(Some(work));
    let outcome = Mutex::new(None);
    ordered(
        1,
        1,
        NO_LIMIT,
        || (),
        |(), _, desk: &Desk<'_, ()>| {
            let work = work.lock().unwrap().take().unwrap();
            *outcome.lock().unwrap() = Some(work(&desk.room));
        },
        |_, _| ControlFlow::Continue(()),
    );
    outcome.into_inner().unwrap().unwrap()
}

#[cfg(test)]
mod tests;
