//! A collection becomes a prepared data set.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::path::Path;

use super::audio::{Excerpt, Extractor};
use super::ordered::{Desk, Room, ordered};
use super::{Collection, Item, LeftOut, Options, PrepareError};
use crate::data::{
    Clip, ClipInfo, DataError, DatasetWriter, Input, LIST, Plan, Remark, SourceFile, Summary,
};

/// Most threads. What each of them holds beside samples and windows that wait (front-ends, a
/// decoder, what the allocator keeps) is some 15 MB.
const MOST_JOBS: usize = 32;
/// Most bytes of samples and windows that are held, beside those of the file that is stored next.
const MOST_BYTES: usize = 256 << 20;

/// How far a preparation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Files stored or left out, those of an earlier run included.
    pub done: usize,
    /// Files there are.
    pub items: usize,
    /// Files that an earlier run had finished.
    pub earlier: usize,
    /// Files left out in this run.
    pub skipped: usize,
}

/// What has been prepared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Files that the data set lists. Each is in the data set or was left out.
    pub items: usize,
    /// What is in the data set; `None` if it had been finished before.
    pub summary: Option<Summary>,
}

/// Prepares a collection, or goes on where an earlier run with the same options stopped; `report`
/// hears of each file and may end the run, whose finished shards are kept.
///
/// # Errors
/// [`PrepareError`], of which [`PrepareError::Interrupted`] is what `report` asked for.
pub fn prepare(
    collection: &Collection,
    options: &Options,
    report: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Prepared, PrepareError> {
    let plan = plan(collection, options);
    let specs: Vec<_> = plan.inputs().map(Input::front_end).collect();
    fill(
        plan,
        &options.out,
        options.jobs.get(),
        collection.items.len() + collection.left_out.len(),
        || Extractor::new(specs.clone(), options.least_seconds),
        |extractor, number, results| {
            let Some(item) = collection.items.get(number) else {
                let left_out = &collection.left_out[number - collection.items.len()];
                return results.leave_out(left_out);
            };
            let path = collection.audio.join(&*item.path);
            let labels = dense(item, collection.tags.len());
            let windows = options.windows.get();
            let outcome = extractor.extract(&path, windows, results.room(), |_, excerpt| {
                results.clip(clip(item, &labels, excerpt))
            });
            results.end(&item.id, &item.path, outcome);
        },
        report,
    )
}

/// Where a worker leaves what becomes of an item.
pub(crate) struct Results<'a, 'b> {
    desk: &'a Desk<'b, Piece>,
    /// Clips so far.
    clips: Cell<usize>,
}

pub(crate) enum Piece {
    Clip(Clip),
    Remark(Remark),
    Source(SourceFile),
}

impl<'b> Results<'_, 'b> {
    /// What the worker may hold.
    pub fn room(&self) -> &Room<'b> {
        &self.desk.room
    }

    /// The next clip of the item; an error if the work is to end.
    pub fn clip(&self, clip: Clip) -> Result<(), String> {
        let values: usize = clip.windows.iter().map(Vec::len).sum();
        let bytes = size_of::<f32>() * (values + clip.info.labels.len());
        match self.desk.hand_on(Piece::Clip(clip), bytes) {
            ControlFlow::Continue(()) => {
                self.clips.set(self.clips.get() + 1);
                Ok(())
            }
            ControlFlow::Break(()) => Err("interrupted".to_owned()),
        }
    }

    /// The audio file that the item's clips came of.
    pub fn source(&self, file: SourceFile) {
        // Where the work is to end, nobody will read it.
        let _ = self.desk.hand_on(Piece::Source(file), 0);
    }

    /// The whole of an item that is no part of the data set.
    pub fn leave_out(&self, audio: &LeftOut) {
        self.end(&audio.shown, &audio.shown, Err(audio.why.to_string()));
    }

    /// The end of the item: what there is to say about it, or why there is no clip of it, or why
    /// there are no more.
    pub fn end(&self, id: &str, path: &str, outcome: Result<Option<String>, String>) {
        let (skipped, reason) = match (outcome, self.clips.get()) {
            (Ok(None), _) => return,
            (Ok(Some(reason)), _) => (false, reason),
            (Err(reason), 0) => (true, reason),
            (Err(reason), clips) => (false, format!("ends after {clips} clips: {reason}")),
        };
        let remark = Remark {
            skipped,
            id: id.to_owned(),
            path: path.to_owned(),
            reason,
        };
        // Where the work is to end, nobody will read it.
        let _ = self.desk.hand_on(Piece::Remark(remark), 0);
    }
}

/// Writes a data set of `items` items to `out`: `work` makes the clips of each, one after another,
/// or says why there are none, on `jobs` threads, each with a state of its own that `start` makes.
/// Goes on where an earlier run with the same plan stopped.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn fill<S>(
    plan: Plan,
    out: &Path,
    jobs: usize,
    items: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize, &Results<'_, '_>) + Sync,
    mut report: impl FnMut(Progress) -> ControlFlow<()>,
) -> Result<Prepared, PrepareError> {
    let mut writer = match DatasetWriter::create(out, plan) {
        Ok(writer) => writer,
        Err(DataError::Complete { .. }) => {
            return Ok(Prepared {
                items,
                summary: None,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let tasks: Vec<usize> = (0..items)
        .filter(|item| !writer.is_finished(*item))
        .collect();
    let mut progress = Progress {
        done: items - tasks.len(),
        items,
        earlier: items - tasks.len(),
        skipped: 0,
    };
    let mut failed = None;
    let mut has_clips = false;
    if report(progress).is_continue() {
        ordered(
            tasks.len(),
            jobs.min(MOST_JOBS),
            MOST_BYTES,
            start,
            |state, task, desk| {
                let clips = Cell::new(0);
                work(state, tasks[task], &Results { desk, clips });
            },
            |_, piece| {
                let is_end = piece.is_none();
                has_clips |= matches!(piece, Some(Piece::Clip(_)));
                let outcome = match piece {
                    Some(Piece::Clip(clip)) => writer.add(&[clip], &[]),
                    Some(Piece::Remark(remark)) => writer.add(&[], &[remark]),
                    Some(Piece::Source(file)) => writer.add_source(&file),
                    None => writer.end_item(),
                };
                if let Err(error) = outcome {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
                if !is_end {
                    return ControlFlow::Continue(());
                }
                progress.done += 1;
                progress.skipped += usize::from(!std::mem::take(&mut has_clips));
                report(progress)
            },
        );
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    if progress.done < items {
        return Err(PrepareError::Interrupted {
            done: progress.done,
            items,
        });
    }
    Ok(Prepared {
        items,
        summary: Some(writer.finish()?),
    })
}

fn plan(collection: &Collection, options: &Options) -> Plan {
    let mut plan = Plan::new(&collection.name, collection.tags.clone(), &options.inputs);
    plan.shard_items = options.shard_items;
    plan.options.clone_from(&collection.options);
    plan.with_option(LIST, collection.sha256())
        .with_option("windows", options.windows)
        .with_option("least_seconds", options.least_seconds)
}

/// One label a tag.
fn dense(item: &Item, tags: usize) -> Vec<f32> {
    let mut labels = vec![0.0; tags];
    for (tag, value) in &item.labels {
        labels[*tag as usize] = *value;
    }
    labels
}

fn clip(item: &Item, labels: &[f32], excerpt: Excerpt<'_>) -> Clip {
    let id = match excerpt.of {
        1 => item.id.to_string(),
        _ => format!("{}#{}", item.id, excerpt.number + 1),
    };
    Clip {
        info: ClipInfo {
            id,
            path: item.path.to_string(),
            source: item.source.to_string(),
            split: item.split,
            labels: labels.to_vec(),
            // What all inputs have heard.
            heard_frames: excerpt.heard_frames.iter().copied().min().unwrap_or(0),
            offset_seconds: excerpt.offset_seconds,
        },
        windows: excerpt.windows,
    }
}
