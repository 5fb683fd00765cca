//! Writes a data set, shard by shard, and goes on after an interruption.

mod folder;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tagline_files::{Lock, atomic};

use super::manifest::{FORMAT, FORMAT_VERSION, MANIFEST, Manifest, SplitCounts};
use super::plan::Plan;
use super::shard::{Remark, ShardRecord, ShardWriter, SourceFile};
use super::{ClipInfo, DataError, report};
use folder::{begin, finished_shards, is_complete, is_trace, names, remove_traces, write_json};

/// A clip with its windows.
#[derive(Clone, Debug, PartialEq)]
pub struct Clip {
    /// Its metadata.
    pub info: ClipInfo,
    /// One for each input of the plan, in the plan's order: `[band, frame]`, the network's input.
    pub windows: Vec<Vec<f32>>,
}

/// Makes a data set of items that come one after another. An item is an audio file that gives
/// clips, or a remark that says why it gives none.
///
/// Every `shard_items` items make a shard, whose files are put in place when all of it is written.
/// A preparation that ends early, for whatever reason, keeps its finished shards. Another one with
/// the same plan goes on after them, and the result is the same, byte for byte. Only one process at
/// a time can write to a folder.
///
/// ```no_run
/// # use trainer::data::{Clip, ClipInfo, DataError, DatasetWriter, Input, Plan, Split};
/// # fn main() -> Result<(), DataError> {
/// let plan = Plan::new("mine", vec!["rock".into(), "jazz".into()], &[Input::Mel]);
/// let mut writer = DatasetWriter::create("data/mine".as_ref(), plan)?;
/// let clip = Clip {
///     info: ClipInfo {
///         id: "a".into(),
///         path: "a.mp3".into(),
///         source: String::new(),
///         split: Split::Train,
///         labels: vec![1.0, 0.0],
///         heard_frames: 1366,
///         offset_seconds: 0.0,
///     },
///     windows: vec![vec![0.0; 96 * 1366]],
/// };
/// writer.push(&[clip], &[])?;
/// writer.finish()?;
/// # Ok(())
/// # }
/// ```
pub struct DatasetWriter {
    folder: PathBuf,
    plan: Arc<Plan>,
    /// Records of the finished shards, by number.
    finished: BTreeMap<usize, ShardRecord>,
    next_item: usize,
    current: Option<ShardWriter>,
    /// Held while this process writes to the folder.
    _lock: Lock,
}

/// The content of a finished data set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Clips of each split.
    pub clips: SplitCounts,
    /// Number of clips that were left out.
    pub skipped: usize,
}

impl DatasetWriter {
    /// Begins a data set in `folder`, which is made if it is missing, or goes on with a data set
    /// that was begun with the same plan.
    ///
    /// # Errors
    /// [`DataError::Complete`] if it is finished, [`DataError::OtherPlan`] if it was begun with
    /// another plan, [`DataError::Foreign`] if the folder holds something else,
    /// [`DataError::Busy`] if another process writes to it, or what the system says.
    pub fn create(folder: &Path, plan: Plan) -> Result<Self, DataError> {
        plan.check()?;
        std::fs::create_dir_all(folder).map_err(DataError::io(folder))?;
        let complete = || DataError::Complete {
            path: folder.to_owned(),
        };
        // This comes before the lock, because a finished data set may lie where nothing can be
        // written.
        if is_complete(folder, &plan)? && !names(folder)?.iter().any(|name| is_trace(name)) {
            return Err(complete());
        }
        let lock = Lock::take(folder).map_err(DataError::io(folder))?;
        let lock = lock.ok_or_else(|| DataError::Busy {
            path: folder.to_owned(),
        })?;
        if is_complete(folder, &plan)? {
            remove_traces(folder)?;
            return Err(complete());
        }
        begin(folder, &plan)?;
        atomic::remove_temporaries(folder).map_err(DataError::io(folder))?;
        let mut writer = Self {
            folder: folder.to_owned(),
            plan: Arc::new(plan),
            finished: finished_shards(folder)?,
            next_item: 0,
            current: None,
            _lock: lock,
        };
        writer.pass_finished();
        Ok(writer)
    }

    /// The plan of the data set.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// Whether an item belongs to a shard that was finished before.
    #[must_use]
    pub fn is_finished(&self, item: usize) -> bool {
        self.finished.contains_key(&(item / self.plan.shard_items))
    }

    /// Number of the item that [`Self::push`] stores next: the first one that is not in a
    /// finished shard.
    #[must_use]
    pub fn next_item(&self) -> usize {
        self.next_item
    }

    /// Stores the next item: its clips and the remarks about it.
    ///
    /// # Errors
    /// [`DataError`] if a clip does not fit the plan or cannot be written. The item's shard is then
    /// lost, and those finished before are kept.
    pub fn push(&mut self, clips: &[Clip], remarks: &[Remark]) -> Result<(), DataError> {
        self.add(clips, remarks)?;
        self.end_item()
    }

    /// Stores a part of the next item, which goes on until [`Self::end_item`].
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn add(&mut self, clips: &[Clip], remarks: &[Remark]) -> Result<(), DataError> {
        let mut current = self.take_current()?;
        for clip in clips {
            current.push(&clip.info, &clip.windows)?;
        }
        remarks.iter().for_each(|remark| current.remark(remark));
        self.current = Some(current);
        Ok(())
    }

    /// Adds an audio file of the next item to `files.csv`.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn add_source(&mut self, file: &SourceFile) -> Result<(), DataError> {
        let mut current = self.take_current()?;
        current.source(file);
        self.current = Some(current);
        Ok(())
    }

    /// Ends the item whose parts [`Self::add`] has stored. It may have no parts.
    ///
    /// # Errors
    /// As [`Self::push`].
    pub fn end_item(&mut self) -> Result<(), DataError> {
        self.current = Some(self.take_current()?);
        self.next_item += 1;
        if self.next_item.is_multiple_of(self.plan.shard_items) {
            self.finish_shard()?;
        }
        Ok(())
    }

    /// The shard that the next item goes into.
    fn take_current(&mut self) -> Result<ShardWriter, DataError> {
        let shard = self.next_item / self.plan.shard_items;
        match self.current.take() {
            Some(current) => Ok(current),
            None => ShardWriter::new(&self.folder, &self.plan, shard),
        }
    }

    fn finish_shard(&mut self) -> Result<(), DataError> {
        if let Some(current) = self.current.take() {
            let (number, record) = current.finish()?;
            self.finished.insert(number, record);
            self.pass_finished();
        }
        Ok(())
    }

    fn pass_finished(&mut self) {
        while self.is_finished(self.next_item) {
            let shard = self.next_item / self.plan.shard_items;
            self.next_item = (shard + 1) * self.plan.shard_items;
        }
    }

    /// Finishes the data set after its last item.
    ///
    /// # Errors
    /// [`DataError::Nothing`] if it has no clip, or what the system says.
    pub fn finish(mut self) -> Result<Summary, DataError> {
        self.finish_shard()?;
        let records = &self.finished;
        if let Some(missing) = (0..records.len()).find(|shard| !records.contains_key(shard)) {
            return Err(DataError::Plan {
                reason: format!("shard {missing} has not been written"),
            });
        }
        let remarks = || records.values().flat_map(|record| &record.remarks);
        let shards: Vec<_> = records
            .values()
            .filter_map(|record| record.entry.clone())
            .collect();
        if shards.is_empty() {
            let why = remarks()
                .next()
                .map(|remark| format!(": {}: {}", remark.path, remark.reason));
            return Err(DataError::Nothing {
                path: self.folder.clone(),
                why: why.unwrap_or_default(),
            });
        }
        let mut clips = SplitCounts::default();
        shards.iter().for_each(|shard| clips.add(shard.clips));
        let skipped = remarks().filter(|remark| remark.skipped).count();
        let manifest = Manifest {
            format: FORMAT.to_owned(),
            format_version: FORMAT_VERSION,
            plan: Plan::clone(&self.plan),
            clips,
            skipped,
            report: report::write(&self.folder, remarks())?,
            files: report::write_files(
                &self.folder,
                records.values().flat_map(|record| &record.files),
            )?,
            shards,
        };
        write_json(&self.folder.join(MANIFEST), &manifest)?;
        remove_traces(&self.folder)?;
        Ok(Summary { clips, skipped })
    }
}
