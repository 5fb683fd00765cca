//! Tags several files side by side, with a network for each thread.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use tagline_engine::InferenceError;

use super::{Networks, TagError, TaggedFile, Tagging, write_tags};
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
    finished: impl FnMut(Result<TaggedFile, TagError>) -> bool,
) -> Result<(), InferenceError> {
    Networks::open(tagging)?.tag_files(tagging, files, jobs, progress, finished);
    Ok(())
}

impl Networks {
    /// Does the same as [`tag_files`] with these networks, which are of `tagging`'s model.
    pub fn tag_files(
        &self,
        tagging: &Tagging,
        files: &[PathBuf],
        jobs: NonZeroUsize,
        progress: &dyn Progress,
        mut finished: impl FnMut(Result<TaggedFile, TagError>) -> bool,
    ) {
        let work = |(): &mut (), file: usize, desk: &Desk<'_, _>| {
            // If the work must end, nobody waits for it.
            let _ = desk.hand_on(self.tag(tagging, &files[file], progress), 0);
        };
        ordered(
            files.len(),
            jobs.get(),
            NO_LIMIT,
            || (),
            work,
            |_, outcome| {
                let goes_on = outcome.is_none_or(&mut finished) && !progress.interrupted();
                match goes_on {
                    true => ControlFlow::Continue(()),
                    false => ControlFlow::Break(()),
                }
            },
        );
    }

    /// Tags one file. A panic in a decoder becomes that file's error, and its network is not used again.
    fn tag(
        &self,
        tagging: &Tagging,
        path: &Path,
        progress: &dyn Progress,
    ) -> Result<TaggedFile, TagError> {
        let name = || path.display().to_string();
        let tagger = self.tagger(tagging);
        let mut tagger = tagger.map_err(|source| TagError::Inference {
            path: name(),
            source,
        })?;
        let what = name();
        let tell = |done: f64| {
            let count = Count::new(&what, Unit::Thousandths, (done * 1e3) as usize, 1_000);
            progress.event(&Event::Counted(count));
        };
        let outcome = catch_unwind(AssertUnwindSafe(|| {
            let outcome = tagger.tag(path, tell);
            let outcome = outcome.map(|file| written(tagging, file));
            (tagger, outcome)
        }));
        // It ends, with or without an error.
        tell(1.0);
        match outcome {
            Ok((tagger, outcome)) => {
                self.keep(tagger);
                outcome
            }
            Err(panic) => Err(TagError::Panic {
                path: name(),
                message: message(panic.as_ref()),
            }),
        }
    }
}

/// Writes the tags of `file` into it, if that is asked for. What stands in the way becomes a remark.
fn written(tagging: &Tagging, mut file: TaggedFile) -> TaggedFile {
    let Some(at) = tagging.write_tags else {
        return file;
    };
    if let Err(error) = write_tags(&at.of(file.clone()), tagging.model.info()) {
        let remarks = file
            .remark
            .into_iter()
            .chain([format!("no tags were written: {error}")]);
        file.remark = Some(remarks.collect::<Vec<_>>().join("; "));
    }
    file
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".into())
}
