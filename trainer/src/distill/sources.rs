//! Lists the sounds to hear and the labels that are known.
//!
//! A folder of real audio holds one folder for each source: an album, an author, a game, a package.
//! An audio file beside them is a source of its own, named by its file name. Splits consist of
//! whole sources, since two clips of the same recording session are not independent. Two tables may
//! give labels, as names of tags or of whole groups, separated by semicolons:
//!
//! - `sources.csv` in the folder: `source`, and any of `split` (train, valid or test), `tags` (what
//!   all its audio has), `without` (what none of it has), and how often its files are heard, where it
//!   is not as often as all others: `windows` and `variants`;
//! - `labels.csv` in a source's folder: `path` in it, and `tags` and `without` of that file.
//!
//! Other columns are ignored. Everything that a table names must exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use super::facts::{Facts, Line};
use super::sound::{Origin, Recording, Sound};
use super::{Distillation, Often, known_or, no_music};
use crate::data::Split;
use crate::prepare::{
    Item, LeftOut, PrepareError, Selection, audio_files_at, entries, magnatagatune,
};
use crate::vocabulary::Vocabulary;

/// Table of the sources of a folder.
const SOURCES: &str = "sources.csv";
/// Table of the files of a source.
const LABELS: &str = "labels.csv";

/// The sounds, and the audio that is left out.
#[derive(Debug)]
pub(super) struct Listed {
    pub sounds: Vec<Sound>,
    /// Audio that is left out, for the report.
    pub left_out: Vec<LeftOut>,
}

/// Lists all sounds, in an order that only depends on names.
pub(super) fn list(
    distillation: &Distillation,
    vocabulary: &Vocabulary,
) -> Result<Listed, PrepareError> {
    let (mut sounds, mut left_out) = (Vec::new(), Vec::new());
    for (number, folder) in distillation.synth.iter().enumerate() {
        sounds.extend(synthetic(folder, number, vocabulary)?);
    }
    sounds.extend(no_music::list(distillation.no_music, vocabulary));
    let mut sources = BTreeMap::new();
    for folder in &distillation.audio {
        for source in real(folder, vocabulary, distillation.often(), &mut left_out)? {
            let name = source.name.clone();
            if sources.insert(name.clone(), source).is_some() {
                return Err(PrepareError::Option(format!(
                    "the source `{name}` is there twice"
                )));
            }
        }
    }
    deal(&mut sources, distillation);
    let with_split = |source: Source| {
        let split = source.split.unwrap_or(Split::Train);
        source
            .sounds
            .into_iter()
            .map(move |sound| Sound { split, ..sound })
    };
    sounds.extend(sources.into_values().flat_map(with_split));
    match sounds.is_empty() {
        true => Err(PrepareError::Option(
            "nothing to hear: name a folder of audio, or --synth, or --no-music".to_owned(),
        )),
        false => Ok(Listed { sounds, left_out }),
    }
}

/// The clips of a synthetic corpus, split by its folders.
fn synthetic(
    folder: &Path,
    number: usize,
    vocabulary: &Vocabulary,
) -> Result<Vec<Sound>, PrepareError> {
    let collection = magnatagatune::read(&magnatagatune::Reading {
        root: folder.to_owned(),
        audio: None,
        splitting: magnatagatune::Splitting::Folders,
        tags: Some(Selection::All),
        merge_synonyms: false,
    });
    let collection = collection.map_err(|error| match error {
        PrepareError::NoAudio { path, first, .. } => PrepareError::NoAudio {
            path,
            first,
            advice: "render the corpus again with `trainer synth`",
        },
        other => other,
    })?;
    if let Some(unknown) = vocabulary
        .synth_names()
        .find(|name| !collection.tags.iter().any(|tag| tag == name))
    {
        return Err(PrepareError::UnknownTag {
            tag: unknown.to_owned(),
            data: folder.display().to_string(),
            has: collection.tags.join(", "),
        });
    }
    let source = format!("synth-{}", number + 1);
    let sound = |item: &Item| {
        let labels = item.labels.iter().filter(|(_, value)| *value > 0.0);
        let has: BTreeSet<&str> = labels
            .map(|(tag, _)| collection.tags[*tag as usize].as_str())
            .collect();
        Sound {
            id: format!("{source}/{}", item.id),
            split: item.split,
            known: vocabulary.of_synth(|name| has.contains(name)),
            often: Often::ONCE,
            origin: Origin::Synthetic(Recording {
                path: collection.audio.join(&*item.path),
                source: source.clone(),
                file: item.path.to_string(),
            }),
        }
    };
    Ok(collection.items.iter().map(sound).collect())
}

/// A source of real audio.
struct Source {
    name: String,
    split: Option<Split>,
    sounds: Vec<Sound>,
}

/// The sources of a folder of real audio. Files that cannot be heard because of their names go to
/// `left_out`.
fn real(
    folder: &Path,
    vocabulary: &Vocabulary,
    often: Often,
    left_out: &mut Vec<LeftOut>,
) -> Result<Vec<Source>, PrepareError> {
    let facts = Facts { vocabulary, often };
    let table = folder.join(SOURCES);
    let mut lines = facts.table(&table, "source")?;
    let mut sources = Vec::new();
    for entry in entries(folder)? {
        let name = entry.to_string_lossy().into_owned();
        if name.starts_with(['.', '_']) {
            continue;
        }
        let mut found = audio_files_at(folder, &entry)?;
        left_out.append(&mut found.left_out);
        let path = folder.join(&entry);
        if path.is_dir() && entry.to_str().is_some() {
            let within = format!("{name}/");
            let files = found.files.iter();
            let files: Vec<String> = files
                .filter_map(|file| file.strip_prefix(&within))
                .map(str::to_owned)
                .collect();
            let labels = facts.table(&path.join(LABELS), "path")?;
            let absent = labels.keys().find(|file| !files.contains(file));
            named_is_there(&path.join(LABELS), absent, "no such audio file beside it")?;
            let line = lines.remove(&name);
            sources.push(source(&facts, name, line, &path, files, labels));
        } else if !found.files.is_empty() {
            let line = lines.remove(&name);
            sources.push(source(
                &facts,
                name,
                line,
                folder,
                found.files,
                BTreeMap::new(),
            ));
        }
    }
    named_is_there(&table, lines.keys().next(), "no such source beside it")?;
    Ok(sources)
}

/// The source of these `files` of a folder. Labels of a file count more than those of its
/// source.
fn source(
    facts: &Facts<'_>,
    name: String,
    line: Option<Line>,
    folder: &Path,
    files: Vec<String>,
    labels: BTreeMap<String, Line>,
) -> Source {
    let (split, of_source, often) = match line {
        Some(line) => (line.split, line.known, line.often),
        None => (None, facts.unknown(), facts.often),
    };
    let sound = |file: String| Sound {
        id: match file == name {
            true => file.clone(),
            false => format!("{name}/{file}"),
        },
        split: Split::Train,
        known: match labels.get(&file) {
            Some(line) => known_or(&line.known, &of_source),
            None => of_source.clone(),
        },
        often,
        origin: Origin::Real(Recording {
            path: folder.join(&file),
            source: name.clone(),
            file,
        }),
    };
    let sounds = files.into_iter().map(sound).collect();
    Source {
        name,
        split,
        sounds,
    }
}

/// The error of a table that names something `absent`.
fn named_is_there(table: &Path, absent: Option<&String>, what: &str) -> Result<(), PrepareError> {
    match absent {
        Some(name) => Err(PrepareError::Format {
            path: table.to_owned(),
            reason: format!("it names `{name}`: {what}"),
        }),
        None => Ok(()),
    }
}

/// Deals the sources whose split no table gives.
fn deal(sources: &mut BTreeMap<String, Source>, distillation: &Distillation) {
    let mut open: Vec<&mut Source> = sources
        .values_mut()
        .filter(|source| source.split.is_none())
        .collect();
    let sizes: Vec<usize> = open.iter().map(|source| source.sounds.len()).collect();
    let dealt = distillation.parts.deal(&sizes, distillation.seed);
    for (source, split) in open.iter_mut().zip(dealt) {
        source.split = Some(split);
    }
}
