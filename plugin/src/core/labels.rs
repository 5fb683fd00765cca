//! How the user wants tags to be shown: under other names, or not at all. Names of tags here are the
//! model's, so that they survive a change of model.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

/// Longest name that a user gives a tag, in characters.
pub const MAX_LABEL_CHARACTERS: usize = 40;

/// Most tags, of all models together, that are renamed or hidden.
const MOST_TAGS: usize = 500;

/// How tags are shown.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Labels {
    /// Tags that the editor leaves out. The host keeps their parameters.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub hidden: BTreeSet<String>,
    /// The users' names of tags. OSC and macros keep to the model's.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub names: BTreeMap<String, String>,
}

impl Labels {
    /// The name under which `tag` is shown.
    #[must_use]
    pub fn name<'a>(&'a self, tag: &'a str) -> &'a str {
        self.names.get(tag).map_or(tag, String::as_str)
    }

    /// Whether the editor leaves `tag` out.
    #[must_use]
    pub fn hides(&self, tag: &str) -> bool {
        self.hidden.contains(tag)
    }

    /// The same with `tag` under another name, or under its own if that is empty.
    #[must_use]
    pub fn renamed(mut self, tag: &str, name: &str) -> Self {
        let name: String = name.trim().chars().take(MAX_LABEL_CHARACTERS).collect();
        if name.is_empty() || name == tag {
            self.names.remove(tag);
        } else {
            self.names.insert(tag.to_owned(), name);
        }
        self
    }

    /// The same with `tag` hidden, or shown again.
    #[must_use]
    pub fn with_hidden(mut self, tag: &str, hidden: bool) -> Self {
        if hidden {
            self.hidden.insert(tag.to_owned());
        } else {
            self.hidden.remove(tag);
        }
        self
    }

    /// The same with no more tags, and no longer names, than a user can give.
    #[must_use]
    pub fn within_limits(self) -> Self {
        let hidden = self.hidden.into_iter().take(MOST_TAGS).collect();
        let names = self.names.into_iter().take(MOST_TAGS);
        let labels = Self {
            hidden,
            names: BTreeMap::new(),
        };
        names.fold(labels, |labels, (tag, name)| labels.renamed(&tag, &name))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_goes_by_its_own_name_again_once_the_users_is_taken_away() {
        let labels = Labels::default().renamed("jazz", "  Swing ");
        assert_eq!(
            (labels.name("jazz"), labels.name("rock")),
            ("Swing", "rock")
        );
        for own in ["", "  ", "jazz"] {
            assert_eq!(labels.clone().renamed("jazz", own), Labels::default());
        }
        let long = Labels::default().renamed("jazz", &"ü".repeat(99));
        assert_eq!(long.name("jazz").chars().count(), MAX_LABEL_CHARACTERS);
    }

    #[test]
    fn a_state_with_endless_labels_is_cut() {
        let mut labels = Labels::default();
        for number in 0..2 * MOST_TAGS {
            labels.hidden.insert(number.to_string());
            labels.names.insert(number.to_string(), "x".repeat(1_000));
        }
        let labels = labels.within_limits();
        assert_eq!(
            (labels.hidden.len(), labels.names.len()),
            (MOST_TAGS, MOST_TAGS)
        );
        assert_eq!(labels.name("0").len(), MAX_LABEL_CHARACTERS);
    }
}
