//! What a macro listens to.

use egui::Ui;

use super::controls::{row, word};
use crate::core::macros::{Macro, Source};
use crate::core::neighbours::Neighbour;
use crate::core::view::Snapshot;
use crate::editor::choice;

/// The kinds of sources, in the order of their names in the list.
const KINDS: [&str; 11] = [
    "Off",
    "A tag",
    "The larger of two tags",
    "The smaller of two tags",
    "Two tags together",
    "One tag without another",
    "The largest of a group",
    "How sure a group is",
    "Loudness of the input",
    "A tag of another instance",
    "A macro of another instance",
];

fn kind(source: &Source) -> usize {
    match source {
        Source::Off => 0,
        Source::Tag { .. } => 1,
        Source::Larger { .. } => 2,
        Source::Smaller { .. } => 3,
        Source::Sum { .. } => 4,
        Source::Difference { .. } => 5,
        Source::Group { .. } => 6,
        Source::Certainty { .. } => 7,
        Source::Loudness => 8,
        Source::OtherTag { .. } => 9,
        Source::OtherMacro { .. } => 10,
    }
}

/// The tags and the group that a source names.
fn names(source: &Source) -> ([String; 2], String) {
    match source {
        Source::Tag { tag } | Source::OtherTag { tag, .. } => {
            ([tag.clone(), String::new()], String::new())
        }
        Source::Larger { tags }
        | Source::Smaller { tags }
        | Source::Sum { tags }
        | Source::Difference { tags } => (tags.clone(), String::new()),
        Source::Group { group } | Source::Certainty { group } => {
            (Default::default(), group.clone())
        }
        Source::Off | Source::Loudness | Source::OtherMacro { .. } => Default::default(),
    }
}

/// A source of another kind, with the names that this one has and the model's first ones for the
/// rest.
fn of_kind(kind: usize, source: &Source, snapshot: &Snapshot) -> Source {
    let (mut tags, mut group) = names(source);
    for (index, tag) in tags.iter_mut().enumerate() {
        if tag.is_empty() {
            *tag = snapshot.tags().get(index).cloned().unwrap_or_default();
        }
    }
    if group.is_empty() {
        group = groups(snapshot).into_iter().next().unwrap_or_default();
    }
    let [tag, _] = tags.clone();
    let (instance, name) = instance_of(source, snapshot);
    match kind {
        1 => Source::Tag { tag },
        2 => Source::Larger { tags },
        3 => Source::Smaller { tags },
        4 => Source::Sum { tags },
        5 => Source::Difference { tags },
        6 => Source::Group { group },
        7 => Source::Certainty { group },
        8 => Source::Loudness,
        9 => Source::OtherTag {
            instance,
            name,
            tag,
        },
        10 => Source::OtherMacro {
            instance,
            name,
            number: 1,
        },
        _ => Source::Off,
    }
}

/// The instance that a source follows, or else the first that there is: its id, and its name.
fn instance_of(source: &Source, snapshot: &Snapshot) -> (String, String) {
    if let Source::OtherTag { instance, name, .. } | Source::OtherMacro { instance, name, .. } =
        source
    {
        return (instance.clone(), name.clone());
    }
    let first = snapshot.neighbours.first();
    first.map_or_else(Default::default, |first| {
        (first.id.clone(), first.name.clone())
    })
}

/// The model's groups, each once, in its order.
fn groups(snapshot: &Snapshot) -> Vec<String> {
    let mut groups: Vec<String> = Vec::new();
    for tag in 0..snapshot.tags().len() {
        if let Some(group) = snapshot.group(tag)
            && !groups.iter().any(|known| known == group)
        {
            groups.push(group.to_owned());
        }
    }
    groups
}

/// Draws the rows.
pub fn rows(ui: &mut Ui, snapshot: &Snapshot, edited: &mut Macro) {
    row(ui, "Source", |ui| {
        let kinds = KINDS.map(str::to_owned);
        let shown = (&kinds[..], kind(&edited.source));
        let about = "What the macro listens to";
        if let Some(clicked) = choice::show(ui, "kind", 190.0, shown, about) {
            edited.source = of_kind(clicked, &edited.source, snapshot);
        }
    });
    match &mut edited.source {
        Source::Off | Source::Loudness => {}
        Source::OtherTag {
            instance,
            name,
            tag,
        } => {
            let other = followed(ui, snapshot, instance, name);
            row(ui, "Tag", |ui| {
                let tags = other.map_or(&[][..], |other| &other.tags);
                named(ui, "other tag", tags, tag);
            });
        }
        Source::OtherMacro {
            instance,
            name,
            number,
        } => {
            let other = followed(ui, snapshot, instance, name);
            row(ui, "Macro", |ui| {
                let titles = other.map_or(&[][..], |other| &other.macros);
                let chosen = usize::from(*number).saturating_sub(1);
                let about = "A macro of that instance";
                let clicked = choice::show(ui, "other macro", 150.0, (titles, chosen), about);
                if let Some(clicked) = clicked {
                    *number = clicked as u8 + 1;
                }
            });
        }
        Source::Tag { tag } => row(ui, "Tag", |ui| named(ui, "tag", snapshot.tags(), tag)),
        Source::Larger { tags }
        | Source::Smaller { tags }
        | Source::Sum { tags }
        | Source::Difference { tags } => row(ui, "Tags", |ui| {
            let [first, second] = tags;
            named(ui, "first", snapshot.tags(), first);
            word(ui, "and");
            named(ui, "second", snapshot.tags(), second);
        }),
        Source::Group { group } | Source::Certainty { group } => {
            row(ui, "Group", |ui| {
                named(ui, "group", &groups(snapshot), group)
            });
        }
    }
}

/// The row of the instance that is followed. Returns the instance, if it is there.
fn followed<'a>(
    ui: &mut Ui,
    snapshot: &'a Snapshot,
    instance: &mut String,
    name: &mut String,
) -> Option<&'a Neighbour> {
    let others = &snapshot.neighbours;
    let there = others.iter().position(|other| other.id == *instance);
    row(ui, "Instance", |ui| {
        let mut names: Vec<String> = others.iter().map(|other| other.name.clone()).collect();
        let chosen = there.unwrap_or_else(|| {
            names.push(match name.as_str() {
                "" => "None is there".to_owned(),
                name => format!("{name} (not there)"),
            });
            names.len() - 1
        });
        let clicked = choice::show(
            ui,
            "instance",
            190.0,
            (&names, chosen),
            "Another instance, by its track",
        );
        if let Some(other) = clicked.and_then(|index| others.get(index)) {
            instance.clone_from(&other.id);
            name.clone_from(&other.name);
        }
        word(ui, "not while the host renders offline");
    });
    there.and_then(|index| others.get(index))
}

/// A choice among the model's names, and the one that is chosen even where the model lacks it.
fn named(ui: &mut Ui, id: &str, known: &[String], name: &mut String) {
    let mut names = known.to_vec();
    let is_it = |known: &String| known.trim().eq_ignore_ascii_case(name.trim());
    let chosen = names.iter().position(is_it).unwrap_or_else(|| {
        names.push(format!("{name} (not of this model)"));
        names.len() - 1
    });
    let clicked = choice::show(ui, id, 150.0, (&names, chosen), "By its name in the model");
    if let Some(clicked) = clicked.and_then(|index| known.get(index)) {
        name.clone_from(clicked);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::editor::test_snapshot::snapshot_of;

    #[test]
    fn another_kind_of_source_keeps_the_names_that_it_can() {
        let snapshot = snapshot_of(&["rock", "jazz"]);
        let one = of_kind(1, &Source::Off, &snapshot);
        assert_eq!(one, Source::Tag { tag: "rock".into() });
        let tag = "bagpipes".to_owned();
        let two = of_kind(2, &Source::Tag { tag: tag.clone() }, &snapshot);
        let tags = [tag.clone(), "jazz".to_owned()];
        assert_eq!(two, Source::Larger { tags });
        assert_eq!(of_kind(1, &two, &snapshot), Source::Tag { tag });
        for (index, _) in KINDS.iter().enumerate() {
            assert_eq!(kind(&of_kind(index, &Source::Off, &snapshot)), index);
        }
    }
}
