//! What of a library is done: a line of JSON for each file, kept while the work goes on.

use std::collections::HashSet;
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, ErrorKind, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::LibraryError;
use super::listing::{key, shown};
use crate::tag::{TagError, TaggedFile, Update};

/// A file that was tagged, or not.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// Its path, as tables show it.
    pub file: String,
    /// Its length; `None` if it cannot be read.
    pub seconds: Option<f64>,
    /// The tags of some windows.
    pub rows: Vec<Row>,
    /// Why there are no tags.
    pub reason: Option<String>,
    /// What is wrong with the file, although it has tags.
    pub warning: Option<String>,
}

/// The tags of a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Row {
    /// Where it ends, in seconds.
    pub position: f64,
    /// Seconds that it shows.
    pub heard: f32,
    /// Probabilities in the model's order.
    pub tags: Vec<f32>,
    /// The embedding; empty unless embeddings were asked for.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub embedding: Vec<f32>,
}

impl Record {
    /// The record of a file at `path`. `every_window` gives all its windows instead of the last.
    pub fn new(path: &Path, outcome: Result<TaggedFile, TagError>, every_window: bool) -> Self {
        let row = |update: &Update| Row {
            position: update.position_seconds,
            heard: update.seconds_heard,
            tags: update.probabilities.clone(),
            embedding: update.embedding.clone(),
        };
        let file = shown(path);
        match outcome {
            Ok(tagged) => Self {
                file,
                seconds: Some(tagged.seconds),
                rows: match &tagged.last {
                    Ok(_) if every_window => tagged.updates.iter().map(row).collect(),
                    Ok(last) => vec![row(last)],
                    Err(_) => Vec::new(),
                },
                reason: tagged.last.as_ref().err().map(ToString::to_string),
                warning: tagged.remark,
            },
            Err(error) => {
                // The path has a column of its own.
                let text = error.to_string();
                let reason = text.strip_prefix(&format!("{}: ", path.display()));
                Self {
                    reason: Some(reason.unwrap_or(&text).to_owned()),
                    file,
                    seconds: None,
                    rows: Vec::new(),
                    warning: None,
                }
            }
        }
    }
}

/// The journal of a table that is being made.
pub(super) struct Journal {
    path: PathBuf,
    file: File,
}

impl Journal {
    /// Where the journal of the table `out` lies.
    pub fn place(out: &Path) -> PathBuf {
        let mut name = out.as_os_str().to_owned();
        name.push(".journal");
        PathBuf::from(name)
    }

    /// Opens the journal of `out`, or begins it. Also gives the keys of the files in it. A last line that
    /// was not written whole is dropped.
    pub fn open(out: &Path, settings: &str) -> Result<(Self, HashSet<u128>), LibraryError> {
        let path = Self::place(out);
        let refused = |source| LibraryError::Io {
            path: path.clone(),
            source,
        };
        let file = File::options()
            .read(true)
            .write(true)
            .create(true)
            .truncate(false)
            .open(&path)
            .map_err(refused)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(LibraryError::Busy { path }),
            // Some network drives have no locks.
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {}
            Err(TryLockError::Error(error)) => return Err(refused(error)),
        }
        let mut done = HashSet::new();
        let mut whole = 0;
        let mut reader = BufReader::new(&file);
        let mut line = Vec::new();
        loop {
            line.clear();
            let bytes = reader.read_until(b'\n', &mut line).map_err(refused)?;
            let Some(text) = line.strip_suffix(b"\n") else {
                break;
            };
            if whole == 0 {
                if text != settings.as_bytes() {
                    return Err(LibraryError::Settings { path });
                }
            } else {
                match serde_json::from_slice::<Record>(text) {
                    Ok(record) => done.insert(key(&record.file)),
                    Err(_) => break,
                };
            }
            whole += bytes as u64;
        }
        let mut journal = Self { path, file };
        journal.cut(whole)?;
        if whole == 0 {
            journal.line(settings)?;
        }
        Ok((journal, done))
    }

    /// Drops what lies behind `whole` bytes.
    fn cut(&mut self, whole: u64) -> Result<(), LibraryError> {
        let cut = self.file.set_len(whole);
        let cut = cut.and_then(|()| self.file.seek(SeekFrom::Start(whole)));
        cut.map(drop).map_err(|source| self.refused(source))
    }

    /// Adds a file.
    pub fn push(&mut self, record: &Record) -> Result<(), LibraryError> {
        let line = serde_json::to_string(record);
        let line = line.map_err(|error| self.refused(error.into()))?;
        self.line(&line)
    }

    fn line(&mut self, line: &str) -> Result<(), LibraryError> {
        let written = self.file.write_all(format!("{line}\n").as_bytes());
        written.map_err(|source| self.refused(source))
    }

    /// Hands every record to `take`, in the order in which they were added.
    pub fn read(
        &mut self,
        mut take: impl FnMut(Record) -> Result<(), LibraryError>,
    ) -> Result<(), LibraryError> {
        let rewound = self.file.seek(SeekFrom::Start(0));
        rewound.map_err(|source| self.refused(source))?;
        for line in BufReader::new(&self.file).lines().skip(1) {
            let record = line.and_then(|line| Ok(serde_json::from_str(&line)?));
            take(record.map_err(|source| self.refused(source))?)?;
        }
        Ok(())
    }

    /// Removes the journal.
    pub fn remove(self) -> Result<(), LibraryError> {
        std::fs::remove_file(&self.path).map_err(|source| self.refused(source))
    }

    fn refused(&self, source: std::io::Error) -> LibraryError {
        LibraryError::Io {
            path: self.path.clone(),
            source,
        }
    }
}
