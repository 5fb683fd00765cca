//! The vocabulary's TOML file.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde::Deserialize;

use super::foreign::OWN;
use super::{Tag, Vocabulary, VocabularyError};

/// The key that holds facts instead of a foreign vocabulary's names.
const SYNTH: &str = "synth";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    tag: Vec<TagTable>,
    thresholds: BTreeMap<String, Thresholds>,
}

#[derive(Deserialize)]
struct TagTable {
    name: String,
    group: String,
    definition: String,
    weak: Option<String>,
    usual: Option<f32>,
    #[serde(default)]
    trust: BTreeMap<String, f32>,
    #[serde(flatten)]
    names: BTreeMap<String, Vec<String>>,
}

/// The thresholds of a foreign vocabulary: one for all names, and others for some.
#[derive(Deserialize)]
struct Thresholds {
    default: f32,
    #[serde(flatten)]
    names: BTreeMap<String, f32>,
}

pub(super) fn read(path: &Path) -> Result<Vocabulary, VocabularyError> {
    let text = std::fs::read_to_string(path).map_err(|source| VocabularyError::Io {
        path: path.to_owned(),
        source,
    })?;
    parse(&text).map_err(|reason| VocabularyError::Format {
        path: path.to_owned(),
        reason,
    })
}

pub(super) fn parse(text: &str) -> Result<Vocabulary, String> {
    let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
    if file.tag.is_empty() {
        return Err("no [[tag]] in it".to_owned());
    }
    let mut seen = BTreeSet::new();
    let mut tags = Vec::new();
    for mut table in file.tag {
        let wrong = |what: String| format!("the tag `{}` {what}", table.name);
        if table.name.trim().is_empty() || table.group.trim().is_empty() {
            return Err(wrong("needs a name and a group".to_owned()));
        }
        if !seen.insert(table.name.clone()) {
            return Err(wrong("is there twice".to_owned()));
        }
        let foreign = |name: &&String| *name != SYNTH && !file.thresholds.contains_key(*name);
        if let Some(unknown) = table.names.keys().find(foreign) {
            return Err(wrong(format!(
                "names `{unknown}`, which has no [thresholds.{unknown}]"
            )));
        }
        if let Some(unknown) = table
            .trust
            .keys()
            .find(|name| !file.thresholds.contains_key(*name))
        {
            return Err(wrong(format!(
                "trusts `{unknown}`, which has no [thresholds.{unknown}]"
            )));
        }
        if let Some((name, value)) = table.trust.iter().find(|(_, v)| !(0.0..=1.0).contains(*v)) {
            return Err(wrong(format!(
                "trusts `{name}` by {value}, where 0 to 1 is possible"
            )));
        }
        if let Some(usual) = table.usual
            && !(0.001..=0.999).contains(&usual)
        {
            return Err(wrong(format!(
                "is usual in {usual} of all music, where 0.001 to 0.999 is possible"
            )));
        }
        tags.push(Tag {
            synth: table.names.remove(SYNTH),
            name: table.name,
            group: table.group,
            definition: table.definition,
            weak: table.weak,
            usual: table.usual,
            names: table.names,
            trust: table.trust,
        });
    }
    if let Some(both) = tags
        .iter()
        .find(|tag| tags.iter().any(|t| t.group == tag.name))
    {
        return Err(format!("`{}` is both a tag and a group", both.name));
    }
    if file.thresholds.contains_key(OWN) {
        return Err(format!(
            "[thresholds.{OWN}]: the vocabulary's own words need no thresholds"
        ));
    }
    let thresholds = thresholds(&tags, file.thresholds)?;
    Ok(Vocabulary { tags, thresholds })
}

/// The threshold of every name that a tag uses.
fn thresholds(
    tags: &[Tag],
    given: BTreeMap<String, Thresholds>,
) -> Result<BTreeMap<String, BTreeMap<String, f32>>, String> {
    let of_one = |(vocabulary, given): (String, Thresholds)| {
        let names = tags.iter().filter_map(|tag| tag.names.get(&vocabulary));
        let mut all: BTreeMap<String, f32> = names
            .flatten()
            .map(|name| (name.clone(), given.default))
            .collect();
        for (name, threshold) in given.names {
            match all.get_mut(&name) {
                Some(value) => *value = threshold,
                None => {
                    return Err(format!(
                        "[thresholds.{vocabulary}] names `{name}`, which no tag uses"
                    ));
                }
            }
        }
        match all.iter().find(|(_, value)| !(0.001..1.0).contains(*value)) {
            Some((name, value)) => Err(format!(
                "[thresholds.{vocabulary}] `{name}` is {value}, where 0.001 to 1 is possible"
            )),
            None => Ok((vocabulary, all)),
        }
    };
    given.into_iter().map(of_one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
        [[tag]]
        name = "rock"
        group = "genre"
        definition = "Loud."
        msd = ["rock", "hard rock"]
        synth = []
        [[tag]]
        name = "soul"
        group = "genre"
        definition = "Warm."
        msd = ["soul"]
        [thresholds.msd]
        default = 0.2
        rock = 0.4
    "#;

    #[test]
    fn names_have_their_threshold_or_the_default() {
        let vocabulary = parse(GOOD).unwrap();
        let thresholds = &vocabulary.thresholds["msd"];
        assert_eq!([thresholds["rock"], thresholds["hard rock"]], [0.4, 0.2]);
        let known = vocabulary.of_synth(|_| true);
        assert_eq!(known[0], 0.0);
        assert!(known[1].is_nan());
    }

    #[test]
    fn a_teacher_is_trusted_as_much_as_the_tag_says_and_else_fully() {
        let text = GOOD.replacen("synth = []", "synth = []\ntrust = { msd = 0.25 }", 1);
        let vocabulary = parse(&text).unwrap();
        let speaks = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            vocabulary.foreign(&tags).unwrap().trust().to_vec()
        };
        assert_eq!(speaks(&["hard rock", "rock"]), [0.25, 1.0]);
        assert_eq!(speaks(&["rock", "soul"]), [1.0, 1.0]);
    }

    #[test]
    fn metal_is_rock_and_house_electronic_by_their_words() {
        let vocabulary = Vocabulary::built_in();
        let names = vocabulary.names();
        let mut kinds = Vec::new();
        for tag in 0..names.len() {
            for wider in vocabulary.wider(tag) {
                kinds.push(format!("{} is {}", names[tag], names[wider]));
            }
        }
        assert_eq!(
            kinds,
            [
                "house is electronic",
                "metal is rock",
                "techno is electronic"
            ]
        );
    }

    #[test]
    fn a_model_of_the_vocabularys_own_tags_is_believed_as_it_is() {
        let vocabulary = parse(GOOD).unwrap();
        let speaks = |tags: &[&str]| {
            let tags: Vec<String> = tags.iter().map(|tag| (*tag).to_owned()).collect();
            vocabulary.foreign(&tags).unwrap()
        };
        let own = speaks(&["soul", "rock", "polka"]);
        assert_eq!(
            (own.name(), own.is_own(), own.translated()),
            ("own", true, 2)
        );
        assert_eq!(own.opinions(&[0.9, 0.4, 0.7]), [0.4, 0.9]);
        let part = speaks(&["soul"]);
        assert!(part.is_own());
        assert!(part.opinions(&[0.9])[0].is_nan());
        // Another vocabulary knows more of its tags, or hardly any is known.
        assert_eq!(speaks(&["rock", "hard rock", "soul"]).name(), "msd");
        assert_eq!(speaks(&["rock", "polka", "samba"]).name(), "msd");
    }

    #[test]
    fn what_is_wrong_is_named() {
        let refused = |from: &str, to: &str, word: &str| {
            assert!(GOOD.contains(from));
            let error = parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(word), "{error}");
        };
        refused("\"soul\"\n", "\"rock\"\n", "twice");
        refused("\"soul\"\n", "\"genre\"\n", "both a tag and a group");
        refused("msd = [\"soul\"]", "mtt = [\"soul\"]", "thresholds.mtt");
        refused("rock = 0.4", "rok = 0.4", "rok");
        refused("rock = 0.4", "rock = 4.0", "0.001 to 1");
        refused("synth = []", "trust = { mtt = 1.0 }", "thresholds.mtt");
        refused("synth = []", "trust = { msd = 2.0 }", "0 to 1");
        refused("group = \"genre\"\n", "", "group");
        refused(
            "[thresholds.msd]",
            "[thresholds.own]\ndefault = 0.5\n[thresholds.msd]",
            "own",
        );
    }
}
