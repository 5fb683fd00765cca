//! Audio to leave out, known by its content, such as the audio that models are tested on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use tagline_files::hash::{sha256, sha256_of_file};

use crate::prepare::{PrepareError, Why, audio_files, read_lines};

/// Hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// The SHA-256 of files.
pub(super) struct Except {
    hashes: BTreeSet<String>,
}

impl Except {
    /// Reads lists of hashes, and hashes the audio in folders.
    pub fn read(lists: &[PathBuf]) -> Result<Self, PrepareError> {
        let mut hashes = BTreeSet::new();
        for path in lists {
            match path.is_dir() {
                true => hashes.extend(of_folder(path)?),
                false => hashes.extend(of_list(path)?),
            }
        }
        Ok(Self { hashes })
    }

    pub fn contains(&self, sha256: &str) -> bool {
        self.hashes.contains(sha256)
    }

    /// SHA-256 of the whole list; `None` if it is empty.
    pub fn sha256(&self) -> Option<String> {
        let all: Vec<&str> = self.hashes.iter().map(String::as_str).collect();
        (!all.is_empty()).then(|| sha256(all.concat().as_bytes()))
    }
}

/// One hash in each line, alone or before a name, as `sha256sum` writes it.
fn of_list(path: &Path) -> Result<Vec<String>, PrepareError> {
    let wrong = |reason: String| PrepareError::Format {
        path: path.to_owned(),
        reason,
    };
    let hash = |line: String| {
        // `sha256sum` puts a backslash before the hash if it had to quote the name.
        let word = line.split_whitespace().next().unwrap_or_default();
        let hash = word.strip_prefix('\\').unwrap_or(word).to_ascii_lowercase();
        let is_hash = hash.len() == DIGITS && hash.bytes().all(|digit| digit.is_ascii_hexdigit());
        match is_hash {
            true => Ok(hash),
            false => Err(wrong(format!(
                "`{word}` where a SHA-256 is expected, one a line"
            ))),
        }
    };
    let hashes: Vec<String> = read_lines(path)?
        .into_iter()
        .map(hash)
        .collect::<Result<_, _>>()?;
    match hashes.is_empty() {
        true => Err(wrong("no SHA-256 in it".to_owned())),
        false => Ok(hashes),
    }
}

fn of_folder(folder: &Path) -> Result<Vec<String>, PrepareError> {
    let found = audio_files(folder)?;
    let mut files: Vec<PathBuf> = found.files.iter().map(|file| folder.join(file)).collect();
    // Only the content counts, so the name need not be UTF-8.
    let nameless = found.left_out.into_iter();
    files.extend(
        nameless
            .filter(|audio| audio.why == Why::NoText)
            .map(|audio| audio.path),
    );
    if files.is_empty() {
        return Err(PrepareError::Missing {
            path: folder.to_owned(),
            what: "audio".to_owned(),
            expected: "files to leave out".to_owned(),
        });
    }
    let hash =
        |path: PathBuf| sha256_of_file(&path).map_err(|source| PrepareError::Io { path, source });
    files.into_par_iter().map(hash).collect()
}
