//! The files that a package holds, in a fixed order, with fixed modes.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::error::Error;

/// What a file holds.
#[derive(Clone, Debug)]
pub enum Content {
    /// The bytes of a file on disk.
    File(PathBuf),
    /// These bytes.
    Bytes(Vec<u8>),
}

/// A file of a package.
#[derive(Clone, Debug)]
pub struct Entry {
    /// What it holds.
    pub content: Content,
    /// Whether people run it.
    pub executable: bool,
}

impl Entry {
    /// What the file holds.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn bytes(&self) -> Result<Vec<u8>, Error> {
        match &self.content {
            Content::Bytes(bytes) => Ok(bytes.clone()),
            Content::File(path) => std::fs::read(path).map_err(file_error("read", path)),
        }
    }
}

/// The files of a package by their paths, which have `/` between their parts.
///
/// Names, order and modes come from here and never from the disk, so that two runs on two machines pack
/// the same bytes.
#[derive(Clone, Debug, Default)]
pub struct Tree(BTreeMap<String, Entry>);

impl Tree {
    /// Adds a text or other bytes.
    pub fn add(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.insert(path, Content::Bytes(bytes.into()), false);
    }

    /// Adds a program.
    pub fn add_program(&mut self, path: &str, bytes: impl Into<Vec<u8>>) {
        self.insert(path, Content::Bytes(bytes.into()), true);
    }

    /// Adds a file, or a folder with all that is in it. A program of macOS stays one: there the system
    /// looks at the mode of what is in `Contents/MacOS`.
    ///
    /// # Errors
    /// [`Error::File`]; [`Error::Package`] for what is neither a file nor a folder, or has a name that is
    /// not text.
    pub fn add_from(&mut self, path: &str, from: &Path) -> Result<(), Error> {
        let metadata = std::fs::symlink_metadata(from).map_err(file_error("read", from))?;
        if metadata.is_file() {
            let executable = path.contains("/Contents/MacOS/");
            self.insert(path, Content::File(from.into()), executable);
            return Ok(());
        }
        let odd = |what: &str| Error::Package(format!("{} {what}", from.display()));
        if !metadata.is_dir() {
            return Err(odd("is neither a file nor a folder"));
        }
        for entry in std::fs::read_dir(from).map_err(file_error("read", from))? {
            let entry = entry.map_err(file_error("read", from))?;
            let name = entry.file_name();
            let name = name
                .to_str()
                .ok_or_else(|| odd("holds a name that is not text"))?;
            self.add_from(&format!("{path}/{name}"), &entry.path())?;
        }
        Ok(())
    }

    fn insert(&mut self, path: &str, content: Content, executable: bool) {
        let entry = Entry {
            content,
            executable,
        };
        self.0.insert(path.to_owned(), entry);
    }

    /// The same files below `folder`.
    #[must_use]
    pub fn below(&self, folder: &str) -> Self {
        let entries = self.0.iter();
        Self(
            entries
                .map(|(path, entry)| (format!("{folder}/{path}"), entry.clone()))
                .collect(),
        )
    }

    /// The same files at other places: of the first pair whose first part is a file's path or a folder of it,
    /// the second part stands for it. An empty first part is the folder of all.
    #[must_use]
    pub fn moved(&self, places: &[(&str, &str)]) -> Self {
        let moved = |path: &str| {
            places.iter().find_map(|(from, to)| {
                let rest = path.strip_prefix(from)?;
                let whole = from.is_empty() || rest.is_empty() || rest.starts_with('/');
                whole.then(|| format!("{to}{rest}"))
            })
        };
        let entries = self.0.iter();
        Self(
            entries
                .filter_map(|(path, entry)| Some((moved(path)?, entry.clone())))
                .collect(),
        )
    }

    /// Takes in the files of `other`.
    pub fn extend(&mut self, other: Self) {
        self.0.extend(other.0);
    }

    /// The files, by path.
    pub fn files(&self) -> impl Iterator<Item = (&str, &Entry)> {
        self.0.iter().map(|(path, entry)| (path.as_str(), entry))
    }

    /// All folders that the files lie in, parents first.
    #[must_use]
    pub fn folders(&self) -> Vec<&str> {
        let mut folders: Vec<&str> = Vec::new();
        for path in self.0.keys() {
            let ends = path.match_indices('/').map(|(at, _)| &path[..at]);
            folders.extend(ends);
        }
        folders.sort_unstable();
        folders.dedup();
        folders
    }

    /// Writes the files below `folder`, for programs that pack files of the disk.
    ///
    /// # Errors
    /// [`Error::File`].
    pub fn write(&self, folder: &Path) -> Result<(), Error> {
        for (path, entry) in self.files() {
            let file = folder.join(path);
            crate::workspace::create_folder(file.parent().unwrap_or(folder))?;
            std::fs::write(&file, entry.bytes()?).map_err(file_error("write", &file))?;
        }
        Ok(())
    }
}

/// An [`Error::File`] of what was tried.
pub fn file_error(what: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.to_owned();
    move |source| Error::File { what, path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_come_before_what_is_in_them() {
        let mut tree = Tree::default();
        for path in ["b/c/file", "a/file", "file"] {
            tree.add(path, "");
        }
        assert_eq!(tree.folders(), ["a", "b", "b/c"]);
        assert_eq!(tree.below("x").folders(), ["x", "x/a", "x/b", "x/b/c"]);
    }

    #[cfg(unix)]
    #[test]
    fn a_link_is_refused_and_not_followed() {
        let folder = tempfile::tempdir().expect("a folder");
        std::os::unix::fs::symlink("/etc", folder.path().join("link")).expect("a link");
        let error = Tree::default()
            .add_from("a", folder.path())
            .expect_err("a link");
        assert!(error.to_string().contains("link is neither"), "{error}");
    }
}
