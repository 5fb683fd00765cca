//! The programs around the host: their folder, their environment, and their end.

use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// What the test needs beside the bundle; `cargo xtask setup` installs it where it can.
const PROGRAMS: [&str; 6] = [
    "qtractor",
    "jackd",
    "jack_lsp",
    "jack_transport",
    "jack_rec",
    "cc",
];

/// Long enough for a busy machine, short enough to end a host that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// What a program gets to end by itself.
const FAREWELL: Duration = Duration::from_secs(10);

/// A program that ends with this value.
pub struct Running(pub Child);

impl Running {
    /// Asks the program to end, and waits. JACK's server must end by itself: what it leaves behind
    /// otherwise counts as a server that runs, and there can be eight of them.
    fn end(&mut self) {
        if !matches!(self.0.try_wait(), Ok(None)) {
            return;
        }
        let id = self.0.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &id]).status();
        let start = Instant::now();
        while matches!(self.0.try_wait(), Ok(None)) && start.elapsed() < FAREWELL {
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.end();
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder with everything of the session, and the environment of its programs.
pub struct Stage {
    pub folder: PathBuf,
    pub server: String,
    pub display: String,
}

impl Stage {
    pub fn command(&self, program: &str, log: &str) -> Command {
        let log = File::create(self.folder.join(log)).expect("a log");
        let mut command = Command::new(program);
        command
            .current_dir(&self.folder)
            .env("HOME", &self.folder)
            .env("XDG_CONFIG_HOME", self.folder.join("config"))
            .env("TAGLINE_MODELS", self.folder.join("models"))
            .env("JACK_DEFAULT_SERVER", &self.server)
            .env("JACK_NO_AUDIO_RESERVATION", "1")
            .env("JACK_NO_START_SERVER", "1")
            .env("DISPLAY", &self.display)
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the same log"))
            .stderr(log);
        command
    }

    pub fn start(&self, mut command: Command) -> Running {
        Running(command.spawn().expect("an installed program starts"))
    }

    pub fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Whether JACK's server has this port.
    pub fn has_port(&self, name: &str) -> bool {
        let mut list = self.command("jack_lsp", "jack_lsp.log");
        let listed = list.status().is_ok_and(|status| status.success());
        listed && self.read("jack_lsp.log").contains(name)
    }

    /// Waits until `done`, or panics with what the programs said.
    pub fn wait_for(&self, what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            let (host, jack) = (self.read("qtractor.log"), self.read("jackd.log"));
            assert!(start.elapsed() < PATIENCE, "no {what}\n{host}\n{jack}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

/// Whether everything is installed, or a line that says what is not.
pub fn has_programs(test: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let is_missing = |program: &&&str| !folders.iter().any(|dir| dir.join(program).is_file());
    let missing = PROGRAMS.iter().find(is_missing);
    if let Some(program) = missing {
        eprintln!("SKIPPED {test}: {program} is not installed");
    }
    missing.is_none()
}
