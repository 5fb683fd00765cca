//! The built VST3 bundle in a real host: Ardour, with its dummy audio backend and no window.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tagline_engine::built_in_info;
use tagline_tests::{bundle, skipped};

/// Ardour's interpreters, newest first, with the folders of their other programs.
const HOSTS: [&str; 4] = ["ardour9", "ardour8", "ardour7", "ardour6"];

/// Seconds of audio that the plugin hears: three for the first tags, and some more.
const SECONDS: u32 = 9;

/// Long enough for a busy machine, short enough to end a host that hangs.
const PATIENCE: Duration = Duration::from_secs(240);

/// Ardour as installed.
struct Ardour {
    interpreter: PathBuf,
    scanner: PathBuf,
    libraries: PathBuf,
}

impl Ardour {
    fn find(test: &str) -> Option<Self> {
        let found = HOSTS.iter().find_map(|name| {
            let libraries = Path::new("/usr/lib").join(name);
            let ardour = Self {
                interpreter: Path::new("/usr/bin").join(format!("{name}-lua")),
                scanner: libraries.join("ardour-vst3-scanner"),
                libraries,
            };
            (ardour.interpreter.exists() && ardour.scanner.exists()).then_some(ardour)
        });
        if found.is_none() {
            skipped(
                test,
                "Ardour is not installed; `cargo xtask setup` does that",
            );
        }
        found
    }

    /// A command of Ardour's without the user's settings, and with this plugin alone.
    fn command(&self, program: &Path, home: &Path, bundle: &Path, models: &Path) -> Command {
        let mut command = Command::new(program);
        command
            .env("HOME", home)
            .env("XDG_CONFIG_HOME", home.join("config"))
            .env("XDG_CACHE_HOME", home.join("cache"))
            .env("VST3_PATH", bundle.parent().unwrap_or(bundle))
            .env("LD_LIBRARY_PATH", &self.libraries)
            .env("ARDOUR_DLL_PATH", &self.libraries)
            .env("TAGLINE_MODELS", models)
            .env_remove("DISPLAY");
        command
    }
}

/// Runs a command to its end, but not for longer than `PATIENCE`.
fn finish(mut command: Command) -> Output {
    let mut child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("Ardour starts");
    let mut pipes = (child.stdout.take(), child.stderr.take());
    let read = |pipe: Option<Box<dyn Read + Send>>| {
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            if let Some(mut pipe) = pipe {
                let _ = pipe.read_to_end(&mut bytes);
            }
            bytes
        })
    };
    let stdout = read(pipes.0.take().map(|pipe| Box::new(pipe) as _));
    let stderr = read(pipes.1.take().map(|pipe| Box::new(pipe) as _));
    let start = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child's status") {
            break status;
        }
        if start.elapsed() > PATIENCE {
            let _ = child.kill();
            break child.wait().expect("a killed child's status");
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    Output {
        status,
        stdout: stdout.join().expect("the output"),
        stderr: stderr.join().expect("the errors"),
    }
}

fn text(output: &Output) -> String {
    format!(
        "{}\n{}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    )
}

/// The values of one parameter over time; the script leaves out what is 0.
fn values(lines: &[Value], kind: &str, name: &str) -> Vec<f64> {
    lines
        .iter()
        .filter(|line| line["kind"] == kind)
        .filter_map(|line| line["parameters"].as_array())
        .map(|parameters| {
            parameters
                .iter()
                .find(|parameter| parameter["name"] == name)
                .and_then(|parameter| parameter["value"].as_f64())
                .unwrap_or(0.0)
        })
        .collect()
}

#[test]
fn the_vst3_drives_its_tags_in_ardour_and_passes_audio_unchanged() {
    let test = "the_vst3_drives_its_tags_in_ardour_and_passes_audio_unchanged";
    let Some(bundle) = bundle(test, "Tagline.vst3") else {
        return;
    };
    let Some(ardour) = Ardour::find(test) else {
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let (home, models) = (folder.path().join("home"), folder.path().join("models"));
    for folder in [&home, &models] {
        std::fs::create_dir_all(folder).expect("a folder");
    }

    let mut scan = ardour.command(&ardour.scanner, &home, &bundle, &models);
    scan.arg("--force").arg("--verbose").arg(&bundle);
    let scanned = finish(scan);
    assert!(scanned.status.success(), "{}", text(&scanned));

    let mut host = ardour.command(&ardour.interpreter, &home, &bundle, &models);
    host.arg(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/product/vst3_ardour.lua"
    ))
    .arg(folder.path().join("session"))
    .arg(SECONDS.to_string());
    let output = finish(host);
    let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok())
        .collect();
    let said = text(&output);
    assert!(lines.iter().any(|line| line["kind"] == "done"), "{said}");

    check_tags(&lines, &said);
    let bounce = lines.iter().find(|line| line["kind"] == "bounce");
    let bounce = bounce.unwrap_or_else(|| panic!("nothing was recorded: {said}"));
    assert!(bounce["loudest"].as_f64() > Some(0.01), "{bounce}");
    assert!(bounce["compared"].as_u64() > Some(10_000), "{bounce}");
    assert_eq!(bounce["different"], 0, "{bounce}");
}

/// The tags of the embedded model have their names from the start, stand at their default until three
/// seconds are heard, and move from then on.
fn check_tags(lines: &[Value], said: &str) {
    let tags = &built_in_info().tags;
    let mut often = 0;
    for (index, tag) in tags.iter().enumerate() {
        assert_eq!(values(lines, "before", tag), [0.0], "{tag}: {said}");
        let mut rolling = values(lines, "rolling", tag);
        rolling.dedup();
        // A tag that stays within the resolution is told once.
        assert!(
            index >= 3 || rolling.len() >= 2,
            "{tag} went {rolling:?}\n{said}"
        );
        often += usize::from(rolling.len() >= 3);
    }
    assert!(
        often >= 3,
        "{often} of {} tags moved on\n{said}",
        tags.len()
    );
}
