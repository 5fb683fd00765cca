//! A process and a virtual X server for each test.

use std::fmt::{self, Formatter};
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tagline_tests::{bundle, skipped, tiny_model};

use crate::xvfb::Xvfb;

/// Tells the child which test it runs.
const MARK: &str = "TAGLINE_EDITOR_TEST";

/// Long enough for a busy machine, short enough to end an editor that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// The same for a test that is run by hand.
const LONG_PATIENCE: Duration = Duration::from_secs(900);

/// What the process sees.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Display {
    /// A virtual X server.
    Virtual,
    /// No display.
    None,
}

/// Runs `test`, the body of the test `editor::name`, with the bundle, in a process of its own with a
/// model in its models folder. Without a bundle or a server, prints that the test was skipped.
pub fn in_a_process_of_its_own(name: &str, display: Display, test: impl FnOnce(&Path)) {
    with_bundle(name, ("Tagline.clap", display), test);
}

/// The same with the bundle of another format.
pub fn with_bundle(name: &str, (file, display): (&str, Display), test: impl FnOnce(&Path)) {
    let Some(bundle) = bundle(name, file) else {
        return;
    };
    if std::env::var_os(MARK).is_some_and(|mark| mark == name) {
        return test(&bundle);
    }
    let server = (display == Display::Virtual).then(Xvfb::start);
    if let Some(None) = server {
        skipped(name, "no Xvfb; `cargo xtask setup` installs it");
        return;
    }
    let home = tempfile::tempdir().expect("a temporary folder");
    let models = home.path().join("models");
    std::fs::create_dir(&models).expect("a models folder");
    let tags = ["low", "warm", "middle", "clear", "bright", "high"];
    std::fs::write(models.join("tiny.onnx"), tiny_model(&tags)).expect("a model");

    let mut command = Command::new(std::env::current_exe().expect("this program"));
    command
        .args([
            "--exact",
            &format!("editor::{name}"),
            "--include-ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(MARK, name)
        .env("HOME", home.path())
        .env("TAGLINE_MODELS", &models)
        .env("TAGLINE_PRESETS", home.path().join("presets"))
        .env("TAGLINE_TAGGRAMS", home.path().join("taggrams"))
        .env("TAGLINE_SETTINGS", home.path().join("settings"))
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        // With an arena for each thread, memory grows for dozens of windows before it is used again.
        // That would look like a leak.
        .env("MALLOC_ARENA_MAX", "1")
        .env_remove("DISPLAY")
        .env_remove("WAYLAND_DISPLAY");
    if let Some(Some(server)) = &server {
        command.env("DISPLAY", &server.display);
    }
    let mut child = command.spawn().expect("this program runs");
    let by_hand = std::env::args().any(|argument| argument.ends_with("ignored"));
    let end = Instant::now() + if by_hand { LONG_PATIENCE } else { PATIENCE };
    let status = loop {
        if let Some(status) = child.try_wait().expect("the child can be waited for") {
            break status;
        }
        if Instant::now() > end {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{name} hangs");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    assert!(status.success(), "{name}: {status}");
}

/// What this process uses.
#[derive(Clone, Copy, Debug)]
pub struct Usage {
    /// Threads.
    pub threads: usize,
    /// Open files.
    pub files: usize,
    /// Resident memory, in KiB.
    pub kib: usize,
    /// CPU time of the threads that draw the editor's window, without the analysis, in ticks of 10 ms.
    pub window_ticks: u64,
}

impl Usage {
    /// What it uses as soon as no more than `threads` threads are left. The threads of the clipboard and
    /// of Mesa end a moment after the editor's.
    pub fn once_at_rest(threads: usize) -> Self {
        let end = Instant::now() + Duration::from_secs(5);
        loop {
            let usage = Self::now();
            if usage.threads <= threads || Instant::now() > end {
                return usage;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// What it uses now.
    pub fn now() -> Self {
        let count = |folder| {
            std::fs::read_dir(folder)
                .expect("a folder of /proc")
                .count()
        };
        let status = std::fs::read_to_string("/proc/self/status").expect("the status");
        let kib = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|rest| rest.split_whitespace().next()?.parse().ok())
            .expect("the resident memory");
        Self {
            threads: count("/proc/self/task"),
            files: count("/proc/self/fd"),
            kib,
            window_ticks: drawing_ticks(),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let mib = self.kib / 1024;
        write!(
            f,
            "{} threads, {} files, {mib} MiB",
            self.threads, self.files
        )
    }
}

/// CPU time, in ticks, of Mesa's drawing threads, which work only for the editor.
fn drawing_ticks() -> u64 {
    std::fs::read_dir("/proc/self/task")
        .expect("the threads")
        .flatten()
        .filter_map(|task| std::fs::read_to_string(task.path().join("stat")).ok())
        .filter(|stat| stat.contains("(llvmpipe"))
        .filter_map(|stat| {
            let fields: Vec<&str> = stat.rsplit(") ").next()?.split(' ').collect();
            // Fields 14 and 15 of the line: user and system time.
            let ticks = |field: usize| fields.get(field)?.parse::<u64>().ok();
            Some(ticks(11)? + ticks(12)?)
        })
        .sum()
}
