//! The built VST3 bundle in a real host: Ardour, with its dummy audio backend, without a window and with one.

#[cfg(target_os = "linux")]
mod recording;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tagline_engine::built_in_info;
use tagline_host::vst3::Vst3Plugin;
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

/// Folders for one session of Ardour.
struct Place {
    folder: tempfile::TempDir,
    home: PathBuf,
    models: PathBuf,
}

impl Place {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (home, models) = (folder.path().join("home"), folder.path().join("models"));
        for folder in [&home, &models] {
            std::fs::create_dir_all(folder).expect("a folder");
        }
        Self {
            folder,
            home,
            models,
        }
    }

    /// The folder in which Ardour looks for the plugin's preset files.
    fn presets(&self) -> PathBuf {
        let presets = self.home.join(".vst3/presets/Tagline/Tagline");
        std::fs::create_dir_all(&presets).expect("a folder");
        presets
    }

    /// The session's folder.
    fn session(&self) -> PathBuf {
        self.folder.path().join("session")
    }

    /// Lets Ardour scan the plugin and run a script of `vst3_ardour`, with these arguments behind the session's folder.
    /// Returns the script's lines, and all that was said.
    fn run(
        &self,
        ardour: &Ardour,
        bundle: &Path,
        script: &str,
        arguments: &[&str],
    ) -> (Vec<Value>, String) {
        let mut scan = ardour.command(&ardour.scanner, &self.home, bundle, &self.models);
        scan.arg("--force").arg("--verbose").arg(bundle);
        let scanned = finish(scan);
        assert!(scanned.status.success(), "{}", text(&scanned));
        let scripts = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/product/vst3_ardour");
        let text_of = |name: &str| {
            let path = scripts.join(name).with_extension("lua");
            std::fs::read_to_string(path).expect("a script")
        };
        let whole = self.folder.path().join(script).with_extension("lua");
        std::fs::write(&whole, text_of("common") + &text_of(script)).expect("a script");
        let mut host = ardour.command(&ardour.interpreter, &self.home, bundle, &self.models);
        host.arg(whole).arg(self.session());
        host.args(arguments);
        let output = finish(host);
        let lines: Vec<Value> = String::from_utf8_lossy(&output.stdout)
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        let said = text(&output);
        assert!(lines.iter().any(|line| line["kind"] == "done"), "{said}");
        (lines, said)
    }
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
    let seconds = SECONDS.to_string();
    let (lines, said) = Place::new().run(&ardour, &bundle, "bounce", &[&seconds]);
    check_tags(&lines, &said);
    let bounce = lines.iter().find(|line| line["kind"] == "bounce");
    let bounce = bounce.unwrap_or_else(|| panic!("nothing was recorded: {said}"));
    assert!(bounce["loudest"].as_f64() > Some(0.01), "{bounce}");
    assert!(bounce["compared"].as_u64() > Some(10_000), "{bounce}");
    assert_eq!(bounce["different"], 0, "{bounce}");
}

/// Positions and values of the macro, in one of the two runs.
fn curve(lines: &[Value], kind: &str) -> Vec<(f64, f64)> {
    let of_kind = lines.iter().filter(|line| line["kind"] == kind);
    let number = |value: &Value| value.as_f64().expect("a number");
    of_kind
        .map(|line| (number(&line["from"]), number(&line["value"])))
        .collect()
}

/// The value of a curve of straight lines.
fn value_at(curve: &[(f64, f64)], position: f64) -> f64 {
    let next = curve.partition_point(|(at, _)| *at < position);
    let before = next.checked_sub(1).map(|before| curve[before]);
    match (before, curve.get(next).copied()) {
        (Some((a, from)), Some((b, to))) => from + (to - from) * (position - a) / (b - a),
        (Some((_, only)), None) | (None, Some((_, only))) => only,
        (None, None) => 0.0,
    }
}

#[test]
fn a_macro_of_a_preset_that_ardour_finds_plays_back_in_follow_and_nothing_is_analysed() {
    let test = "a_macro_of_a_preset_that_ardour_finds_plays_back_in_follow_and_nothing_is_analysed";
    let Some(bundle) = bundle(test, "Tagline.vst3") else {
        return;
    };
    let Some(ardour) = Ardour::find(test) else {
        return;
    };
    let place = Place::new();
    let presets = place.presets();
    let mut labels = vec!["Ramp".to_owned()];
    for entry in std::fs::read_dir(bundle.with_file_name("VST3 Presets")).expect("presets") {
        let path = entry.expect("an entry").path();
        std::fs::copy(&path, presets.join(path.file_name().expect("a name"))).expect("a copy");
        labels.push(
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned(),
        );
    }
    std::fs::write(presets.join("Ramp.vstpreset"), ramp(&bundle)).expect("a preset");

    let (lines, said) = place.run(&ardour, &bundle, "follow", &["9", "Ramp"]);
    let found = lines.iter().find(|line| line["kind"] == "preset");
    let found = found
        .and_then(|line| line["labels"].as_array())
        .expect("labels");
    for label in &labels {
        assert!(found.iter().any(|found| found == label), "{label}: {said}");
    }
    let (live, follow) = (curve(&lines, "live"), curve(&lines, "follow"));
    let most = live.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    assert!(
        most > 5.0 && follow.len() > 20,
        "it goes up to {most}: {said}"
    );
    check_playback(&live, &follow, &said);
    let tags = tags(&lines, "live");
    assert!(tags.len() > 5, "the tags move in Live: {said}");
    check_that_nothing_is_analysed(&lines, &said);
}

/// What is played back is what was recorded.
fn check_playback(recorded: &[(f64, f64)], played: &[(f64, f64)], said: &str) {
    for &(position, value) in played {
        // A block passes between the position and the value, in which the macro moves by 0.3 points.
        let expected = value_at(recorded, position);
        assert!(
            (value - expected).abs() < 1.5,
            "{value}, not {expected} at {position}: {said}"
        );
    }
}

/// The tags' values, each set of them once.
fn tags<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    let of_kind = lines.iter().filter(|line| line["kind"] == kind);
    let mut tags: Vec<_> = of_kind.map(|line| &line["tags"]).collect();
    tags.dedup();
    tags
}

fn check_that_nothing_is_analysed(lines: &[Value], said: &str) {
    let tags = tags(lines, "follow");
    assert_eq!(tags.len(), 1, "the tags stand still in Follow: {said}");
}

/// A preset file with a macro that rises for 4 s and falls for 6.
fn ramp(bundle: &Path) -> Vec<u8> {
    let preset = serde_json::json!({
        "format": "tagline-preset", "version": 1, "name": "Ramp",
        "settings": {"update_seconds": 0.25, "focus_seconds": 3},
        "macros": {"1": {
            "name": "Ramp", "source": {"kind": "group", "group": "genre"}, "input": [0, 5],
            "attack_seconds": 4, "release_seconds": 6,
        }},
    });
    let mut plugin = Vst3Plugin::load(bundle).expect("the plugin");
    let loaded = plugin.load_state(preset.to_string().as_bytes());
    loaded.expect("the preset");
    plugin.save_preset().expect("a preset file")
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
