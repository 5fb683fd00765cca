//! The audio files of a folder tree.

use std::path::Path;

use super::PrepareError;

/// Extensions of files that may be audio.
const EXTENSIONS: [&str; 10] = [
    "wav", "flac", "mp3", "ogg", "oga", "m4a", "mp4", "aif", "aiff", "aac",
];

/// Names in a folder, in order. Names that are no text are left out: tables cannot name them.
pub(crate) fn entries(folder: &Path) -> Result<Vec<String>, PrepareError> {
    let entries = std::fs::read_dir(folder).map_err(PrepareError::io(folder))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let names: std::io::Result<Vec<_>> = names.collect();
    let mut names: Vec<String> = names
        .map_err(PrepareError::io(folder))?
        .into_iter()
        .filter_map(|name| name.into_string().ok())
        .collect();
    names.sort();
    Ok(names)
}

/// Audio files in a folder and those below it, relative to it, in order.
pub(crate) fn audio_files(folder: &Path) -> Result<Vec<String>, PrepareError> {
    let mut found = Vec::new();
    walk(folder, "", &mut found)?;
    Ok(found)
}

fn walk(folder: &Path, prefix: &str, found: &mut Vec<String>) -> Result<(), PrepareError> {
    for entry in entries(folder)? {
        let path = folder.join(&entry);
        // A link to a folder could lead back here.
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|data| data.is_dir());
        if is_folder {
            walk(&path, &format!("{prefix}{entry}/"), found)?;
        } else if is_audio(&entry) {
            found.push(format!("{prefix}{entry}"));
        }
    }
    Ok(())
}

/// Whether a file of this name may be audio.
pub(crate) fn is_audio(name: &str) -> bool {
    let extension = name.rsplit_once('.').map(|(_, extension)| extension);
    let extension = extension.map(str::to_ascii_lowercase);
    extension.is_some_and(|extension| EXTENSIONS.contains(&extension.as_str()))
}
