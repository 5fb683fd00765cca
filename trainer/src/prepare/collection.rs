//! The content of a data set: audio files, their tags, their splits.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};

use tagline_files::hash::Sha256;

use super::{LeftOut, PrepareError};
use crate::data::{Split, SplitCounts};

/// Files that are looked for to find the folder of the audio.
const SAMPLE: usize = 200;
/// Number of tags that an error names.
const NAMED_TAGS: usize = 12;

/// The advice about missing audio, if an option can name its folder.
pub(super) const ADVICE: &str = "name their folder with --audio";

/// An audio file of a data set. It is small, since there may be a million.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Stable name, which is unique in the data set.
    pub id: Box<str>,
    /// The file, relative to the collection's audio folder.
    pub path: Box<str>,
    /// Its artist, album or package; empty if none is named.
    pub source: Box<str>,
    /// The part of the data set it belongs to.
    pub split: Split,
    /// The labels that are not 0: index of the tag in [`Collection::tags`], and value up to 1, or
    /// NaN if it is unknown.
    pub labels: Box<[(u32, f32)]>,
}

/// The content of a data set, in the order in which it is prepared.
#[derive(Clone, Debug)]
pub struct Collection {
    /// Name of the data set.
    pub name: String,
    /// Folder of the audio files.
    pub audio: PathBuf,
    /// Names of the tags.
    pub tags: Vec<String>,
    /// The audio files.
    pub items: Vec<Item>,
    /// The options that decided it, for the manifest.
    pub options: BTreeMap<String, String>,
    /// Audio that was found and is left out, for the report.
    pub left_out: Vec<LeftOut>,
}

/// A selection and order of tags.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Selection {
    /// All tags, in the data set's order.
    All,
    /// So many tags, the most frequent first. Equally frequent tags keep the data set's order.
    Top(usize),
    /// These tags.
    Named(Vec<String>),
}

impl Collection {
    /// Keeps some tags and puts them in order.
    ///
    /// # Errors
    /// [`PrepareError::UnknownTag`] names a tag that the data set does not have.
    pub fn select(&mut self, selection: &Selection) -> Result<(), PrepareError> {
        let kept: Vec<usize> = match selection {
            Selection::All => (0..self.tags.len()).collect(),
            Selection::Top(count) => self.most_frequent(*count)?,
            Selection::Named(names) => {
                let index = |name: &String| self.index_of(name);
                names.iter().map(index).collect::<Result<_, _>>()?
            }
        };
        let mut new = vec![None; self.tags.len()];
        for (to, from) in kept.iter().enumerate() {
            new[*from] = Some(to as u32);
        }
        self.tags = kept.iter().map(|tag| self.tags[*tag].clone()).collect();
        for item in &mut self.items {
            let labels = item.labels.iter();
            let labels = labels.filter_map(|(tag, value)| Some((new[*tag as usize]?, *value)));
            let mut labels: Vec<_> = labels.collect();
            labels.sort_by_key(|(tag, _)| *tag);
            item.labels = labels.into();
        }
        Ok(())
    }

    fn most_frequent(&self, count: usize) -> Result<Vec<usize>, PrepareError> {
        if count == 0 || count > self.tags.len() {
            return Err(PrepareError::Option(format!(
                "{count} tags were asked for, where {} has {}",
                self.name,
                self.tags.len()
            )));
        }
        let mut counts = vec![0.0f64; self.tags.len()];
        let labels = self.items.iter().flat_map(|item| &item.labels);
        for (tag, value) in labels.filter(|(_, value)| !value.is_nan()) {
            counts[*tag as usize] += f64::from(*value);
        }
        let mut tags: Vec<usize> = (0..self.tags.len()).collect();
        // Stable: equally frequent tags keep their order.
        tags.sort_by(|a, b| counts[*b].total_cmp(&counts[*a]));
        tags.truncate(count);
        Ok(tags)
    }

    fn index_of(&self, name: &str) -> Result<usize, PrepareError> {
        let found = self.tags.iter().position(|tag| tag == name);
        found.ok_or_else(|| {
            let mut has = self.tags[..self.tags.len().min(NAMED_TAGS)].join(", ");
            if self.tags.len() > NAMED_TAGS {
                has += ", …";
            }
            PrepareError::UnknownTag {
                tag: name.to_owned(),
                data: self.name.clone(),
                has,
            }
        })
    }

    /// Files of each split.
    #[must_use]
    pub fn counts(&self) -> SplitCounts {
        let mut counts = SplitCounts::default();
        self.items.iter().for_each(|item| counts.count(item.split));
        counts
    }

    /// Checks that no two clips share a name and that every split has clips.
    pub(super) fn check(&self, may_be_empty: &[Split], hint: &str) -> Result<(), PrepareError> {
        let mut seen = BTreeSet::new();
        if let Some(item) = self.items.iter().find(|item| !seen.insert(&item.id)) {
            return Err(PrepareError::Twice {
                data: self.name.clone(),
                id: item.id.to_string(),
            });
        }
        let counts = self.counts();
        let empty = |split: &&Split| counts.of(**split) == 0 && !may_be_empty.contains(split);
        match Split::ALL.iter().find(empty) {
            Some(split) => Err(PrepareError::EmptySplit {
                data: self.name.clone(),
                split: *split,
                counts: Split::ALL
                    .map(|split| format!("{split} {}", counts.of(split)))
                    .join(", "),
                hint: hint.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Takes the one of `folders` that holds the most of a sample of the listed files. `advice` is
    /// for the error if none does.
    pub(super) fn find_audio(
        &mut self,
        folders: &[PathBuf],
        advice: &'static str,
    ) -> Result<(), PrepareError> {
        let step = self.items.len().div_ceil(SAMPLE).max(1);
        let found = |folder: &Path| {
            let sample = self.items.iter().step_by(step);
            sample
                .filter(|item| folder.join(&*item.path).is_file())
                .count()
        };
        let counts: HashMap<&Path, usize> = folders
            .iter()
            .map(|folder| (folder.as_path(), found(folder)))
            .collect();
        let most = counts.values().copied().max().unwrap_or(0);
        let best = folders
            .iter()
            .find(|f| counts[f.as_path()] == most && most > 0);
        match (best, folders.first(), self.items.first()) {
            (Some(folder), _, _) => {
                self.audio.clone_from(folder);
                Ok(())
            }
            (None, Some(folder), Some(item)) => Err(PrepareError::NoAudio {
                path: folder.clone(),
                first: item.path.to_string(),
                advice,
            }),
            _ => Err(PrepareError::Option(format!("{} is empty", self.name))),
        }
    }

    /// SHA-256 of the whole list. If it differs, an interrupted preparation cannot go on.
    pub(super) fn sha256(&self) -> String {
        let mut hash = Sha256::new();
        for item in &self.items {
            hash.update_texts([&*item.id, &*item.path, &*item.source, item.split.name()]);
            hash.update((item.labels.len() as u64).to_le_bytes());
            for (tag, value) in &item.labels {
                // Two bytes, as in earlier versions. More tags than they can number are refused.
                hash.update(&tag.to_le_bytes()[..2]);
                hash.update(value.to_le_bytes());
            }
        }
        for audio in &self.left_out {
            hash.update_texts([audio.shown.as_str()]);
        }
        hash.hex()
    }
}
