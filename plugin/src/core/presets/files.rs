//! The user's presets: files in a folder.

use std::ffi::OsStr;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use tagline_engine::user_folder;

use super::text::MAX_PRESET_BYTES;
use super::{PRESET_NAME_CHARACTERS, Preset, PresetError, Read, factory_presets};
use crate::core::whole_file;

/// Ending of a preset's file.
pub const FILE_ENDING: &str = "tagline";

/// Most files of a folder that are read.
const MAX_FILES: usize = 1_000;

/// A file of the user's.
#[derive(Debug)]
pub struct UserPreset {
    /// The file.
    pub path: PathBuf,
    /// The preset, or why it is none.
    pub read: Result<Read, PresetError>,
}

/// The folder for the user's presets: the one that `TAGLINE_PRESETS` names, or else
/// `tagline/presets` in the platform's per-user data folder. It need not exist.
#[must_use]
pub fn preset_folder() -> Option<PathBuf> {
    let folder = user_folder("TAGLINE_PRESETS", "presets")?;
    Some(std::path::absolute(&folder).unwrap_or(folder))
}

/// The presets in `folder`, by their files' names; the broken ones say why. A folder that is not
/// there has none.
#[must_use]
pub fn user_presets(folder: &Path) -> Vec<UserPreset> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let paths = entries.map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = paths
        .filter(|path| {
            path.extension()
                .is_some_and(|it| it.eq_ignore_ascii_case(FILE_ENDING))
        })
        .collect();
    paths.sort();
    paths.truncate(MAX_FILES);
    let read = |path: PathBuf| UserPreset {
        read: read_preset(&path),
        path,
    };
    paths.into_iter().map(read).collect()
}

/// Reads a preset's file. One without a name has its file's.
///
/// # Errors
/// [`PresetError::System`], or [`PresetError::File`] with what is wrong, and in which line.
pub fn read_preset(path: &Path) -> Result<Read, PresetError> {
    let refused = |source| PresetError::System {
        path: path.to_owned(),
        action: "read",
        source,
    };
    // Opening a pipe would wait for whoever writes into it.
    if !std::fs::metadata(path).map_err(refused)?.is_file() {
        return Err(refused(io::Error::other("it is no file")));
    }
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(refused)?;
    let mut start = file.take(MAX_PRESET_BYTES + 1);
    start.read_to_end(&mut bytes).map_err(refused)?;
    let mut read = Preset::from_bytes(&bytes).map_err(|source| PresetError::File {
        path: path.to_owned(),
        source: Box::new(source),
    })?;
    if read.preset.name.is_empty() {
        let stem = path.file_stem().unwrap_or_default().to_string_lossy();
        read.preset.name = stem.chars().take(PRESET_NAME_CHARACTERS).collect();
    }
    Ok(read)
}

/// Saves a preset in `folder`, which is made if need be. The user's preset of the same name is
/// replaced, as a whole or not at all. Returns the file.
///
/// # Errors
/// [`PresetError::Name`], [`PresetError::Taken`], or [`PresetError::System`].
pub fn save_preset(folder: &Path, preset: &Preset) -> Result<PathBuf, PresetError> {
    let name = preset.name.trim();
    let length = name.chars().count();
    if !(1..=PRESET_NAME_CHARACTERS).contains(&length) || name.contains(char::is_control) {
        return Err(PresetError::Name(name.chars().take(80).collect()));
    }
    let is_taken = |factory: &super::FactoryPreset| factory.preset.name == name;
    if factory_presets().iter().any(is_taken) {
        return Err(PresetError::Taken(name.to_owned()));
    }
    let refused = |action, path: &Path| {
        let path = path.to_owned();
        move |source| PresetError::System {
            path,
            action,
            source,
        }
    };
    let text = preset.to_text()?;
    std::fs::create_dir_all(folder).map_err(refused("made", folder))?;
    let path = file_for(folder, name);
    let written = whole_file::write(&path, |aside| std::fs::write(aside, text));
    written.map_err(refused("written", &path))?;
    Ok(path)
}

/// The file of the preset `name`: the one that it has, or a new one.
fn file_for(folder: &Path, name: &str) -> PathBuf {
    let known = user_presets(folder).into_iter().find(|user| {
        let preset = user.read.as_ref().map(|read| &read.preset);
        preset.is_ok_and(|preset| preset.name == name)
    });
    if let Some(known) = known {
        return known.path;
    }
    let plain = |c: char| if c.is_alphanumeric() { c } else { '-' };
    let stem: String = name.chars().map(plain).collect();
    let numbered = |number: usize| match number {
        1 => folder.join(format!("{stem}.{FILE_ENDING}")),
        number => folder.join(format!("{stem}-{number}.{FILE_ENDING}")),
    };
    let is_free = |path: &PathBuf| std::fs::symlink_metadata(path).is_err();
    let free = (1..=MAX_FILES).map(numbered).find(is_free);
    free.unwrap_or_else(|| folder.join(OsStr::new(&stem)).with_extension(FILE_ENDING))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(name: &str) -> Preset {
        Preset {
            name: name.to_owned(),
            ..Preset::default()
        }
    }

    #[test]
    fn a_saved_preset_is_found_again_and_saving_it_again_replaces_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let folder = folder.path().join("not/there/yet");
        assert!(user_presets(&folder).is_empty());
        let mut preset = named("Süd / links: 1");
        let path = save_preset(&folder, &preset).expect("saved");
        assert_eq!(read_preset(&path).expect("a preset").preset, preset);
        preset.macros[2].name = "Gate".to_owned();
        assert_eq!(save_preset(&folder, &preset).expect("saved"), path);
        let all = user_presets(&folder);
        assert_eq!(all.len(), 1, "no part is left behind");
        assert_eq!(all[0].read.as_ref().expect("a preset").preset, preset);
    }

    #[test]
    fn names_that_give_the_same_file_get_two() {
        let folder = tempfile::tempdir().expect("a folder");
        let one = save_preset(folder.path(), &named("a b")).expect("saved");
        let two = save_preset(folder.path(), &named("a-b")).expect("saved");
        assert_ne!(one, two);
        assert_eq!(read_preset(&one).expect("a preset").preset.name, "a b");
        assert_eq!(read_preset(&two).expect("a preset").preset.name, "a-b");
    }

    #[test]
    fn a_name_that_cannot_be_and_one_that_is_taken_are_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        for name in ["", "  ", "two\nlines", &"x".repeat(61)] {
            let error = save_preset(folder.path(), &named(name)).expect_err(name);
            assert!(matches!(error, PresetError::Name(_)), "{error}");
        }
        let taken = &factory_presets()[0].preset.name;
        let error = save_preset(folder.path(), &named(taken)).expect_err(taken);
        assert!(error.to_string().contains("choose another"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("it").count(), 0);
    }

    #[test]
    fn a_broken_file_is_named_with_its_line_and_the_others_are_read() {
        let folder = tempfile::tempdir().expect("a folder");
        save_preset(folder.path(), &named("good")).expect("saved");
        let broken = folder.path().join("broken.tagline");
        std::fs::write(&broken, "{\n  \"format\": \"tagline-preset\",\n  oops\n}").expect("it");
        std::fs::write(folder.path().join("notes.txt"), "not a preset").expect("it");
        std::fs::create_dir(folder.path().join("folder.tagline")).expect("it");
        let all = user_presets(folder.path());
        assert_eq!(all.len(), 3);
        let error = all[0].read.as_ref().expect_err("broken").to_string();
        assert!(error.contains("broken.tagline: line 3: "), "{error}");
        let error = all[1].read.as_ref().expect_err("a folder").to_string();
        assert!(error.contains("folder.tagline cannot be read"), "{error}");
        assert!(all[2].read.is_ok());
    }

    #[test]
    fn a_preset_without_a_name_has_its_files() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("My gate.tagline");
        std::fs::write(&path, r#"{"format":"tagline-preset","version":1}"#).expect("it");
        assert_eq!(read_preset(&path).expect("a preset").preset.name, "My gate");
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_in_the_folder_is_no_preset_and_nobody_waits_for_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let pipe = folder.path().join("pipe.tagline");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status();
        assert!(made.expect("mkfifo").success());
        let error = read_preset(&pipe).expect_err("a pipe").to_string();
        assert!(error.contains("it is no file"), "{error}");
    }
}
