//! What `ARCHITECTURE.md` says, held against the code: paths, and each "Invariant:" that no compiler
//! checks.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::Command;

const MAP: &str = include_str!("../../../ARCHITECTURE.md");

/// The crates of the project that a crate may use, outside its tests.
const MAY_USE: [(&str, &[&str]); 13] = [
    ("tagline-models", &[]),
    ("tagline-media", &[]),
    ("tagline-files", &[]),
    ("tagline-onnx", &[]),
    ("tagline-taggram", &[]),
    ("xtask", &[]),
    ("tagline-engine", &["tagline-models", "tagline-onnx"]),
    ("tagline", &["tagline-engine", "tagline-taggram"]),
    ("tagline-synth", &["tagline-files"]),
    ("tagline-tests", &["tagline-media", "tagline-onnx"]),
    (
        "tagline-host",
        &["tagline-engine", "tagline-media", "tagline-taggram"],
    ),
    (
        "tagline-python",
        &["tagline-engine", "tagline-media", "trainer"],
    ),
    (
        "trainer",
        &[
            "tagline-engine",
            "tagline-files",
            "tagline-media",
            "tagline-models",
            "tagline-onnx",
            "tagline-synth",
            "tagline-taggram",
        ],
    ),
];

/// Libraries that only these crates may use, outside their tests.
const LIBRARIES: [(&str, &[&str]); 11] = [
    ("ort", &["tagline-engine"]),
    ("burn", &["trainer"]),
    ("arrow-array", &["trainer"]),
    ("symphonia", &["tagline-media"]),
    ("lofty", &["trainer"]),
    ("pyo3", &["tagline-python"]),
    ("egui", &["tagline"]),
    ("clack-plugin", &["tagline"]),
    ("clack-host", &["tagline-host"]),
    ("rayon", &["tagline-synth", "trainer"]),
    ("vst3", &["tagline", "tagline-host"]),
];

/// A folder, and what the code in it never names.
const ROOMS: [(&str, &[&str]); 7] = [
    (
        "engine/src/front_end",
        &["crate::model", "crate::network", "crate::stream", "tract_"],
    ),
    (
        "engine/src/model",
        &["crate::network", "crate::stream", "ort::"],
    ),
    ("engine/src/network", &["crate::stream"]),
    (
        "plugin/src/core",
        &[
            "crate::clap",
            "crate::vst3",
            "crate::editor",
            "clack_",
            "egui",
        ],
    ),
    ("plugin/src/clap", &["crate::vst3", "vst3::"]),
    ("plugin/src/vst3", &["crate::clap", "clack_"]),
    (
        "plugin/src/editor",
        &[
            "crate::clap",
            "crate::vst3",
            "clack_",
            "tagline_engine::Service",
        ],
    ),
];

/// What the code of a file that begins with `//! Audio thread:` never names.
const NOT_ON_THE_AUDIO_THREAD: [&str; 14] = [
    "Mutex",
    "RwLock",
    "Condvar",
    "OnceLock",
    "LazyLock",
    "crossbeam_channel",
    "mpsc",
    "println!",
    "tracing::",
    "format!",
    "std::fs",
    "std::io",
    "std::net",
    "thread::sleep",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Every Rust file below `folder`, with its path from the root and its text.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut folders = vec![root().join(folder)];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).expect("a folder of sources") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|ending| ending == "rs") {
                let name = path.strip_prefix(root()).expect("below the root");
                let text = std::fs::read_to_string(&path).expect("a source file");
                files.push((name.display().to_string(), text));
            }
        }
    }
    assert!(!files.is_empty(), "{folder} holds no code");
    files
}

/// The lines of code before the file's own tests, without comments.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let lines = text
        .lines()
        .take_while(|line| !line.starts_with("#[cfg(test)]"));
    lines.map(|line| line.split("//").next().unwrap_or_default())
}

/// `file:line` of every line of code that names one of `banned`.
fn named(file: &str, text: &str, banned: &[&str]) -> Vec<String> {
    let lines = code(text).enumerate();
    let lines = lines.filter(|(_, line)| banned.iter().any(|word| line.contains(word)));
    lines
        .map(|(index, line)| format!("{file}:{}: {}", index + 1, line.trim()))
        .collect()
}

/// Each crate's dependencies outside its tests, as cargo reads them.
fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--offline", "--format-version=1"])
        .current_dir(root())
        .output()
        .expect("cargo runs");
    let metadata: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let text = |value: &serde_json::Value| value.as_str().expect("a text").to_owned();
    let packages = metadata["packages"].as_array().expect("packages").iter();
    packages
        .map(|package| {
            let all = package["dependencies"].as_array().expect("dependencies");
            let normal = all.iter().filter(|one| one["kind"].is_null());
            let names = normal.map(|one| text(&one["name"])).collect();
            (text(&package["name"]), names)
        })
        .collect()
}

#[test]
fn every_path_of_the_map_exists() {
    let mut paths: Vec<&str> = MAP.split('`').skip(1).step_by(2).collect();
    paths.extend(
        MAP.split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next()),
    );
    paths.retain(|path| {
        let is_file = [".rs", ".md", ".toml", ".onnx", ".cff"]
            .iter()
            .any(|end| path.ends_with(end));
        (path.contains('/') || is_file)
            && !path.contains([' ', ':', '*', '('])
            && !path.starts_with('-')
    });
    assert!(paths.len() > 60, "only {} paths are named", paths.len());
    let missing: Vec<&&str> = paths
        .iter()
        .filter(|path| !root().join(path).exists())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn a_crate_uses_only_the_crates_that_the_map_allows() {
    let dependencies = dependencies();
    let known: BTreeSet<&str> = MAY_USE.iter().map(|(name, _)| *name).collect();
    let present: BTreeSet<&str> = dependencies.keys().map(String::as_str).collect();
    assert_eq!(present, known, "a crate is missing on the map");
    for (name, allowed) in MAY_USE {
        let ours = dependencies[name]
            .iter()
            .filter(|other| known.contains(other.as_str()));
        let surplus: Vec<&String> = ours
            .filter(|other| !allowed.contains(&other.as_str()))
            .collect();
        assert!(surplus.is_empty(), "{name} must not use {surplus:?}");
    }
}

#[test]
fn a_large_library_is_used_by_one_crate_alone() {
    let dependencies = dependencies();
    for (library, allowed) in LIBRARIES {
        let users = dependencies
            .iter()
            .filter(|(_, used)| used.contains(library));
        let users: Vec<&str> = users.map(|(name, _)| name.as_str()).collect();
        assert_eq!(users, allowed, "{library}");
    }
}

#[test]
fn a_room_names_none_that_must_not_concern_it() {
    let mut wrong = Vec::new();
    for (room, banned) in ROOMS {
        for (file, text) in sources(room) {
            if !file.ends_with("/tests.rs") {
                wrong.extend(named(&file, &text, banned));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn tract_and_onnx_runtime_run_in_one_file_each() {
    let users = |word: &str| -> BTreeSet<String> {
        let files = sources("engine/src").into_iter();
        let files = files.filter(|(_, text)| code(text).any(|line| line.contains(word)));
        files.map(|(file, _)| file).collect()
    };
    let tract = users("into_runnable");
    assert_eq!(tract, ["engine/src/network/tract.rs".to_owned()].into());
    let session = users("Session");
    assert_eq!(
        session,
        ["engine/src/network/onnxruntime.rs".to_owned()].into()
    );
}

#[test]
fn code_of_the_audio_thread_names_nothing_that_locks_logs_or_calls_the_system() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for (file, text) in sources("plugin/src") {
        if text.starts_with("//! Audio thread:") {
            count += 1;
            wrong.extend(named(&file, &text, &NOT_ON_THE_AUDIO_THREAD));
        }
    }
    assert!(
        count >= 6,
        "only {count} files say that they are the audio thread's"
    );
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `cargo test` runs no examples of a crate that has `doctest = false`.
#[test]
fn a_crate_whose_documentation_shows_code_has_its_examples_tested() {
    let crates = std::fs::read_dir(root().join("crates")).expect("the crates that serve");
    let crates = crates.map(|entry| entry.expect("a crate").file_name());
    let crates = crates.map(|name| format!("crates/{}", name.display()));
    let others = ["engine", "plugin", "models", "tests", "trainer"].map(str::to_owned);
    for krate in others.into_iter().chain(crates) {
        let manifest = std::fs::read_to_string(root().join(&krate).join("Cargo.toml"));
        if manifest.expect("a manifest").contains("doctest = false") {
            for (file, text) in sources(&format!("{krate}/src")) {
                let shown = text.lines().any(|line| {
                    let line = line.trim_start();
                    line.starts_with("/// ```") || line.starts_with("//! ```")
                });
                assert!(!shown, "{file} shows code that nobody tests");
            }
        }
    }
}
