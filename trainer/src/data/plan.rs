//! The plan of a data set. It is fixed before the first clip, and compared when an interrupted
//! preparation goes on.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::input::InputEntry;
use super::{DataError, Input};

/// Name of the plan in the folder of an unfinished data set.
pub(crate) const PLAN: &str = "plan.json";

/// Name of the option that holds the hash of the list of files, with their labels, splits and
/// sources.
pub(crate) const LIST: &str = "list";

/// Most tags of a data set.
const MAX_TAGS: usize = 10_000;
/// Most clips of a shard: 8 GiB of log-mels.
const MAX_SHARD_ITEMS: usize = 32_768;

/// Everything that decides a data set's content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// Name of the data set, such as `magnatagatune`.
    pub name: String,
    /// Tag names, in the order of the labels.
    pub tags: Vec<String>,
    /// The inputs and their front-ends.
    pub(crate) inputs: Vec<InputEntry>,
    /// Options that decide its content. With other options it is another data set.
    pub options: BTreeMap<String, String>,
    /// Files considered for each shard. Those that are left out make it smaller.
    pub shard_items: usize,
}

impl Plan {
    /// Files of a shard by default: 128 MiB of log-mels.
    pub const SHARD_ITEMS: usize = 512;

    /// A plan with shards of [`Self::SHARD_ITEMS`] and no options.
    #[must_use]
    pub fn new(name: &str, tags: Vec<String>, inputs: &[Input]) -> Self {
        let unique: BTreeSet<Input> = inputs.iter().copied().collect();
        Self {
            name: name.to_owned(),
            tags,
            inputs: unique.into_iter().map(InputEntry::new).collect(),
            options: BTreeMap::new(),
            shard_items: Self::SHARD_ITEMS,
        }
    }

    /// Adds an option.
    #[must_use]
    pub fn with_option(mut self, name: &str, value: impl ToString) -> Self {
        self.options.insert(name.to_owned(), value.to_string());
        self
    }

    /// The inputs, in their fixed order: the order in which their windows are given to
    /// [`DatasetWriter`](super::DatasetWriter).
    pub fn inputs(&self) -> impl Iterator<Item = Input> {
        self.inputs.iter().map(|entry| entry.input)
    }

    /// Checks a plan, whether it comes from a caller or from a file.
    pub(crate) fn check(&self) -> Result<(), DataError> {
        let wrong = |reason: String| Err(DataError::Plan { reason });
        if self.name.is_empty() {
            return wrong("a data set needs a name".into());
        }
        if self.tags.is_empty() || self.tags.len() > MAX_TAGS {
            return wrong(format!(
                "{} tags, where 1 to {MAX_TAGS} are possible",
                self.tags.len()
            ));
        }
        let mut seen = BTreeSet::new();
        if let Some(twice) = self.tags.iter().find(|tag| !seen.insert(tag.as_str())) {
            return wrong(format!("the tag `{twice}` is there twice"));
        }
        if self.inputs.is_empty() {
            return wrong("a data set needs an input".into());
        }
        let mut seen = BTreeSet::new();
        for entry in &self.inputs {
            if !seen.insert(entry.input) {
                return wrong(format!("the input {} is there twice", entry.input));
            }
            if let Err(error) = entry.front_end.validate() {
                return wrong(format!("{}: {error}", entry.input));
            }
            let expected = (entry.front_end.input_bands(), entry.front_end.frames);
            if (entry.bands, entry.frames) != expected {
                return wrong(format!(
                    "{} has windows of {} × {}, where its front-end gives {} × {}",
                    entry.input, entry.bands, entry.frames, expected.0, expected.1
                ));
            }
        }
        if !(1..=MAX_SHARD_ITEMS).contains(&self.shard_items) {
            return wrong(format!(
                "{} clips a shard, where 1 to {MAX_SHARD_ITEMS} are possible",
                self.shard_items
            ));
        }
        Ok(())
    }

    /// The first difference between `self` and the plan that `folder` was begun with.
    pub(super) fn compare(&self, begun: &Self, folder: &Path) -> Result<(), DataError> {
        let names = |plan: &Self| {
            let names: Vec<_> = plan.inputs().map(Input::name).collect();
            names.join(",")
        };
        let difference = if self == begun {
            return Ok(());
        } else if self.name != begun.name {
            format!("data set {}, now {}", begun.name, self.name)
        } else if names(self) != names(begun) {
            format!("inputs {}, now {}", names(begun), names(self))
        } else if let Some(difference) = self.compare_options(begun) {
            difference
        } else if self.shard_items != begun.shard_items {
            format!(
                "{} clips a shard, now {}",
                begun.shard_items, self.shard_items
            )
        } else if self.tags != begun.tags {
            format!("{} tags, now {} others", begun.tags.len(), self.tags.len())
        } else {
            "another version of the front-end".to_owned()
        };
        Err(DataError::OtherPlan {
            path: folder.to_owned(),
            difference,
        })
    }

    fn compare_options(&self, begun: &Self) -> Option<String> {
        let names = self.options.keys().chain(begun.options.keys());
        names
            .map(|name| (name, begun.options.get(name), self.options.get(name)))
            .find(|(_, before, now)| before != now)
            .map(|(name, before, now)| {
                if name == LIST {
                    return format!("{name}: now with other files, labels, splits or sources");
                }
                let text =
                    |value: Option<&String>| value.map_or("not given", String::as_str).to_owned();
                format!("{name}: {}, now {}", text(before), text(now))
            })
    }
}
