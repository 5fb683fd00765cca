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

#[cfg(all(test, unix))]
mod tests {
    use std::io::{BufRead, BufReader};
    use std::process::{Child, Command, ExitStatus, Stdio};
    use std::time::Duration;

    use super::*;
    use crate::atomic;

    /// The variable that names what the test program does when a test runs it again.
    const PART: &str = "TAGLINE_TEST_INTERRUPT_PART";
    /// The variable that names its file.
    const FILE: &str = "TAGLINE_TEST_INTERRUPT_FILE";

    /// Not a test by itself: the process that the tests below interrupt.
    #[test]
    fn interrupted_process() {
        let (Ok(part), Some(file)) = (std::env::var(PART), std::env::var_os(FILE)) else {
            return;
        };
        install("test").expect("no other handler");
        let stop = (part == "polls").then(Stop::on_interrupt);
        let written = atomic::with_temporary(
            Path::new(&file),
            |error| error,
            |temporary| {
                std::fs::write(temporary, "new")?;
                println!("\nready");
                loop {
                    std::thread::sleep(Duration::from_millis(5));
                    if stop.as_ref().is_some_and(Stop::requested) {
                        println!("\nasked to stop");
                        if std::fs::exists(Path::new(&file).with_extension("end"))? {
                            return Ok(());
                        }
                    }
                }
            },
        );
        written.expect("written");
    }

    struct Process {
        child: Child,
        lines: std::io::Lines<BufReader<std::process::ChildStdout>>,
        folder: tempfile::TempDir,
    }

    impl Process {
        /// Starts the process and waits until it has a temporary file.
        fn start(part: &str) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            std::fs::write(folder.path().join("model.onnx"), "old").expect("write");
            let mut child = Command::new(std::env::current_exe().expect("this program"))
                .args(["--exact", "interrupt::tests::interrupted_process"])
                .args(["--nocapture", "--test-threads=1"])
                .env(PART, part)
                .env(FILE, folder.path().join("model.onnx"))
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it starts");
            let stdout = child.stdout.take().expect("piped");
            let mut process = Self {
                child,
                lines: BufReader::new(stdout).lines(),
                folder,
            };
            process.wait_for("ready");
            assert_eq!(process.files(), 2, "the file and a temporary one");
            process
        }

        fn wait_for(&mut self, line: &str) {
            let found = self.lines.any(|read| read.is_ok_and(|read| read == line));
            assert!(found, "it ended without the line `{line}`");
        }

        fn press_ctrl_c(&self) {
            let kill = format!("kill -INT {}", self.child.id());
            let sent = Command::new("sh").args(["-c", &kill]).status();
            assert!(sent.expect("a shell").success());
        }

        fn end(&mut self) -> ExitStatus {
            self.child.wait().expect("it ends")
        }

        fn files(&self) -> usize {
            let entries = std::fs::read_dir(self.folder.path()).expect("readable");
            entries.filter(|entry| entry.is_ok()).count()
        }

        fn content(&self) -> String {
            std::fs::read_to_string(self.folder.path().join("model.onnx")).expect("there")
        }
    }

    #[test]
    fn a_short_command_leaves_nothing_behind_and_the_old_file_as_it_was() {
        let mut process = Process::start("writes");
        process.press_ctrl_c();
        assert_eq!(process.end().code(), Some(130));
        assert_eq!((process.files(), process.content().as_str()), (1, "old"));
    }

    #[test]
    fn a_long_command_that_polls_ends_as_it_wants() {
        let mut process = Process::start("polls");
        process.press_ctrl_c();
        process.wait_for("asked to stop");
        std::fs::write(process.folder.path().join("model.end"), "").expect("write");
        assert!(process.end().success());
        assert_eq!((process.files(), process.content().as_str()), (2, "new"));
    }

    #[test]
    fn a_second_ctrl_c_ends_a_long_command_at_once_and_leaves_nothing_behind() {
        let mut process = Process::start("polls");
        process.press_ctrl_c();
        process.wait_for("asked to stop");
        process.press_ctrl_c();
        assert_eq!(process.end().code(), Some(130));
        assert_eq!((process.files(), process.content().as_str()), (1, "old"));
    }
}
