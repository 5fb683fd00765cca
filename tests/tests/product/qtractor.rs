//! The built CLAP bundle in a real host: Qtractor, on a virtual screen and JACK's dummy driver.
//!
//! Qtractor gives every block a transport event with a zeroed header, and counts every value that a
//! plugin sends as a change of the session.

mod session_manager;
mod stage;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tagline_tests::{bundle, pcm, write_wav};

use self::session_manager::SessionManager;
use self::stage::{Running, Stage, has_programs};
use crate::xvfb::Xvfb;

const RATE_HZ: u32 = 48_000;

/// Seconds that are recorded: three for the first tags, and some more.
const SECONDS: u32 = 8;

const SESSION: &str = "session.qtr";

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
        let rest = line.trim().strip_prefix("<param ")?;
        // Its attributes come in another order each time.
        let (_, rest) = rest.split_once("index=\"")?;
        let (index, rest) = rest.split_once('"')?;
        let is_tag = (5..=54).contains(&index.parse::<u32>().ok()?);
        let value = rest.split_once('>')?.1.strip_suffix("</param>")?;
        is_tag.then_some(value.parse().ok()?)
    };
    session.lines().filter_map(of_line).collect()
}

/// The plugin's state in a saved session, as the host writes it.
fn state(session: &str) -> Option<&str> {
    let (_, rest) = session.split_once("<config key=\"state\">")?;
    Some(rest.split_once('<')?.0)
}

/// A session that is open in Qtractor.
struct Open<'a> {
    stage: &'a Stage,
    manager: SessionManager,
    qtractor: Running,
}

impl<'a> Open<'a> {
    fn new(stage: &'a Stage) -> Self {
        let mut manager = SessionManager::new();
        let mut qtractor = stage.command("qtractor", "qtractor.log");
        qtractor.arg(stage.folder.join(SESSION));
        qtractor.env("NSM_URL", manager.url());
        if let Some(library) = sequencer(&stage.folder) {
            qtractor.env("LD_PRELOAD", library);
        }
        let qtractor = stage.start(qtractor);
        let mut is_announced = false;
        stage.wait_for("word of Qtractor's", || {
            is_announced |= manager.answer();
            is_announced && stage.has_port("Qtractor:Master/out_2")
        });
        // The model is opened meanwhile.
        std::thread::sleep(Duration::from_secs(6));
        Self {
            stage,
            manager,
            qtractor,
        }
    }

    /// Plays from the beginning. Returns the recording of the master.
    fn play(&mut self) -> Vec<u8> {
        let stage = self.stage;
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
        std::io::Write::write_all(&mut commands, b"stop\n").expect("commands");
        std::fs::read(stage.folder.join("heard.wav")).expect("a recording")
    }

    /// Has the session saved, and returns it.
    fn save(&mut self) -> String {
        let (stage, id) = (self.stage, self.qtractor.0.id().to_string());
        let path = stage.folder.join(SESSION);
        std::fs::remove_file(&path).expect("the session before");
        let mut since_asked = 0;
        stage.wait_for("saved session", || {
            let status = self.qtractor.0.try_wait().expect("a program");
            assert_eq!(
                status,
                None,
                "Qtractor has ended\n{}",
                stage.read("qtractor.log")
            );
            // A signal that comes while it starts to play may be lost.
            if since_asked % 20 == 0 {
                let asked = Command::new("kill").args(["-USR1", &id]).status();
                assert!(asked.expect("kill").success());
            }
            since_asked += 1;
            stage.read(SESSION).contains("</session>")
        });
        stage.read(SESSION)
    }
}

#[test]
fn qtractor_plays_through_the_clap_and_its_session_is_modified_by_nobody() {
    let test = "qtractor_plays_through_the_clap_and_its_session_is_modified_by_nobody";
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
    stage.wait_for("JACK server", || stage.has_port("system:playback_1"));

    let mut saved = Vec::new();
    for round in ["first", "opened again"] {
        let mut open = Open::new(&stage);
        let was_modified = open.manager.is_modified();
        let heard = open.play();
        let said = stage.read("qtractor.log");
        let recorded = stage.read("jack_rec.log");
        assert!(heard.len() > 100_000, "{round}: {recorded}\n{said}");
        let peak = peak(&heard);
        assert!(
            (9_000..10_500).contains(&peak),
            "{round}: peak {peak}\n{said}"
        );
        let is_modified = open.manager.is_modified();
        assert_eq!((was_modified, is_modified), (false, false), "{round}");
        let session = open.save();
        let tags = tags(&session);
        let moved = tags.iter().filter(|value| **value > 0.0).count();
        assert!(moved >= 30, "{round}: {tags:?}\n{said}");
        saved.push(session);
    }
    let states: Vec<_> = saved.iter().map(|session| state(session)).collect();
    assert!(states[0].is_some(), "{}", saved[0]);
    assert_eq!(states[0], states[1]);
}
