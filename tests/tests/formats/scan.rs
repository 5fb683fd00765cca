//! The cost of a host's scan of the built bundles.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use tagline_host::{Guest, HostedPlugin};
use tagline_tests::{bundle, tiny_model};

use crate::in_both_formats;

in_both_formats!(a_scan_is_quick_and_touches_neither_threads_nor_models_nor_libraries);

/// Hosts give up on plugins that take longer.
const LIMIT: Duration = Duration::from_millis(100);

/// More bytes than any library that the plugin may touch, so that reading the model shows.
const MODEL_BYTES: usize = 16 << 20;

const SCANNED: &str = "TAGLINE_TEST_SCANNED_BUNDLE";

/// A scan in a process of its own, where the test runner's threads and files do not count.
///
/// The quickest of three scans counts, because any other program may hold one up.
fn a_scan_is_quick_and_touches_neither_threads_nor_models_nor_libraries<G: Guest>(test: &str) {
    if let Some(scanned) = std::env::var_os(SCANNED) {
        println!("\nscan: {}", scan::<G>(Path::new(&scanned)));
        return;
    }
    let Some(bundle) = bundle(test, G::BUNDLE) else {
        return;
    };
    let models = tempfile::tempdir().expect("a folder of models");
    let mut model = tiny_model(&["low", "high"]);
    // Readers of the format skip fields that they do not know. This one fills the file.
    append_unknown_field(&mut model, MODEL_BYTES);
    std::fs::write(models.path().join("default.onnx"), model).expect("a default model");

    let quickest = (0..3)
        .map(|_| {
            let output = Command::new(std::env::current_exe().expect("this program"))
                .args(["--exact", &format!("scan::{test}")])
                .args(["--nocapture", "--test-threads=1"])
                .env(SCANNED, &bundle)
                .env("TAGLINE_MODELS", models.path())
                .output()
                .expect("a scan");
            let text = String::from_utf8_lossy(&output.stdout).into_owned();
            let result = text
                .lines()
                .find_map(|line| line.strip_prefix("scan: "))
                .unwrap_or_else(|| panic!("no result: {text}\n{}", output_error(&output)));
            println!("{result}");
            let (time, rest) = result.split_once(' ').expect("a time and findings");
            assert_eq!(rest, "ms", "the scan left something behind");
            Duration::from_secs_f64(time.parse::<f64>().expect("a time") / 1e3)
        })
        .min()
        .expect("three scans");
    assert!(quickest < LIMIT, "a scan took {quickest:?}");
}

/// Loads the bundle, reads what it says of itself, makes an instance and destroys it, as a scan does.
/// Returns the milliseconds, and whatever was left behind.
fn scan<G: Guest>(bundle: &Path) -> String {
    let before = Process::now();
    let start = Instant::now();
    let mut plugin = G::load(bundle).expect("the plugin");
    let count = plugin.parameters().len();
    let time = start.elapsed();
    // A thread or a load that begins in the background would show by now.
    std::thread::sleep(Duration::from_millis(300));
    let after = Process::now();
    drop(plugin);

    let mut findings = format!("{:.1} ms", time.as_secs_f64() * 1e3);
    if after.threads != before.threads {
        let _ = write!(findings, ", threads {} → {}", before.threads, after.threads);
    }
    if after.files != before.files {
        let _ = write!(findings, ", files {} → {}", before.files, after.files);
    }
    let read = after.bytes_read - before.bytes_read;
    if read >= MODEL_BYTES as u64 {
        let _ = write!(findings, ", {read} bytes read");
    }
    // Those of a graphics card or an inference library above all.
    let own = bundle.to_string_lossy().into_owned();
    for library in after.libraries.difference(&before.libraries) {
        if !library.starts_with(&own) {
            let _ = write!(findings, ", {library} loaded");
        }
    }
    if count == 0 {
        findings.push_str(", no parameters");
    }
    findings
}

/// What a process holds and has read, if the system tells.
struct Process {
    threads: usize,
    files: usize,
    bytes_read: u64,
    libraries: BTreeSet<String>,
}

impl Process {
    fn now() -> Self {
        let entries = |folder: &str| std::fs::read_dir(folder).map_or(0, Iterator::count);
        let io = std::fs::read_to_string("/proc/self/io").unwrap_or_default();
        let maps = std::fs::read_to_string("/proc/self/maps").unwrap_or_default();
        let mapped = maps.lines().filter_map(|line| line.split_once('/'));
        Self {
            threads: entries("/proc/self/task"),
            files: entries("/proc/self/fd"),
            bytes_read: io
                .lines()
                .find_map(|line| line.strip_prefix("rchar: "))
                .and_then(|number| number.parse().ok())
                .unwrap_or(0),
            libraries: mapped.map(|(_, path)| format!("/{path}")).collect(),
        }
    }
}

/// Appends a protobuf field that no ONNX reader knows, of `length` bytes.
fn append_unknown_field(model: &mut Vec<u8>, length: usize) {
    const FIELD: u64 = 1_000;
    const LENGTH_DELIMITED: u64 = 2;
    for number in [(FIELD << 3) | LENGTH_DELIMITED, length as u64] {
        let mut rest = number;
        while rest >= 0x80 {
            model.push(rest as u8 | 0x80);
            rest >>= 7;
        }
        model.push(rest as u8);
    }
    model.resize(model.len() + length, 0);
}

fn output_error(output: &std::process::Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// Hosts find a session's plugin by its id, and the VST3 class id is made from it.
#[test]
fn the_plugins_id_never_changes() {
    let Some(bundle) = bundle("the_plugins_id_never_changes", "Tagline.clap") else {
        return;
    };
    let plugin = HostedPlugin::load(&bundle).expect("the plugin");
    assert_eq!(plugin.id(), "audio.tagline.tagline");
}
