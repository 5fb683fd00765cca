//! Tags that mean the same, as published work merges them on MagnaTagATune.

use std::collections::BTreeSet;

use super::Collection;

/// Groups of synonyms; the first of each is the name that is kept. This is the list that most
/// published work with merged MagnaTagATune tags uses, misspellings included (they are the data
/// set's). Where it was published without `female vocal` among the words for a woman's voice,
/// that was an oversight: `male vocal` is among those for a man's.
const GROUPS: &[&[&str]] = &[
    &["beat", "beats"],
    &["chant", "chanting"],
    &["choir", "choral"],
    &["classical", "clasical", "classic"],
    &["drum", "drums"],
    &["electro", "electronic", "electronica", "electric"],
    &["fast", "fast beat", "quick"],
    &[
        "female",
        "female singer",
        "female singing",
        "female vocals",
        "female vocal",
        "female voice",
        "woman",
        "woman singing",
        "women",
    ],
    &["flute", "flutes"],
    &["guitar", "guitars"],
    &["hard", "hard rock"],
    &["harpsichord", "harpsicord"],
    &["heavy", "heavy metal", "metal"],
    &["horn", "horns"],
    &["india", "indian"],
    &["jazz", "jazzy"],
    &[
        "male",
        "male singer",
        "male vocal",
        "male vocals",
        "male voice",
        "man",
        "man singing",
        "men",
    ],
    &["no beat", "no drums"],
    &[
        "no singer",
        "no singing",
        "no vocal",
        "no vocals",
        "no voice",
        "no voices",
        "instrumental",
    ],
    &["opera", "operatic"],
    &["orchestra", "orchestral"],
    &["quiet", "silence"],
    &["singer", "singing"],
    &["space", "spacey"],
    &["string", "strings"],
    &["strange", "weird"],
    &["synth", "synthesizer"],
    &["violin", "violins"],
    &["vocal", "vocals", "voice", "voices"],
];

/// The name that a tag's group keeps, or the tag's own name if it has no synonym.
fn kept_name(tag: &str) -> &str {
    let group = GROUPS.iter().find(|group| group.contains(&tag));
    group.map_or(tag, |group| group[0])
}

/// Merges synonyms: a clip has the merged tag if it has one of them. The merged tag stands where
/// the first of them stood.
pub(super) fn merge(collection: &mut Collection) {
    let mut tags: Vec<String> = Vec::new();
    let mut new = Vec::with_capacity(collection.tags.len());
    for tag in &collection.tags {
        let name = kept_name(tag);
        let at = tags.iter().position(|kept| kept == name);
        new.push(at.unwrap_or(tags.len()) as u32);
        if at.is_none() {
            tags.push(name.to_owned());
        }
    }
    collection.tags = tags;
    for item in &mut collection.items {
        let mut seen = BTreeSet::new();
        let labels = item.labels.iter();
        let labels = labels.map(|(tag, value)| (new[*tag as usize], *value));
        // The largest value of each merged tag, which is the only one where all are 1.
        let mut labels: Vec<_> = labels.collect();
        labels.sort_by(|a, b| b.1.total_cmp(&a.1));
        labels.retain(|(tag, _)| seen.insert(*tag));
        labels.sort_by_key(|(tag, _)| *tag);
        item.labels = labels.into();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_tag_is_in_two_groups() {
        let mut seen = BTreeSet::new();
        for tag in GROUPS.concat() {
            assert!(seen.insert(tag), "{tag}");
        }
        assert_eq!(kept_name("female vocal"), "female");
        assert_eq!(kept_name("techno"), "techno");
    }
}
