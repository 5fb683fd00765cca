//! Where tests find ONNX Runtime.

use std::path::{Path, PathBuf};

use crate::skipped;

/// The folder that holds ONNX Runtime's library: that of the file that `TAGLINE_ORT_LIB` names, or
/// else one in `target/onnxruntime` of the checkout, where `cargo xtask` unpacks PyPI's wheel.
/// Without one, prints that the test was skipped and returns `None`.
#[must_use]
pub fn onnx_runtime(test: &str) -> Option<PathBuf> {
    let named = std::env::var_os("TAGLINE_ORT_LIB").map(PathBuf::from);
    let unpacked = Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/onnxruntime");
    let library = match named {
        Some(file) => Some(file).filter(|file| file.is_file()),
        None => library_below(&unpacked, 4),
    };
    let dir = library.and_then(|file| file.parent().map(Path::to_owned));
    if dir.is_none() {
        let unpacked = unpacked.display();
        skipped(
            test,
            format_args!("no ONNX Runtime (TAGLINE_ORT_LIB, or {unpacked})"),
        );
    }
    dir
}

/// The library in `dir`, or at most `depth` folders below it.
fn library_below(dir: &Path, depth: usize) -> Option<PathBuf> {
    let mut entries: Vec<PathBuf> = std::fs::read_dir(dir)
        .ok()?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    entries.sort();
    let (folders, files): (Vec<_>, Vec<_>) = entries.into_iter().partition(|path| path.is_dir());
    let is_library = |path: &PathBuf| {
        let name = path
            .file_name()
            .map(|name| name.to_string_lossy().into_owned());
        name.is_some_and(|name| {
            name == "onnxruntime.dll"
                || name.starts_with("libonnxruntime.so")
                || (name.starts_with("libonnxruntime.") && name.ends_with(".dylib"))
        })
    };
    let deeper = || {
        let next = folders.iter().filter(|_| depth > 0);
        next.filter_map(|folder| library_below(folder, depth - 1))
            .next()
    };
    files.into_iter().find(is_library).or_else(deeper)
}
