//! Ctrl-C: half-done work either comes to a good end or leaves nothing behind.
//!
//! A short command does nothing about it: the files that [`crate::atomic`] has not finished are
//! removed, and the process ends. A long command that can end well, as training does at a
//! checkpoint, holds a [`Stop`] and polls it. Only the second Ctrl-C ends such a process at once.

use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tempfile::TempPath;

/// Exit status of a process that Ctrl-C ended: 128 + SIGINT, as in shells.
pub const EXIT_STATUS: u8 = 130;

/// Whether a [`Stop`] has been asked for.
static REQUESTED: AtomicBool = AtomicBool::new(false);

static STATE: Mutex<State> = Mutex::new(State {
    temporaries: BTreeSet::new(),
    stops: 0,
});

struct State {
    temporaries: BTreeSet<PathBuf>,
    /// How many [`Stop`]s there are.
    stops: usize,
}

fn state() -> MutexGuard<'static, State> {
    STATE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes Ctrl-C over for the whole process, whose name is `program`. Call it once, before any work.
///
/// # Errors
/// The system's reason. Ctrl-C then ends the process as it did before, and temporary files stay.
pub fn install(program: &'static str) -> Result<(), ctrlc::Error> {
    ctrlc::set_handler(move || pressed(program))
}

fn pressed(program: &str) {
    // The lock is held to the end, so that no other thread makes a temporary file after these are
    // removed.
    let state = state();
    if state.stops > 0 && !REQUESTED.swap(true, Ordering::Relaxed) {
        return;
    }
    for path in &state.temporaries {
        // It may have been removed already. If it cannot be removed, nobody is left to be told.
        let _ = std::fs::remove_file(path);
    }
    let _ = writeln!(std::io::stderr(), "{program}: interrupted");
    std::process::exit(EXIT_STATUS.into());
}

/// While a `Stop` lives, Ctrl-C does not end the process: it asks the holder to stop, by
/// [`Self::requested`]. A second Ctrl-C still ends the process.
///
/// When the last one is dropped, the request is forgotten. So a command with several long parts
/// holds one over all of them and polls it between them.
#[derive(Debug)]
pub struct Stop(());

impl Stop {
    /// From now on, Ctrl-C asks to stop.
    #[must_use]
    pub fn on_interrupt() -> Self {
        state().stops += 1;
        Self(())
    }

    /// Whether Ctrl-C has been pressed. Cheap enough for every batch.
    #[must_use]
    pub fn requested(&self) -> bool {
        REQUESTED.load(Ordering::Relaxed)
    }
}

impl Drop for Stop {
    fn drop(&mut self) {
        let mut state = state();
        state.stops -= 1;
        if state.stops == 0 {
            REQUESTED.store(false, Ordering::Relaxed);
        }
    }
}

/// A file that is removed when dropped, and when Ctrl-C ends the process.
pub(crate) struct Temporary {
    /// `None` only while it is dropped.
    path: Option<TempPath>,
}

impl Temporary {
    /// Keeps track of the file that `make` makes.
    ///
    /// # Errors
    /// What `make` returns.
    pub(crate) fn new<E>(make: impl FnOnce() -> Result<TempPath, E>) -> Result<Self, E> {
        let mut state = state();
        let path = make()?;
        state.temporaries.insert(path.to_path_buf());
        Ok(Self { path: Some(path) })
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        self.path.as_deref().unwrap_or(Path::new(""))
    }

    /// Moves it to `path`, over what is there, and keeps it.
    ///
    /// # Errors
    /// The system's reason. The file is then removed.
    pub(crate) fn persist(mut self, path: &Path) -> std::io::Result<()> {
        // Under the lock, so that Ctrl-C cannot remove the file while it is moved.
        let mut state = state();
        match self.path.take() {
            Some(temporary) => {
                state.temporaries.remove(&*temporary);
                temporary.persist(path).map_err(|error| error.error)
            }
            None => Ok(()),
        }
    }
}

impl Drop for Temporary {
    fn drop(&mut self) {
        if let Some(path) = self.path.take() {
            let mut state = state();
            state.temporaries.remove(&*path);
            drop(path);
        }
    }
}
