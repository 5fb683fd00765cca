//! Files of a data set as memory, checked against what the manifest says of them.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use memmap2::Mmap;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::DataError;

/// What the manifest says of a file.
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
    /// Whether the file is there and as long as it should be.
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
        let found = file_sha256(&path).map_err(DataError::io(&path))?;
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

    /// Maps the file, if it has the right length; its content is checked when it is first read.
    pub fn map_lazily(&self, folder: &Path) -> Result<Mapped, DataError> {
        Ok(Mapped {
            map: self.map(folder)?,
            path: folder.join(&self.file),
            entry: self.clone(),
            whole: OnceLock::new(),
        })
    }
}

/// A mapped file that nobody reads a byte of unless all of them are those of the manifest.
#[derive(Debug)]
pub(super) struct Mapped {
    map: Mmap,
    path: PathBuf,
    entry: FileEntry,
    /// Whether its hash is right, once it is known.
    whole: OnceLock<bool>,
}

impl Mapped {
    /// The content. The first call hashes all of it, which takes no longer than reading it from a
    /// disk; other threads that want the same file wait for it.
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

/// SHA-256 in hexadecimal.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    hex(&Sha256::digest(bytes))
}

/// SHA-256 of a file's content in hexadecimal, without the file in memory.
pub(crate) fn file_sha256(path: &Path) -> std::io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 20];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex(&hash.finalize())),
            count => hash.update(&buffer[..count]),
        }
    }
}

/// Bytes in hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        // Writing to a text cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
