//! A collection becomes a prepared data set.

use std::ops::ControlFlow;
use std::path::Path;

use super::audio::{Excerpts, Extractor};
use super::ordered::ordered;
use super::{Collection, Item, Options, PrepareError};
use crate::data::{Clip, ClipInfo, DataError, DatasetWriter, Input, Plan, Remark, Summary};

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
        collection.items.len(),
        || {
            let windows = options.windows.get();
            Extractor::new(specs.clone(), windows, options.least_seconds)
        },
        |extractor, number| {
            let item = &collection.items[number];
            let outcome = extractor.extract(&collection.audio.join(&*item.path));
            clips(item, outcome, collection.tags.len())
        },
        report,
    )
}

/// Writes a data set of `items` items to `out`: `work` makes the clips of each, or says why there
/// are none, on `jobs` threads, each with a state of its own that `start` makes. Goes on where an
/// earlier run with the same plan stopped.
///
/// # Errors
/// As [`prepare`].
pub(crate) fn fill<S>(
    plan: Plan,
    out: &Path,
    jobs: usize,
    items: usize,
    start: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, usize) -> (Vec<Clip>, Vec<Remark>) + Sync,
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
    if report(progress).is_continue() {
        ordered(
            tasks.len(),
            jobs,
            start,
            |state, task| work(state, tasks[task]),
            |_, (clips, remarks)| {
                progress.done += 1;
                progress.skipped += usize::from(clips.is_empty());
                if let Err(error) = writer.push(&clips, &remarks) {
                    failed = Some(error);
                    return ControlFlow::Break(());
                }
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
    plan.with_option("list", collection.sha256())
        .with_option("windows", options.windows)
        .with_option("least_seconds", options.least_seconds)
}

/// What an item gives: its clips, and what there is to say about it.
fn clips(item: &Item, outcome: Result<Excerpts, String>, tags: usize) -> (Vec<Clip>, Vec<Remark>) {
    let remark = |skipped, reason| Remark {
        skipped,
        id: item.id.to_string(),
        path: item.path.to_string(),
        reason,
    };
    let Excerpts {
        excerpts,
        remark: short,
    } = match outcome {
        Ok(excerpts) => excerpts,
        Err(reason) => return (Vec::new(), vec![remark(true, reason)]),
    };
    let mut labels = vec![0.0; tags];
    for (tag, value) in &item.labels {
        labels[*tag as usize] = *value;
    }
    let alone = excerpts.len() == 1;
    let clips = excerpts.into_iter().enumerate().map(|(number, excerpt)| {
        let id = match alone {
            true => item.id.to_string(),
            false => format!("{}#{}", item.id, number + 1),
        };
        Clip {
            info: ClipInfo {
                id,
                path: item.path.to_string(),
                split: item.split,
                labels: labels.clone(),
                // What all inputs have heard.
                heard_frames: excerpt.heard_frames.iter().copied().min().unwrap_or(0),
                offset_seconds: excerpt.offset_seconds,
            },
            windows: excerpt.windows,
        }
    });
    let remarks = short.map(|reason| remark(false, reason));
    (clips.collect(), remarks.into_iter().collect())
}
