//! The audio files of a folder tree.

use std::ffi::{OsStr, OsString};
use std::fmt;
use std::path::{Component, Path, PathBuf};

use tagline_media::looks_like_audio;

use super::PrepareError;

/// The audio files of a folder tree, in order.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Listing {
    /// Their names, relative to the folder, with `/` between.
    pub files: Vec<String>,
    /// Audio that is left out, for the report.
    pub left_out: Vec<LeftOut>,
}

/// Audio that is left out without being decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// Its name, relative to the folder, as far as it is UTF-8.
    pub shown: String,
    /// Its path.
    pub path: PathBuf,
    /// Why it is left out.
    pub why: Why,
}

/// Why audio is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Its name is not UTF-8, so tables and reports cannot hold it.
    NoText,
    /// It is a link to a folder that contains the link, so a walk would not end.
    Endless,
    /// It does not lie in the folder of a tag.
    NoTag,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NoText => "its name, or its folder's, is not UTF-8; rename it",
            Self::Endless => "a link to a folder that it lies in",
            Self::NoTag => "in no folder of a tag",
        })
    }
}

/// Names in a folder, in order.
pub(crate) fn entries(folder: &Path) -> Result<Vec<OsString>, PrepareError> {
    let entries = std::fs::read_dir(folder).map_err(PrepareError::io(folder))?;
    let names = entries.map(|entry| entry.map(|entry| entry.file_name()));
    let names: std::io::Result<Vec<_>> = names.collect();
    let mut names = names.map_err(PrepareError::io(folder))?;
    names.sort();
    Ok(names)
}

/// Audio files in a folder and in the folders below it. Links are followed.
pub(crate) fn audio_files(folder: &Path) -> Result<Listing, PrepareError> {
    let mut walk = Walk::below(folder)?;
    walk.folder(folder, "", true)?;
    Ok(walk.found)
}

/// The audio file of this name in a folder, or the audio files in the folder of this name.
pub(crate) fn audio_files_at(folder: &Path, name: &OsStr) -> Result<Listing, PrepareError> {
    let mut walk = Walk::below(folder)?;
    walk.entry(folder, name, "", true)?;
    Ok(walk.found)
}

struct Walk {
    found: Listing,
    /// The folders that are being walked, from the outermost in, without links in their paths.
    inside: Vec<PathBuf>,
}

impl Walk {
    fn below(folder: &Path) -> Result<Self, PrepareError> {
        let real = folder.canonicalize().map_err(PrepareError::io(folder))?;
        Ok(Self {
            found: Listing::default(),
            inside: vec![real],
        })
    }

    /// Walks a folder. `prefix` is its name, and `text` tells whether that name is exact: parts
    /// that are not UTF-8 were replaced.
    fn folder(&mut self, folder: &Path, prefix: &str, text: bool) -> Result<(), PrepareError> {
        for name in entries(folder)? {
            self.entry(folder, &name, prefix, text)?;
        }
        Ok(())
    }

    fn entry(
        &mut self,
        folder: &Path,
        name: &OsStr,
        prefix: &str,
        text: bool,
    ) -> Result<(), PrepareError> {
        let path = folder.join(name);
        let text = text && name.to_str().is_some();
        let shown = format!("{prefix}{}", name.to_string_lossy());
        if path.is_dir() {
            let real = path.canonicalize().map_err(PrepareError::io(&path))?;
            // The link leads to a folder that is being walked, whose files would come again and
            // again.
            if self.inside.iter().any(|inside| inside.starts_with(&real)) {
                self.leave_out(shown, path, Why::Endless);
                return Ok(());
            }
            self.inside.push(real);
            self.folder(&path, &format!("{shown}/"), text)?;
            self.inside.pop();
        } else if looks_like_audio(&shown) {
            match text {
                true => self.found.files.push(shown),
                false => self.leave_out(shown, path, Why::NoText),
            }
        }
        Ok(())
    }

    fn leave_out(&mut self, shown: String, path: PathBuf, why: Why) {
        self.found.left_out.push(LeftOut { shown, path, why });
    }
}

/// A table's path in normal form, without `.` parts; `None` if it may lead out of the folder that
/// it is relative to.
pub(super) fn relative(path: &str) -> Option<String> {
    let mut parts = Vec::new();
    for part in Path::new(path).components() {
        match part {
            Component::Normal(name) => parts.push(name.to_str()?),
            Component::CurDir => {}
            _ => return None,
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_has_one_spelling_and_never_leads_out_of_its_folder() {
        for path in [
            "a/b.ogg",
            "./a/b.ogg",
            "a//b.ogg",
            "a/./b.ogg",
            "././a/b.ogg",
        ] {
            assert_eq!(relative(path).as_deref(), Some("a/b.ogg"), "{path}");
        }
        assert_eq!(relative("..ogg").as_deref(), Some("..ogg"));
        for path in ["", ".", "..", "../b.ogg", "a/../../b.ogg", "/a/b.ogg"] {
            assert_eq!(relative(path), None, "{path}");
        }
    }

    /// Each of two folders has links to the other, to itself, and to the folder above both.
    #[cfg(unix)]
    #[test]
    fn links_to_folders_are_followed_but_never_in_a_circle() {
        use std::os::unix::fs::symlink;
        let root = tempfile::tempdir().unwrap();
        let music = root.path().join("music");
        for (folder, other) in [("a", "b"), ("b", "a")] {
            let path = music.join(folder);
            std::fs::create_dir_all(&path).unwrap();
            std::fs::write(path.join("song.ogg"), "").unwrap();
            symlink(format!("../{other}"), path.join("other")).unwrap();
            symlink(".", path.join("self")).unwrap();
            symlink(root.path(), path.join("up")).unwrap();
        }
        symlink("nowhere", music.join("a/broken.ogg")).unwrap();
        let found = audio_files(&music).unwrap();
        let files = [
            "a/broken.ogg",
            "a/other/song.ogg",
            "a/song.ogg",
            "b/other/broken.ogg",
            "b/other/song.ogg",
            "b/song.ogg",
        ];
        assert_eq!(found.files, files);
        let links: Vec<_> = found.left_out.iter().map(|l| l.shown.as_str()).collect();
        let expected = [
            "a/other/other",
            "a/other/self",
            "a/other/up",
            "a/self",
            "a/up",
            "b/other/other",
            "b/other/self",
            "b/other/up",
            "b/self",
            "b/up",
        ];
        assert_eq!(links, expected);
        assert!(found.left_out.iter().all(|l| l.why == Why::Endless));
        let one = audio_files_at(&music, OsStr::new("b")).unwrap();
        assert_eq!(one.files, files[3..]);
    }
}
