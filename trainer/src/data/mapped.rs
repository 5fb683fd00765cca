//! Maps files of a data set into memory and checks them against the manifest.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use tagline_files::hash::{sha256, sha256_of_file};

use super::DataError;

/// A file's entry in the manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FileEntry {
    /// Name in the data set's folder.
    pub file: String,
    /// Length.
    pub bytes: u64,
    /// SHA-256 of the content, in hexadecimal.
    pub sha256: String,
}

impl FileEntry {
    /// Checks that the file exists and has the right length.
    pub fn check_length(&self, folder: &Path) -> Result<(), DataError> {
        let path = folder.join(&self.file);
        let found = std::fs::metadata(&path)
            .map_err(DataError::io(&path))?
            .len();
        self.compare_length(&path, found)
    }

    fn compare_length(&self, path: &Path, found: u64) -> Result<(), DataError> {
        if found == self.bytes {
            return Ok(());
        }
        Err(DataError::Length {
            path: path.to_owned(),
            expected: self.bytes,
            found,
        })
    }

    /// Reads the whole file and compares its hash.
    pub fn check_hash(&self, folder: &Path) -> Result<(), DataError> {
        self.check_length(folder)?;
        let path = folder.join(&self.file);
        let found = sha256_of_file(&path).map_err(DataError::io(&path))?;
        self.compare_hash(&path, &found)
    }

    fn compare_hash(&self, path: &Path, found: &str) -> Result<(), DataError> {
        if found == self.sha256 {
            return Ok(());
        }
        Err(DataError::Hash {
            path: path.to_owned(),
        })
    }

    /// Maps the file, if it has the right length.
    fn map(&self, folder: &Path) -> Result<Mmap, DataError> {
        let path = folder.join(&self.file);
        let file = File::open(&path).map_err(DataError::io(&path))?;
        let found = file.metadata().map_err(DataError::io(&path))?.len();
        self.compare_length(&path, found)?;
        // SAFETY: a map is sound as long as nobody changes the file behind it. The files of a
        // data set are written under a temporary name, renamed into place when they are whole,
        // and never written to again by this program; their length has just been checked.
        let map = unsafe { Mmap::map(&file) };
        map.map_err(DataError::io(&path))
    }

    /// Maps the file, if it has the right length and content.
    pub fn map_checked(&self, folder: &Path) -> Result<Mmap, DataError> {
        let map = self.map(folder)?;
        self.compare_hash(&folder.join(&self.file), &sha256(&map))?;
        Ok(map)
    }

    /// Maps the file, if it has the right length. Its content is checked when it is first read.
    pub fn map_lazily(&self, folder: &Path) -> Result<Mapped, DataError> {
        Ok(Mapped {
            map: self.map(folder)?,
            path: folder.join(&self.file),
            entry: self.clone(),
            whole: OnceLock::new(),
        })
    }
}

/// A mapped file whose content is checked before its first byte is read.
#[derive(Debug)]
pub(super) struct Mapped {
    map: Mmap,
    path: PathBuf,
    entry: FileEntry,
    /// Whether its hash is right; empty until it is known.
    whole: OnceLock<bool>,
}

impl Mapped {
    /// The content. The first call hashes all of it, which takes no longer than reading it from a
    /// disk. Other threads that need the same file wait for that.
    pub fn bytes(&self) -> Result<&[u8], DataError> {
        let is_whole = || sha256(&self.map) == self.entry.sha256;
        if *self.whole.get_or_init(is_whole) {
            return Ok(&self.map);
        }
        Err(DataError::Hash {
            path: self.path.clone(),
        })
    }
}
