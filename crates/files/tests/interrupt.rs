//! Ctrl-C in a program that writes a file.
//!
//! This program has no test runner: the tests start it again as the process that they interrupt.

#[cfg(not(unix))]
fn main() {}

#[cfg(unix)]
fn main() {
    if let Some(part) = unix::part() {
        return unix::play(&part);
    }
    for (name, test) in unix::TESTS {
        test();
        println!("test {name} ... ok");
    }
    let count = unix::TESTS.len();
    println!("test result: ok. {count} passed; 0 failed; 0 ignored");
}

#[cfg(unix)]
mod unix {
    use std::io::{BufRead, BufReader};
    use std::path::{Path, PathBuf};
    use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
    use std::time::Duration;

    use tagline_files::atomic;
    use tagline_files::interrupt::{Stop, install};

    pub const TESTS: [(&str, fn()); 3] = [
        (
            "a_short_command_leaves_nothing_behind_and_the_old_file_as_it_was",
            a_short_command_leaves_nothing_behind_and_the_old_file_as_it_was,
        ),
        (
            "a_long_command_that_polls_ends_as_it_wants",
            a_long_command_that_polls_ends_as_it_wants,
        ),
        (
            "a_second_ctrl_c_ends_a_long_command_at_once_and_leaves_nothing_behind",
            a_second_ctrl_c_ends_a_long_command_at_once_and_leaves_nothing_behind,
        ),
    ];

    /// The variable that tells the interrupted process whether it polls.
    const POLLS: &str = "TAGLINE_TEST_INTERRUPT_POLLS";
    /// The variable that names its file.
    const FILE: &str = "TAGLINE_TEST_INTERRUPT_FILE";

    /// What the interrupted process does.
    pub struct Part {
        polls: bool,
        file: PathBuf,
    }

    /// The part of this process, if a test started it.
    pub fn part() -> Option<Part> {
        Some(Part {
            polls: std::env::var(POLLS).ok()? == "true",
            file: std::env::var_os(FILE)?.into(),
        })
    }

    /// Writes a temporary file until it is interrupted. If the process polls, it goes on until
    /// there is a file with the extension `end`.
    pub fn play(part: &Part) {
        install("test").expect("no other handler");
        let stop = part.polls.then(Stop::on_interrupt);
        let may_end = || std::fs::exists(part.file.with_extension("end"));
        let written = atomic::with_temporary(
            &part.file,
            |error| error,
            |temporary| {
                std::fs::write(temporary, "new")?;
                println!("ready");
                loop {
                    std::thread::sleep(Duration::from_millis(5));
                    if stop.as_ref().is_some_and(Stop::requested) {
                        println!("asked to stop");
                        if may_end()? {
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
        lines: std::io::Lines<BufReader<ChildStdout>>,
        folder: tempfile::TempDir,
    }

    impl Process {
        /// Starts the process and waits until it has a temporary file.
        fn start(polls: bool) -> Self {
            let folder = tempfile::tempdir().expect("a folder");
            let file = folder.path().join("model.onnx");
            std::fs::write(&file, "old").expect("write");
            let mut child = Command::new(std::env::current_exe().expect("this program"))
                .env(POLLS, polls.to_string())
                .env(FILE, &file)
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
            let id = self.child.id().to_string();
            let sent = Command::new("kill").args(["-INT", &id]).status();
            assert!(sent.expect("kill runs").success());
        }

        fn end(&mut self) -> ExitStatus {
            self.child.wait().expect("it ends")
        }

        fn files(&self) -> usize {
            let entries = std::fs::read_dir(self.folder.path()).expect("readable");
            entries.filter(|entry| entry.is_ok()).count()
        }

        fn content(&self) -> String {
            std::fs::read_to_string(self.file("model.onnx")).expect("there")
        }

        fn file(&self, name: &str) -> PathBuf {
            Path::join(self.folder.path(), name)
        }
    }

    fn a_short_command_leaves_nothing_behind_and_the_old_file_as_it_was() {
        let mut process = Process::start(false);
        process.press_ctrl_c();
        assert_eq!(process.end().code(), Some(130));
        assert_eq!((process.files(), process.content().as_str()), (1, "old"));
    }

    fn a_long_command_that_polls_ends_as_it_wants() {
        let mut process = Process::start(true);
        process.press_ctrl_c();
        process.wait_for("asked to stop");
        std::fs::write(process.file("model.end"), "").expect("write");
        assert!(process.end().success());
        assert_eq!((process.files(), process.content().as_str()), (2, "new"));
    }

    fn a_second_ctrl_c_ends_a_long_command_at_once_and_leaves_nothing_behind() {
        let mut process = Process::start(true);
        process.press_ctrl_c();
        process.wait_for("asked to stop");
        process.press_ctrl_c();
        assert_eq!(process.end().code(), Some(130));
        assert_eq!((process.files(), process.content().as_str()), (1, "old"));
    }
}
