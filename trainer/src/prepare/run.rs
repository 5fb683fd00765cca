//! Makes a prepared data set from a collection.

use std::cell::Cell;
use std::ops::ControlFlow;
use std::path::Path;

use super::audio::{Excerpt, Extractor};
use super::twins::{Candidate, twins};
use super::{Collection, Item, LeftOut, Options, PrepareError};
use crate::data::{
    Clip, ClipInfo, DataError, DatasetWriter, Input, LIST, Plan, Remark, SourceFile, Summary,
};
use crate::work::{Count, Desk, Event, Progress, Room, Unit, ordered};

/// Most threads. Besides samples and windows that wait, each holds some 15 MB (front-ends, a
/// decoder, memory that the allocator keeps).
const MOST_JOBS: usize = 32;
/// Most bytes of samples and windows that are held, apart from those of the file that is stored
/// next.
const MOST_BYTES: usize = 256 << 20;

/// The result of a preparation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// Files that the data set lists. Each is in the data set or was left out.
    pub items: usize,
    /// Number of files whose recording is in another split, too.
    pub twins: usize,
    /// The content of the data set; `None` if it was finished before.
    pub summary: Option<Summary>,
}

/// Prepares a collection, or goes on where an earlier run with the same options stopped. `progress`
/// hears of each file and may end the run, whose finished shards are kept.
///
/// # Errors
/// [`PrepareError`]; [`PrepareError::Interrupted`] if `progress` asked for it.
pub fn prepare(
    collection: &Collection,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Prepared, PrepareError> {
    let plan = plan(collection, options);
    let candidates = collection.items.iter().map(|item| Candidate {
        path: collection.audio.join(&*item.path),
        shown: item.path.to_string(),
        split: item.split,
    });
    let twins = twins(&candidates.collect::<Vec<_>>());
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
            let outcome = with_remark(outcome, twins.get(&number));
            results.end(&item.id, &item.path, outcome);
        },
        progress,
    )
    .map(|prepared| Prepared {
        twins: twins.len(),
        ..prepared
    })
}

/// The outcome of an item with one more remark.
pub(crate) fn with_remark(
    outcome: Result<Option<String>, String>,
    more: Option<&String>,
) -> Result<Option<String>, String> {
    let Some(more) = more else {
        return outcome;
    };
    outcome.map(|remark| {
        Some(match remark {
            Some(remark) => format!("{remark}; {more}"),
            None => more.clone(),
        })
    })
}

/// Takes the results of an item from a worker.
pub(crate) struct Results<'a, 'b> {
    desk: &'a Desk<'b, Piece>,
    /// Number of clips so far.
    clips: Cell<usize>,
}

pub(crate) enum Piece {
    Clip(Clip),
    Remark(Remark),
    Source(SourceFile),
}

impl<'b> Results<'_, 'b> {
    /// The memory that the worker may hold.
    pub fn room(&self) -> &Room<'b> {
        &self.desk.room
    }

    /// Takes the next clip of the item. It is an error if the work must end.
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

    /// Takes the audio file of the item's clips.
    pub fn source(&self, file: SourceFile) {
        // If the work must end, nobody reads it.
        let _ = self.desk.hand_on(Piece::Source(file), 0);
    }

    /// Leaves a whole item out.
    pub fn leave_out(&self, audio: &LeftOut) {
        self.end(&audio.shown, &audio.shown, Err(audio.why.to_string()));
    }

    /// Ends the item, with a remark about it, or with the reason why it has no clip or no more
    /// clips.
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
        // If the work must end, nobody reads it.
        let _ = self.desk.hand_on(Piece::Remark(remark), 0);
    }
}

/// Writes a data set of `items` items to `out`. `work` makes the clips of each item, one after
/// another, or says why there are none. It runs on `jobs` threads, each with a state of its own
/// that `start` makes. Goes on where an earlier run with the same plan stopped.
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
    progress: &dyn Progress,
) -> Result<Prepared, PrepareError> {
    let mut writer = match DatasetWriter::create(out, plan) {
        Ok(writer) => writer,
        Err(DataError::Complete { .. }) => {
            return Ok(Prepared {
                items,
                twins: 0,
                summary: None,
            });
        }
        Err(error) => return Err(error.into()),
    };
    let tasks: Vec<usize> = (0..items)
        .filter(|item| !writer.is_finished(*item))
        .collect();
    let mut count = Count::new("prepared", Unit::Files, items - tasks.len(), items);
    count.earlier = count.done;
    let tell = |count| {
        progress.event(&Event::Counted(count));
        progress.flow()
    };
    let mut failed = None;
    let mut has_clips = false;
    if tell(count).is_continue() {
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
                count.done += 1;
                count.left_out += u64::from(!std::mem::take(&mut has_clips));
                tell(count)
            },
        );
    }
    if let Some(error) = failed {
        return Err(error.into());
    }
    let done = count.done as usize;
    if done < items {
        return Err(PrepareError::Interrupted { done, items });
    }
    Ok(Prepared {
        items,
        twins: 0,
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

/// One label for each tag.
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
            // The frames that all inputs have heard.
            heard_frames: excerpt.heard_frames.iter().copied().min().unwrap_or(0),
            offset_seconds: excerpt.offset_seconds,
        },
        windows: excerpt.windows,
    }
}
