//! Finds and loads ONNX Runtime's library, once in a process.

mod whole;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use ort::environment::{Environment, EnvironmentBuilder};
use ort::logging::LogLevel;

use crate::panics::no_panic;

/// The environment of the library that was found first. It stays, as ONNX Runtime allows only one in
/// a process.
static LOADED: Mutex<Option<Loaded>> = Mutex::new(None);

/// A library in use.
#[derive(Clone)]
pub(super) struct Loaded {
    /// The environment for sessions.
    pub environment: Environment,
    /// The library's file. It has no folder if the system found it.
    pub path: PathBuf,
}

/// The library in use, or else the first one that works. The candidates are those in `dirs`, the one
/// that `ORT_DYLIB_PATH` names, and the system's.
///
/// # Errors
/// A line that says where the library was looked for, and why none that was found can be used.
pub(super) fn load(dirs: &[PathBuf]) -> Result<Loaded, String> {
    let mut loaded = LOADED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(loaded) = &*loaded {
        return Ok(loaded.clone());
    }
    let mut refusals = Vec::new();
    for path in candidates(dirs, std::env::var_os("ORT_DYLIB_PATH").map(PathBuf::from)) {
        let opened = check(&path)
            .and_then(|()| no_panic(|| open(&path), |panic| format!("it gave up ({panic})")));
        match opened {
            Ok(environment) => {
                tracing::info!("ONNX Runtime: {}", path.display());
                return Ok(loaded.insert(Loaded { environment, path }).clone());
            }
            // The line already says that the library was looked for in the system.
            Err(reason)
                if path.parent() == Some(Path::new("")) && reason.contains("failed to load") => {}
            Err(reason) => refusals.push(reason),
        }
    }
    let places = dirs
        .iter()
        .map(|dir| dir.display().to_string())
        .collect::<Vec<_>>();
    let places = [
        places,
        vec!["ORT_DYLIB_PATH".to_owned(), "the system".to_owned()],
    ]
    .concat();
    let mut line = format!("no usable ONNX Runtime in {}", places.join(", "));
    for reason in refusals {
        line = format!("{line}; {reason}");
    }
    Err(line)
}

/// The candidates, in order. Folders are searched first, so that a folder without the library costs
/// no attempt to load it.
fn candidates(dirs: &[PathBuf], named: Option<PathBuf>) -> Vec<PathBuf> {
    let in_dirs = dirs.iter().flat_map(|dir| libraries_in(dir));
    let named = named
        .filter(|path| !path.as_os_str().is_empty())
        .into_iter()
        .flat_map(|path| {
            if path.is_dir() {
                libraries_in(&path)
            } else {
                vec![path]
            }
        });
    let system = SYSTEM_NAMES.iter().map(PathBuf::from);
    in_dirs.chain(named).chain(system).collect()
}

#[cfg(target_os = "windows")]
const SYSTEM_NAMES: [&str; 1] = ["onnxruntime.dll"];
#[cfg(target_os = "macos")]
const SYSTEM_NAMES: [&str; 1] = ["libonnxruntime.dylib"];
#[cfg(not(any(target_os = "windows", target_os = "macos")))]
const SYSTEM_NAMES: [&str; 2] = ["libonnxruntime.so", "libonnxruntime.so.1"];

/// Where the system looks for libraries, as far as it is the same everywhere.
#[cfg(target_os = "linux")]
const SYSTEM_FOLDERS: [&str; 6] = [
    "/usr/local/lib",
    "/lib/x86_64-linux-gnu",
    "/lib/aarch64-linux-gnu",
    "/lib64",
    "/usr/lib",
    "/usr/lib64",
];
#[cfg(not(target_os = "linux"))]
const SYSTEM_FOLDERS: [&str; 0] = [];

/// The libraries in `dir`. Those without a version in their name come first, then the newest.
fn libraries_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(dir) else {
        return Vec::new();
    };
    let mut found: Vec<(String, PathBuf)> = entries
        .flatten()
        .map(|entry| {
            (
                entry.file_name().to_string_lossy().into_owned(),
                entry.path(),
            )
        })
        .filter(|(name, path)| is_library(name) && path.is_file())
        .collect();
    found.sort_by(|(a, _), (b, _)| {
        let version = |name: &str| -> Vec<u64> {
            name.split(|c: char| !c.is_ascii_digit())
                .filter_map(|n| n.parse().ok())
                .collect()
        };
        (!version(a).is_empty())
            .cmp(&!version(b).is_empty())
            .then_with(|| version(b).cmp(&version(a)))
    });
    found.into_iter().map(|(_, path)| path).collect()
}

/// Whether a file of this name is ONNX Runtime itself, and not one of its providers.
fn is_library(name: &str) -> bool {
    if cfg!(target_os = "windows") {
        name.eq_ignore_ascii_case("onnxruntime.dll")
    } else if cfg!(target_os = "macos") {
        name.starts_with("libonnxruntime.") && name.ends_with(".dylib")
    } else {
        name == "libonnxruntime.so" || name.starts_with("libonnxruntime.so.")
    }
}

/// Refuses a library that must not be loaded. Of one that the system is to find, those in the usual places
/// are looked at.
fn check(path: &Path) -> Result<(), String> {
    if path.parent() != Some(Path::new("")) {
        return whole::check(path);
    }
    let named = std::env::var_os("LD_LIBRARY_PATH").unwrap_or_default();
    let usual = SYSTEM_FOLDERS.iter().map(PathBuf::from);
    let found = std::env::split_paths(&named)
        .filter(|folder| !folder.as_os_str().is_empty())
        .chain(usual)
        .map(|folder| folder.join(path))
        .find(|path| path.exists());
    found.map_or(Ok(()), |path| whole::check(&path))
}

/// Refuses DirectML where one of the libraries is missing that ONNX Runtime loads for it. It loads them
/// late, and a library that is then not there ends the process.
pub(super) fn check_direct_ml(runtime: &Path) -> Result<(), String> {
    let system = std::env::var_os("SystemRoot").map(|root| Path::new(&root).join("System32"));
    let beside = runtime.parent().filter(|dir| *dir != Path::new(""));
    let folders: Vec<&Path> = beside.into_iter().chain(system.as_deref()).collect();
    needed(&["DirectML.dll", "d3d12.dll", "dxgi.dll"], &folders)
}

/// Refuses a name that is in none of the folders, or not whole where it is found first.
fn needed(names: &[&str], folders: &[&Path]) -> Result<(), String> {
    for name in names {
        let found = folders
            .iter()
            .map(|dir| dir.join(name))
            .find(|path| path.exists());
        let Some(path) = found else {
            let folders: Vec<_> = folders
                .iter()
                .map(|dir| dir.display().to_string())
                .collect();
            return Err(format!("{name} is missing in {}", folders.join(" and ")));
        };
        whole::check(&path)?;
    }
    Ok(())
}

/// Loads the library at `path`. A library that is too old is refused and released again.
fn open(path: &Path) -> Result<Environment, String> {
    let builder = ort::init_from(path).map_err(|error| error.to_string())?;
    environment(builder).map_err(|error| format!("{}: {error}", path.display()))
}

fn environment(builder: EnvironmentBuilder) -> ort::Result<Environment> {
    let environment = builder
        .with_name("tagline")
        .with_telemetry(false)
        // Without this logger, it would write to the host's console.
        .with_logger(Arc::new(|level, category, _, _, message| match level {
            LogLevel::Verbose => tracing::trace!("{category}: {message}"),
            LogLevel::Info => tracing::debug!("{category}: {message}"),
            LogLevel::Warning => tracing::info!("{category}: {message}"),
            LogLevel::Error | LogLevel::Fatal => tracing::warn!("{category}: {message}"),
        }))
        .build()?;
    environment.set_log_level(LogLevel::Warning);
    Ok(environment)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_library_is_looked_for_in_the_promised_order() {
        let folder = tempfile::tempdir().unwrap();
        let (bundle, named) = (folder.path().join("bundle"), folder.path().join("named"));
        for dir in [&bundle, &named] {
            std::fs::create_dir(dir).unwrap();
        }
        let file = if cfg!(target_os = "windows") {
            "onnxruntime.dll"
        } else if cfg!(target_os = "macos") {
            "libonnxruntime.dylib"
        } else {
            "libonnxruntime.so"
        };
        for path in [
            bundle.join(file),
            bundle.join("readme.txt"),
            named.join(file),
        ] {
            std::fs::write(path, "").unwrap();
        }
        let found = candidates(
            &[folder.path().join("absent"), bundle.clone()],
            Some(named.clone()),
        );
        assert_eq!(found[0], bundle.join(file));
        assert_eq!(found[1], named.join(file));
        assert_eq!(found[2], PathBuf::from(SYSTEM_NAMES[0]));
    }

    #[test]
    fn a_library_that_would_be_missed_too_late_is_missed_before() {
        let folder = tempfile::tempdir().unwrap();
        let itself = std::env::current_exe().unwrap();
        let (name, dir) = (itself.file_name().unwrap(), itself.parent().unwrap());
        let name = name.to_str().unwrap();
        let folders = [folder.path(), dir];
        assert_eq!(needed(&[name], &folders), Ok(()));
        let reason = needed(&[name, "DirectML.dll"], &folders).unwrap_err();
        assert!(
            reason.starts_with("DirectML.dll is missing in "),
            "{reason}"
        );
        std::fs::write(folder.path().join(name), "cut").unwrap();
        let reason = needed(&[name], &folders).unwrap_err();
        assert!(reason.contains("cut"), "{reason}");
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn the_newest_of_several_versions_comes_first_and_providers_do_not_count() {
        let folder = tempfile::tempdir().unwrap();
        for name in [
            "libonnxruntime.so.1.9.0",
            "libonnxruntime.so.1.32.0",
            "libonnxruntime_providers_shared.so",
        ] {
            std::fs::write(folder.path().join(name), "").unwrap();
        }
        let names: Vec<_> = libraries_in(folder.path())
            .iter()
            .map(|path| path.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(
            names,
            ["libonnxruntime.so.1.32.0", "libonnxruntime.so.1.9.0"]
        );
    }
}
