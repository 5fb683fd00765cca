//! Tags several files side by side, with a network for each thread.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use tagline_engine::{BackendChoice, InferenceError};

use super::{TagError, TaggedFile, Tagger, Tagging};
use crate::work::{Count, Desk, Event, NO_LIMIT, Progress, Unit, ordered};

/// Tags `files` on up to `jobs` threads and hands each outcome to `finished`, in the order of
/// `files`, until that answers `false` or `progress` ends it. `progress` hears how far each file is.
///
/// # Errors
/// [`InferenceError`] if no backend can run the model.
pub fn tag_files(
    tagging: &Tagging,
    files: &[PathBuf],
    jobs: NonZeroUsize,
    progress: &dyn Progress,
    mut finished: impl FnMut(Result<TaggedFile, TagError>) -> bool,
) -> Result<(), InferenceError> {
    // One tagger compares the backends; the others take the one that it runs.
    let first = Tagger::new(tagging)?;
    let settled = Tagging {
        backend: BackendChoice::Only(first.backend()),
        ..tagging.clone()
    };
    let first = Mutex::new(Some(first));
    let start = || Worker {
        tagging: &settled,
        tagger: first.lock().unwrap_or_else(PoisonError::into_inner).take(),
        progress,
    };
    let work = |worker: &mut Worker<'_>, file: usize, desk: &Desk<'_, _>| {
        // If the work must end, nobody waits for it.
        let _ = desk.hand_on(worker.tag(&files[file]), 0);
    };
    ordered(
        files.len(),
        jobs.get(),
        NO_LIMIT,
        start,
        work,
        |_, outcome| {
            let goes_on = outcome.is_none_or(&mut finished) && !progress.interrupted();
            match goes_on {
                true => ControlFlow::Continue(()),
                false => ControlFlow::Break(()),
            }
        },
    );
    Ok(())
}

/// Tags file after file on one thread.
struct Worker<'a> {
    tagging: &'a Tagging,
    /// `None` until there is a file, and after a panic.
    tagger: Option<Tagger<'a>>,
    progress: &'a dyn Progress,
}

impl Worker<'_> {
    /// Tags one file. A panic in a decoder becomes that file's error, and the tagger is made anew.
    fn tag(&mut self, path: &Path) -> Result<TaggedFile, TagError> {
        let name = || path.display().to_string();
        let mut ready = match self.tagger.take() {
            Some(ready) => ready,
            None => Tagger::new(self.tagging).map_err(|source| TagError::Inference {
                path: name(),
                source,
            })?,
        };
        let what = name();
        let tell = |done: f64| {
            let count = Count::new(&what, Unit::Thousandths, (done * 1e3) as usize, 1_000);
            self.progress.event(&Event::Counted(count));
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let outcome = ready.tag(path, tell);
            (ready, outcome)
        }));
        // It ends, with or without an error.
        tell(1.0);
        match outcome {
            Ok((ready, outcome)) => {
                self.tagger = Some(ready);
                outcome
            }
            Err(panic) => Err(TagError::Panic {
                path: name(),
                message: message(panic.as_ref()),
            }),
        }
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".into())
}
