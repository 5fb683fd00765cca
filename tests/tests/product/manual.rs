//! The manual, compared with what it describes.

use tagline_engine::built_in_info;

const MANUAL: &str = include_str!("../../../docs/manual.md");
const VOCABULARY: &str = include_str!("../../../models/tags.toml");

/// The texts that `key` has in the vocabulary, in its order.
fn values(key: &str) -> Vec<&'static str> {
    let of_line = |line: &'static str| {
        let rest = line.strip_prefix(key)?.trim_start().strip_prefix('=')?;
        rest.trim().strip_prefix('"')?.strip_suffix('"')
    };
    VOCABULARY.lines().filter_map(of_line).collect()
}

#[test]
fn the_manual_lists_the_built_in_models_tags_as_they_are_defined() {
    let names = values("name");
    assert_eq!(names, built_in_info().tags, "the vocabulary is the model's");
    let (groups, definitions) = (values("group"), values("definition"));
    assert_eq!(
        (groups.len(), definitions.len()),
        (names.len(), names.len())
    );
    let expected: Vec<String> = (0..names.len())
        .map(|tag| {
            format!(
                "| {} | {} | {} |",
                names[tag], groups[tag], definitions[tag]
            )
        })
        .collect();
    let (_, list) = MANUAL
        .split_once("## The built-in model's tags")
        .expect("the section");
    let listed: Vec<&str> = list
        .lines()
        .skip_while(|line| !line.starts_with("|---"))
        .skip(1)
        .take_while(|line| line.starts_with('|'))
        .collect();
    assert_eq!(listed, expected);
    assert!(list.contains("(../models/README.md)"), "and links the card");
}
