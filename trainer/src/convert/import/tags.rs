//! Files of tag names.

use std::collections::{BTreeMap, HashSet};
use std::path::Path;

use serde::Deserialize;

use crate::weights::npy_texts;

/// Most bytes of a file of tag names.
const MAX_BYTES: usize = 16 << 20;

/// Why a file of tag names cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TagsError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The file is no list of tags.
    #[error(
        "neither a JSON list of tags, nor a JSON object of such lists, nor one tag in each line, nor a \
         .npy file of texts: {0}"
    )]
    Malformed(String),
    /// The file holds several lists and none was chosen.
    #[error("holds several lists of tags; choose one with --tag-set {}", .0.join("|"))]
    SetNeeded(Vec<String>),
    /// The list that was chosen is not there.
    #[error("holds no list `{chosen}`{}", describe_held(.held))]
    NoSuchSet {
        /// The name that was asked for.
        chosen: String,
        /// The names that are there.
        held: Vec<String>,
    },
    /// A tag stands twice in the list.
    #[error("the tag `{0}` stands in the list twice")]
    Twice(String),
    /// A tag is empty.
    #[error("tag {0} is empty")]
    EmptyTag(usize),
    /// No tags at all.
    #[error("holds no tags")]
    NoTags,
}

fn describe_held(names: &[String]) -> String {
    if names.is_empty() {
        ", only a single list without a name; leave --tag-set out".into()
    } else {
        format!("; it has {}", names.join(", "))
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Json {
    List(Vec<String>),
    Sets(BTreeMap<String, Vec<String>>),
}

/// Reads tag names in output order: a JSON list; a JSON object of lists, of which `set` names
/// one (it may be left out where there is but one); a text with one tag a line; or texts as NumPy saves
/// them.
///
/// # Errors
/// [`TagsError`] says what is wrong with the file.
pub fn read_tags(path: &Path, set: Option<&str>) -> Result<Vec<String>, TagsError> {
    use std::io::Read;
    let mut bytes = Vec::new();
    std::fs::File::open(path)?
        .take(MAX_BYTES as u64 + 1)
        .read_to_end(&mut bytes)?;
    if bytes.len() > MAX_BYTES {
        return Err(TagsError::Malformed("the file is too large".into()));
    }
    if bytes.starts_with(b"\x93NUMPY") {
        let tags = npy_texts(&bytes).map_err(|error| {
            TagsError::Malformed(format!(
                "{error}; np.save(\"tags.npy\", tags.astype(str)) writes one that is read"
            ))
        })?;
        let tags = single_list(tags, set)?;
        check(&tags)?;
        return Ok(tags);
    }
    let text = String::from_utf8(bytes)
        .map_err(|_| TagsError::Malformed("the file is not UTF-8 text".into()))?;
    parse_tags(&text, set)
}

fn parse_tags(text: &str, set: Option<&str>) -> Result<Vec<String>, TagsError> {
    let text = text.trim_start_matches('\u{feff}').trim();
    let tags = if text.starts_with(['[', '{']) {
        let json = serde_json::from_str(text).map_err(|error| {
            let reason = error.to_string();
            TagsError::Malformed(reason)
        })?;
        match json {
            Json::List(tags) => single_list(tags, set)?,
            Json::Sets(sets) => choose(sets, set)?,
        }
    } else {
        let lines = text.lines().map(|line| line.trim().to_owned());
        single_list(lines.filter(|line| !line.is_empty()).collect(), set)?
    };
    check(&tags)?;
    Ok(tags)
}

fn single_list(tags: Vec<String>, set: Option<&str>) -> Result<Vec<String>, TagsError> {
    match set {
        None => Ok(tags),
        Some(chosen) => Err(TagsError::NoSuchSet {
            chosen: chosen.to_owned(),
            held: Vec::new(),
        }),
    }
}

fn choose(
    mut sets: BTreeMap<String, Vec<String>>,
    set: Option<&str>,
) -> Result<Vec<String>, TagsError> {
    let held: Vec<String> = sets.keys().cloned().collect();
    let chosen = match (set, held.as_slice()) {
        (Some(set), _) => set.to_owned(),
        (None, [only]) => only.clone(),
        (None, []) => return Err(TagsError::NoTags),
        (None, _) => return Err(TagsError::SetNeeded(held)),
    };
    sets.remove(&chosen)
        .ok_or(TagsError::NoSuchSet { chosen, held })
}

fn check(tags: &[String]) -> Result<(), TagsError> {
    if tags.is_empty() {
        return Err(TagsError::NoTags);
    }
    let mut seen = HashSet::new();
    for (index, tag) in tags.iter().enumerate() {
        if tag.trim().is_empty() {
            return Err(TagsError::EmptyTag(index + 1));
        }
        if !seen.insert(tag) {
            return Err(TagsError::Twice(tag.clone()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_lines_and_sets_give_the_same_tags() {
        let expected = ["rock", "no vocals"];
        for (text, set) in [
            ("[\"rock\", \"no vocals\"]", None),
            ("rock\r\nno vocals\r\n\r\n", None),
            ("\u{feff}rock\nno vocals", None),
            ("{\"a\": [\"rock\", \"no vocals\"]}", None),
            (
                "{\"a\": [\"pop\"], \"b\": [\"rock\", \"no vocals\"]}",
                Some("b"),
            ),
        ] {
            assert_eq!(parse_tags(text, set).unwrap(), expected, "{text}");
        }
    }

    #[test]
    fn several_lists_without_a_choice_are_listed() {
        let text = "{\"mtat\": [\"a\"], \"msd\": [\"b\"]}";
        let error = parse_tags(text, None).unwrap_err().to_string();
        assert!(error.contains("--tag-set msd|mtat"), "{error}");
        let error = parse_tags(text, Some("jamendo")).unwrap_err().to_string();
        assert!(error.contains("`jamendo`; it has msd, mtat"), "{error}");
        let error = parse_tags("[\"a\"]", Some("msd")).unwrap_err().to_string();
        assert!(error.contains("leave --tag-set out"), "{error}");
    }

    #[test]
    fn a_list_that_cannot_name_outputs_is_refused() {
        for (text, part) in [
            ("", "no tags"),
            ("[]", "no tags"),
            ("{}", "no tags"),
            ("[\"a\", \"\"]", "tag 2 is empty"),
            ("a\nb\na", "`a` stands in the list twice"),
            ("[1, 2]", "neither a JSON list"),
            ("[\"a\"", "neither a JSON list"),
        ] {
            let error = parse_tags(text, None).unwrap_err().to_string();
            assert!(error.contains(part), "{text}: {error}");
        }
    }
}
