//! Several files side by side, each worker with a network of its own.

use std::num::NonZeroUsize;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use tagline_engine::{BackendChoice, InferenceError};

use super::{TagError, TaggedFile, Tagger, Tagging};

/// Steps of a file's progress bar.
const STEPS: f64 = 1000.0;

/// Tags `files` on up to `jobs` threads and hands each outcome to `finished`, in the order of
/// `files`, until it answers `false`. Bars on a terminal show how far each file is.
///
/// # Errors
/// [`InferenceError`] if no backend can run the model.
pub fn tag_files(
    tagging: &Tagging,
    files: &[PathBuf],
    jobs: NonZeroUsize,
    progress: &MultiProgress,
    mut finished: impl FnMut(Result<TaggedFile, TagError>) -> bool,
) -> Result<(), InferenceError> {
    // Comparing the backends is work for one; the others take what was found to run.
    let first = Tagger::new(tagging)?;
    let settled = Tagging {
        backend: BackendChoice::Only(first.backend()),
        ..tagging.clone()
    };
    let (settled, next, stop) = (&settled, &AtomicUsize::new(0), &AtomicBool::new(false));
    let (sender, receiver) = mpsc::channel();
    let mut first = Some(first);
    std::thread::scope(|scope| {
        for _ in 0..jobs.get().min(files.len()) {
            let sender = sender.clone();
            let mut tagger = first.take();
            scope.spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(path) = files.get(index) else { break };
                    let bar = bar(progress, path);
                    let outcome = tag_one(settled, &mut tagger, path, &bar);
                    bar.finish_and_clear();
                    progress.remove(&bar);
                    if sender.send((index, outcome)).is_err() {
                        break;
                    }
                }
            });
        }
        drop(sender);
        let mut waiting = std::collections::BTreeMap::new();
        let mut expected = 0;
        for (index, outcome) in receiver {
            waiting.insert(index, outcome);
            while let Some(outcome) = waiting.remove(&expected) {
                if !stop.load(Ordering::Relaxed) && !finished(outcome) {
                    stop.store(true, Ordering::Relaxed);
                }
                expected += 1;
            }
        }
    });
    Ok(())
}

/// Tags one file; a panic in a decoder becomes that file's error and the tagger is made anew.
fn tag_one<'a>(
    tagging: &'a Tagging,
    tagger: &mut Option<Tagger<'a>>,
    path: &Path,
    bar: &ProgressBar,
) -> Result<TaggedFile, TagError> {
    let name = || path.display().to_string();
    let mut ready = match tagger.take() {
        Some(ready) => ready,
        None => Tagger::new(tagging).map_err(|source| TagError::Inference {
            path: name(),
            source,
        })?,
    };
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        let outcome = ready.tag(path, |done| bar.set_position((done * STEPS) as u64));
        (ready, outcome)
    }));
    match outcome {
        Ok((ready, outcome)) => {
            *tagger = Some(ready);
            outcome
        }
        Err(panic) => Err(TagError::Panic {
            path: name(),
            message: message(panic.as_ref()),
        }),
    }
}

fn message(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    text.unwrap_or_else(|| "no message".into())
}

fn bar(progress: &MultiProgress, path: &Path) -> ProgressBar {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let bar = progress.add(ProgressBar::new(STEPS as u64));
    if let Ok(style) = ProgressStyle::with_template("{wide_msg} {bar:30} {percent:>3} %") {
        bar.set_style(style);
    }
    bar.set_message(name.into_owned());
    bar
}
