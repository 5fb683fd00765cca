//! A vocabulary of tags: the tags that a model learns, and their names in other vocabularies.
//!
//! A vocabulary is a TOML file such as `models/tags.toml`, which is built in. Each `[[tag]]` has a
//! `name`, a `group`, a `definition`, and for each foreign vocabulary the names there that mean it; our tag is as strong
//! as the strongest of them. `synth` is not a foreign vocabulary of opinions but of facts: what
//! [`tagline_synth`] says by construction.

mod error;
mod file;
mod foreign;

pub use error::VocabularyError;
pub use foreign::Foreign;

use std::collections::BTreeMap;
use std::path::Path;

use tagline_engine::{ModelInfo, TagNote};

/// A tag of a vocabulary.
#[derive(Clone, Debug, PartialEq)]
pub struct Tag {
    /// Its name.
    pub name: String,
    /// Its group, such as `genre`.
    pub group: String,
    /// What it means, in a line.
    pub definition: String,
    /// Why a model's values for it are to be taken with reserve, if they are.
    pub weak: Option<String>,
    /// The part of people's music that has it, above 0 and below 1, where something is known of it.
    pub usual: Option<f32>,
    /// Names that mean it in the labels of [`tagline_synth`]; none that it never has it, `None` that
    /// it does not know.
    pub synth: Option<Vec<String>>,
    /// Names that mean it, by foreign vocabulary.
    names: BTreeMap<String, Vec<String>>,
    /// How much the opinion of a teacher counts that speaks a foreign vocabulary; 1 where nothing is
    /// said.
    trust: BTreeMap<String, f32>,
}

impl Tag {
    /// What models say of it.
    #[must_use]
    pub fn note(&self) -> TagNote {
        TagNote {
            means: self.definition.clone(),
            weak: self.weak.clone(),
        }
    }
}

/// Tags, in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Vocabulary {
    tags: Vec<Tag>,
    /// For each foreign vocabulary, the probability from which on a name is a yes.
    thresholds: BTreeMap<String, BTreeMap<String, f32>>,
}

impl Vocabulary {
    /// The vocabulary of the model that is built in.
    ///
    /// # Panics
    /// Never: a test reads it.
    #[must_use]
    pub fn built_in() -> Self {
        file::parse(tagline_models::VOCABULARY).expect("the built-in vocabulary is one")
    }

    /// Reads and checks a vocabulary.
    ///
    /// # Errors
    /// [`VocabularyError`] names the file, the tag and what is wrong with it.
    pub fn read(path: &Path) -> Result<Self, VocabularyError> {
        file::read(path)
    }

    /// The tags.
    #[must_use]
    pub fn tags(&self) -> &[Tag] {
        &self.tags
    }

    /// Names of the tags.
    #[must_use]
    pub fn names(&self) -> Vec<String> {
        self.tags.iter().map(|tag| tag.name.clone()).collect()
    }

    /// Gives a model the groups of its tags and what they mean. `path` is the vocabulary's file.
    ///
    /// # Errors
    /// [`VocabularyError::Lacks`] names a tag of the model that is not in the vocabulary. `info` is then
    /// unchanged.
    pub fn describe(&self, info: &mut ModelInfo, path: &Path) -> Result<(), VocabularyError> {
        let find = |name: &String| {
            let tag = self.tags.iter().find(|tag| tag.name == *name);
            tag.ok_or_else(|| VocabularyError::Lacks {
                tag: name.clone(),
                path: path.to_owned(),
            })
        };
        let tags = info.tags.iter().map(find).collect::<Result<Vec<_>, _>>()?;
        info.groups = Some(tags.iter().map(|tag| tag.group.clone()).collect());
        info.notes = Some(tags.iter().map(|tag| tag.note()).collect());
        Ok(())
    }

    /// Sets the labels of the tags that `names` mean, separated by semicolons, each a tag or a group.
    ///
    /// # Errors
    /// What is wrong with a name.
    pub(crate) fn mark(&self, labels: &mut [f32], names: &str, value: f32) -> Result<(), String> {
        let names = names.split(';').map(str::trim);
        for name in names.filter(|name| !name.is_empty()) {
            let mut meant = self.meant_by(name).peekable();
            if meant.peek().is_none() {
                return Err(format!(
                    "`{name}` is neither a tag nor a group of the vocabulary"
                ));
            }
            meant.for_each(|tag| labels[tag] = value);
        }
        Ok(())
    }

    /// Numbers of the tags that `name` means: the tag of that name, or all tags of that group.
    pub fn meant_by<'a>(&'a self, name: &'a str) -> impl Iterator<Item = usize> + 'a {
        let tags = self.tags.iter().enumerate();
        tags.filter(move |(_, tag)| tag.name == name || tag.group == name)
            .map(|(number, _)| number)
    }

    /// Tags of the same group that `tag` is a kind of: whatever means it in a foreign vocabulary means them, too,
    /// as heavy metal is rock.
    #[must_use]
    pub fn wider(&self, tag: usize) -> Vec<usize> {
        let own = &self.tags[tag];
        let means_anything = own.names.values().any(|names| !names.is_empty());
        let is_wider = |other: &Tag| {
            own.names.iter().all(|(vocabulary, names)| {
                let theirs = other.names.get(vocabulary).map_or(&[][..], Vec::as_slice);
                names.iter().all(|name| theirs.contains(name))
            })
        };
        let others = self.tags.iter().enumerate();
        others
            .filter(|(number, other)| *number != tag && other.group == own.group)
            .filter(|(_, other)| means_anything && is_wider(other))
            .map(|(number, _)| number)
            .collect()
    }

    /// How the tags of a model are translated: the foreign vocabulary is the one that knows the
    /// most of them. A model speaks our own words if they are most of its tags, and none of the
    /// foreign vocabularies knows more.
    ///
    /// # Errors
    /// [`VocabularyError::Foreign`] if none knows any.
    pub fn foreign(&self, model_tags: &[String]) -> Result<Foreign, VocabularyError> {
        let known = |vocabulary: &str| {
            let knows = |name: &&String| {
                let named = |tag: &Tag| tag.names.get(vocabulary).is_some_and(|n| n.contains(name));
                self.tags.iter().any(named)
            };
            model_tags.iter().filter(knows).count()
        };
        let is_own = |name: &&String| self.tags.iter().any(|tag| tag.name == **name);
        let own = model_tags.iter().filter(is_own).count();
        let best = self.thresholds.keys().map(|name| (known(name), name));
        match best.max_by_key(|(known, _)| *known) {
            best if 2 * own > model_tags.len() && best.is_none_or(|(known, _)| known <= own) => {
                Ok(Foreign::own(self, model_tags))
            }
            Some((1.., vocabulary)) => Ok(Foreign::new(self, vocabulary, model_tags)),
            _ => Err(VocabularyError::Foreign {
                tags: model_tags
                    .iter()
                    .take(5)
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", "),
                known: self
                    .thresholds
                    .keys()
                    .cloned()
                    .collect::<Vec<_>>()
                    .join(", "),
            }),
        }
    }

    /// What a clip of [`tagline_synth`] with these labels has: 1, 0, or NaN where it is not known.
    #[must_use]
    pub fn of_synth(&self, has: impl Fn(&str) -> bool) -> Vec<f32> {
        let label = |tag: &Tag| match &tag.synth {
            Some(names) => f32::from(u8::from(names.iter().any(|name| has(name)))),
            None => f32::NAN,
        };
        self.tags.iter().map(label).collect()
    }

    /// Names of [`tagline_synth`] that the tags use.
    pub fn synth_names(&self) -> impl Iterator<Item = &str> {
        let names = self.tags.iter().filter_map(|tag| tag.synth.as_ref());
        names.flatten().map(String::as_str)
    }
}
