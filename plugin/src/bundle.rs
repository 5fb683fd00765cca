//! The plugin's bundle, seen from inside.

use std::path::{Path, PathBuf};

/// Where a shared library that comes with the plugin may lie: beside the bundle, and in the folders
/// that a bundle has for libraries.
pub(crate) fn library_dirs(bundle: &Path) -> Vec<PathBuf> {
    let inside = [
        "",
        "Contents/Frameworks",
        "Contents/Resources",
        "Contents/x86_64-linux",
        "Contents/x86_64-win",
    ];
    bundle
        .parent()
        .map(Path::to_path_buf)
        .into_iter()
        .chain(inside.map(|folder| bundle.join(folder)))
        .collect()
}
