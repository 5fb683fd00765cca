//! The built CLAP bundle in a real host: Qtractor, on a virtual screen and JACK's dummy driver.
//!
//! Qtractor gives every block a transport event with a zeroed header.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tagline_tests::{bundle, pcm, write_wav};

use crate::xvfb::Xvfb;

/// What the test needs beside the bundle; `cargo xtask setup` installs it where it can.
const PROGRAMS: [&str; 6] = [
    "qtractor",
    "jackd",
    "jack_lsp",
    "jack_transport",
    "jack_rec",
    "cc",
];

const RATE_HZ: u32 = 48_000;

/// Seconds that are recorded: three for the first tags, and some more.
const SECONDS: u32 = 8;

/// Long enough for a busy machine, short enough to end a host that hangs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Qtractor saves within this time or, on a busy machine, not at all.
const SAVING: Duration = Duration::from_secs(40);

/// A program that ends with this value.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A folder with everything of the session, and the environment of its programs.
struct Stage {
    folder: PathBuf,
    server: String,
    display: String,
}

impl Stage {
    fn command(&self, program: &str, log: &str) -> Command {
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

    fn start(&self, mut command: Command) -> Running {
        Running(command.spawn().expect("an installed program starts"))
    }

    fn read(&self, name: &str) -> String {
        let bytes = std::fs::read(self.folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// Waits until `done`, or panics with what the programs said.
    fn wait_for(&self, what: &str, mut done: impl FnMut() -> bool) {
        let start = Instant::now();
        while !done() {
            let (host, jack) = (self.read("qtractor.log"), self.read("jackd.log"));
            assert!(start.elapsed() < PATIENCE, "no {what}\n{host}\n{jack}");
            std::thread::sleep(Duration::from_millis(250));
        }
    }
}

/// Whether everything is installed, or a line that says what is not.
fn has_programs(test: &str) -> bool {
    let folders = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&folders).collect();
    let is_missing = |program: &&&str| !folders.iter().any(|dir| dir.join(program).is_file());
    let missing = PROGRAMS.iter().find(is_missing);
    if let Some(program) = missing {
        eprintln!("SKIPPED {test}: {program} is not installed");
    }
    missing.is_none()
}

/// A song of one track, with the plugin on the master bus.
fn write_session(folder: &Path, plugin: &Path) {
    let tone = (0..20 * RATE_HZ).map(|n| {
        let t = f64::from(n) / f64::from(RATE_HZ);
        pcm((0.3 * (std::f64::consts::TAU * (200.0 + 40.0 * t) * t).sin()) as f32)
    });
    write_wav(&folder.join("song.wav"), RATE_HZ, tone);
    let session = include_str!("qtractor/session.qtr")
        .replace("@FOLDER@", &folder.to_string_lossy())
        .replace("@PLUGIN@", &plugin.to_string_lossy());
    std::fs::write(folder.join("session.qtr"), session).expect("a session");
}

/// Where the kernel has no sequencer, a library that stands in for it.
fn sequencer(folder: &Path) -> Option<PathBuf> {
    if Path::new("/dev/snd/seq").exists() {
        return None;
    }
    let library = folder.join("no_sequencer.so");
    let compiled = Command::new("cc")
        .args(["-shared", "-fPIC", "-w", "-o"])
        .arg(&library)
        .arg(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/product/qtractor/no_sequencer.c"
        ))
        .status();
    assert!(compiled.expect("a C compiler").success());
    Some(library)
}

/// The largest sample of a recording of 16 bits, of 32,768.
fn peak(recording: &[u8]) -> u16 {
    let samples = recording.get(44..).unwrap_or_default().chunks_exact(2);
    let samples = samples.map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]]).unsigned_abs());
    samples.max().unwrap_or(0)
}

/// The values of the plugin's tags in a saved session.
fn tags(session: &str) -> Vec<f64> {
    let of_line = |line: &str| {
        let rest = line.trim().strip_prefix("<param index=\"")?;
        let (index, rest) = rest.split_once('"')?;
        let is_tag = (5..=54).contains(&index.parse::<u32>().ok()?);
        let value = rest.split_once('>')?.1.strip_suffix("</param>")?;
        is_tag.then_some(value.parse().ok()?)
    };
    session.lines().filter_map(of_line).collect()
}

#[test]
fn qtractor_plays_through_the_clap_and_sees_its_tags_move() {
    let test = "qtractor_plays_through_the_clap_and_sees_its_tags_move";
    let Some(plugin) = bundle(test, "Tagline.clap") else {
        return;
    };
    if !has_programs(test) {
        return;
    }
    let Some(screen) = Xvfb::start() else {
        eprintln!("SKIPPED {test}: no Xvfb; `cargo xtask setup` installs it");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    write_session(folder.path(), &plugin);
    let stage = Stage {
        folder: folder.path().to_owned(),
        server: format!("tagline-{}", std::process::id()),
        display: screen.display.clone(),
    };
    let mut jackd = stage.command("jackd", "jackd.log");
    // A busy machine may let a client wait; JACK must not give it up.
    jackd.args(["-n", &stage.server, "-r", "-t", "10000"]);
    jackd.args(["-d", "dummy", "-p", "2048"]);
    jackd.args(["-r", &RATE_HZ.to_string()]);
    let _jackd = stage.start(jackd);
    let has_port = |name: &str| {
        let mut list = stage.command("jack_lsp", "jack_lsp.log");
        let listed = list.status().is_ok_and(|status| status.success());
        listed && stage.read("jack_lsp.log").contains(name)
    };
    stage.wait_for("JACK server", || has_port("system:playback_1"));

    let mut qtractor = stage.command("qtractor", "qtractor.log");
    qtractor.arg(stage.folder.join("session.qtr"));
    if let Some(library) = sequencer(&stage.folder) {
        qtractor.env("LD_PRELOAD", library);
    }
    let qtractor = stage.start(qtractor);
    stage.wait_for("port of Qtractor's", || has_port("Qtractor:Master/out_2"));
    // The model is opened meanwhile.
    std::thread::sleep(Duration::from_secs(6));

    let mut transport = stage.command("jack_transport", "jack_transport.log");
    transport.stdin(Stdio::piped());
    let mut transport = stage.start(transport);
    let mut commands = transport.0.stdin.take().expect("a pipe");
    std::io::Write::write_all(&mut commands, b"locate 0\nplay\n").expect("commands");
    let mut record = stage.command("jack_rec", "jack_rec.log");
    record.args(["-f", "heard.wav", "-b", "16", "-d", &SECONDS.to_string()]);
    record.args(["Qtractor:Master/out_1", "Qtractor:Master/out_2"]);
    let mut record = stage.start(record);
    stage.wait_for("recording", || {
        record.0.try_wait().is_ok_and(|status| status.is_some())
    });
    let heard = std::fs::read(stage.folder.join("heard.wav")).expect("a recording");
    let said = stage.read("qtractor.log");
    assert!(
        heard.len() > 100_000,
        "{}\n{said}",
        stage.read("jack_rec.log")
    );
    let peak = peak(&heard);
    assert!((9_000..10_500).contains(&peak), "peak {peak}\n{said}");

    let id = qtractor.0.id().to_string();
    let start = Instant::now();
    while tags(&stage.read("session.qtr")).is_empty() {
        // Asks it to save, again and again. On a busy machine it may never get to that.
        let asked = Command::new("kill").args(["-USR1", &id]).status();
        assert!(asked.expect("kill").success(), "Qtractor has ended");
        std::thread::sleep(Duration::from_secs(2));
        if start.elapsed() > SAVING {
            eprintln!("SKIPPED {test}, tags: Qtractor does not save its session");
            return;
        }
    }
    let tags = tags(&stage.read("session.qtr"));
    let moved = tags.iter().filter(|value| **value > 0.0).count();
    assert!(moved >= 30, "{tags:?}\n{said}");
}
