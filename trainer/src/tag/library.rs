//! Tags a library into one table, which goes on where it was interrupted.

mod journal;
mod listing;
mod table;

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

use parquet::errors::ParquetError;
use tagline_engine::{InferenceError, Model};
use tagline_files::{advice, atomic};

pub use listing::{ListError, Shard, list};

use journal::{Journal, Record};
use listing::{key, shown};

use super::{At, Tagging, tag_files};
use crate::work::{Count, Event, Progress, Unit};

/// Why a library was not tagged.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LibraryError {
    /// A file of the work cannot be read or written.
    #[error("{}: {source}{}", path.display(), advice(.source))]
    Io {
        /// The file.
        path: PathBuf,
        /// The system's reason.
        source: std::io::Error,
    },
    /// The table cannot be written.
    #[error("{}: {source}", path.display())]
    Parquet {
        /// The table.
        path: PathBuf,
        /// What is wrong.
        source: ParquetError,
    },
    /// A tag has the name of another column.
    #[error("the model's tag `{tag}` has the name of another column of the table")]
    Column {
        /// The tag.
        tag: String,
    },
    /// The table's name does not end in `.parquet`.
    #[error("{}: the table is Parquet, so its name must end in .parquet", path.display())]
    Name {
        /// The table.
        path: PathBuf,
    },
    /// Another process makes the same table.
    #[error("{}: another process is at work on it", path.display())]
    Busy {
        /// Its journal.
        path: PathBuf,
    },
    /// The work was begun with another model or other options.
    #[error(
        "{}: was begun with another model or other options; go on with those, or delete it to begin anew",
        path.display()
    )]
    Settings {
        /// The journal or the table.
        path: PathBuf,
    },
    /// No backend can run the model.
    #[error(transparent)]
    Inference(#[from] InferenceError),
    /// The work was interrupted.
    #[error("interrupted after {done} of {of} files; the same command goes on")]
    Interrupted {
        /// Files that are done.
        done: usize,
        /// All files.
        of: usize,
    },
}

/// A library to tag.
#[derive(Clone, Debug)]
pub struct Library<'a> {
    /// How files are tagged.
    pub tagging: &'a Tagging,
    /// Its files.
    pub files: Vec<PathBuf>,
    /// Which of the files are meant.
    pub shard: Shard,
    /// Which windows of a file its tags are of.
    pub at: At,
    /// Whether each window has a row of its own. That of several windows always has.
    pub every_window: bool,
    /// Files at the same time.
    pub jobs: NonZeroUsize,
}

/// What was done.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Done {
    /// Files that this run tagged, or found to have no tags.
    pub files: usize,
    /// Those of them that cannot be read.
    pub unreadable: usize,
    /// Whether the table was there already, made in the same way.
    pub already: bool,
}

impl Library<'_> {
    /// Tags the files and writes the table `out`, in Parquet, with a row for each file or window. The rows
    /// of files without tags say why. What is done is kept in `out` with `.journal` behind it, until all
    /// is done, so that the same call goes on after any end of the process.
    ///
    /// # Errors
    /// [`LibraryError`]; files that cannot be read are none.
    pub fn tag(mut self, out: &Path, progress: &dyn Progress) -> Result<Done, LibraryError> {
        let shard = self.shard;
        self.files.retain(|path| shard.holds(path));
        let tags = &self.tagging.model.info().tags;
        if let Some(tag) = tags.iter().find(|tag| table::is_taken(tag)) {
            return Err(LibraryError::Column { tag: tag.clone() });
        }
        if !out
            .extension()
            .is_some_and(|ending| ending.eq_ignore_ascii_case("parquet"))
        {
            return Err(LibraryError::Name {
                path: out.to_owned(),
            });
        }
        let settings = self.settings();
        if out.exists() && !Journal::place(out).exists() {
            return match table::settings(out) {
                Some((found, _)) if found == settings => Ok(Done {
                    already: true,
                    ..Done::default()
                }),
                _ => Err(LibraryError::Settings {
                    path: out.to_owned(),
                }),
            };
        }
        let (mut journal, known) = Journal::open(out, &settings)?;
        let all = self.files.len();
        self.files
            .retain(|path| !known.contains(&key(&shown(path))));
        let earlier = all - self.files.len();
        drop(known);
        let done = self.listen(&mut journal, earlier, progress)?;
        if done.files < self.files.len() {
            return Err(LibraryError::Interrupted {
                done: earlier + done.files,
                of: all,
            });
        }
        write(&mut journal, out, &self.tagging.model, &settings)?;
        journal.remove()?;
        Ok(done)
    }

    /// Tags what is not done yet.
    fn listen(
        &self,
        journal: &mut Journal,
        earlier: usize,
        progress: &dyn Progress,
    ) -> Result<Done, LibraryError> {
        let every_window = self.every_window || self.at.is_windows();
        let mut done = Done::default();
        let mut failed = None;
        let count = |done: usize| {
            let of = earlier + self.files.len();
            let mut count = Count::new("tag", Unit::Files, earlier + done, of);
            count.earlier = earlier as u64;
            progress.event(&Event::Counted(count));
        };
        count(0);
        let quiet = Quiet(progress);
        tag_files(self.tagging, &self.files, self.jobs, &quiet, |outcome| {
            done.unreadable += usize::from(outcome.is_err());
            let outcome = outcome.map(|file| self.at.of(file));
            let record = Record::new(&self.files[done.files], outcome, every_window);
            match journal.push(&record) {
                Ok(()) => {
                    done.files += 1;
                    count(done.files);
                    true
                }
                Err(error) => {
                    failed = Some(error);
                    false
                }
            }
        })?;
        failed.map_or(Ok(done), Err)
    }

    /// All that decides what the table holds but the files, as JSON.
    fn settings(&self) -> String {
        let (tagging, info) = (self.tagging, self.tagging.model.info());
        let mut settings = serde_json::json!({
            "format": 1,
            "model": info.name,
            "model_sha256": info.sha256,
            "at": self.at.to_string(),
            "every_window": self.every_window,
            "update_seconds": tagging.update_seconds,
            "focus_seconds": tagging.focus_seconds.is_finite().then_some(tagging.focus_seconds),
            "raw": tagging.raw,
            "shard": self.shard.to_string(),
        });
        let embedding = tagging.model.embedding_values();
        if embedding > 0 {
            settings["embedding_values"] = embedding.into();
        }
        settings.to_string()
    }
}

/// Reads the tags of a table that [`Library::tag`] has written, and the values of each row that has some, by
/// its file.
pub(crate) fn read_table(path: &Path) -> Result<table::Tagged, ParquetError> {
    table::read(path)
}

/// Writes the table of a journal.
fn write(
    journal: &mut Journal,
    out: &Path,
    model: &Model,
    settings: &str,
) -> Result<(), LibraryError> {
    let parquet = |source| LibraryError::Parquet {
        path: out.to_owned(),
        source,
    };
    let refused = |source| LibraryError::Io {
        path: out.to_owned(),
        source,
    };
    atomic::with_temporary(out, refused, |temporary| {
        let (tags, embedding) = (&model.info().tags, model.embedding_values());
        let writer = table::Writer::new(temporary, tags, embedding, settings);
        let mut writer = writer.map_err(parquet)?;
        journal.read(|record| writer.push(record).map_err(parquet))?;
        writer.finish().map_err(parquet)
    })
}

/// Passes on whether the work must end, and nothing of single files.
struct Quiet<'a>(&'a dyn Progress);

impl Progress for Quiet<'_> {
    fn event(&self, _event: &Event<'_>) {}

    fn interrupted(&self) -> bool {
        self.0.interrupted()
    }
}
