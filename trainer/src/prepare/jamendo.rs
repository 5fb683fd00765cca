//! MTG-Jamendo: tables of ragged lines, and mp3 files in folders 00 to 99.
//!
//! A line is `TRACK_ID ARTIST_ID ALBUM_ID PATH DURATION TAGS`, separated by tabs, with as many
//! tags at its end as the track has. The data set publishes five splits of each of its subsets,
//! `split-0` to `split-4`, as three such tables.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use super::PrepareError;
use super::collection::{ADVICE, Collection, Item, Selection};
use super::table::Table;
use crate::data::Split;

/// How MTG-Jamendo is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The folder of the data set: a checkout of its repository, or any folder with the tables.
    pub root: PathBuf,
    /// The folder that holds 00 to 99. By default it is looked for in `root`.
    pub audio: Option<PathBuf>,
    /// The folder of the three tables. By default it is looked for in `root`.
    pub split_files: Option<PathBuf>,
    /// Number of the published split, 0 to 4.
    pub split: u8,
    /// The published subset: `autotagging_top50tags`, `autotagging_genre`,
    /// `autotagging_instrument`, `autotagging_moodtheme`, `autotagging`.
    pub subset: String,
    /// The tags to keep. By default all are kept, in alphabetical order.
    pub tags: Option<Selection>,
}

/// Lists the tracks.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read(reading: &Reading) -> Result<Collection, PrepareError> {
    let folder = tables(reading)?;
    let mut items = Vec::new();
    let mut lists = Vec::new();
    for split in Split::ALL {
        let path = folder.join(table_name(&reading.subset, split));
        read_table(&path, split, &mut items, &mut lists)?;
    }
    let names: BTreeSet<&String> = lists.iter().flatten().collect();
    let numbers: BTreeMap<&String, u32> = names.iter().copied().zip(0..).collect();
    for (item, list) in items.iter_mut().zip(&lists) {
        let labels: BTreeSet<u32> = list.iter().map(|tag| numbers[tag]).collect();
        item.labels = labels.into_iter().map(|tag| (tag, 1.0)).collect();
    }
    let mut collection = Collection {
        name: "jamendo".to_owned(),
        audio: PathBuf::new(),
        tags: names.into_iter().cloned().collect(),
        items,
        options: BTreeMap::from([
            ("subset".to_owned(), reading.subset.clone()),
            ("split".to_owned(), reading.split.to_string()),
        ]),
        left_out: Vec::new(),
    };
    drop(lists);
    collection.select(reading.tags.as_ref().unwrap_or(&Selection::All))?;
    collection.check(&[], "the three tables are the splits")?;
    find_audio(&mut collection, reading)?;
    Ok(collection)
}

/// The published name of a table.
fn table_name(subset: &str, split: Split) -> String {
    let split = match split {
        Split::Train => "train",
        Split::Valid => "validation",
        Split::Test => "test",
    };
    format!("{subset}-{split}.tsv")
}

/// The folder of the three tables.
fn tables(reading: &Reading) -> Result<PathBuf, PrepareError> {
    let root = &reading.root;
    let published = format!("split-{}", reading.split);
    let folders = match &reading.split_files {
        Some(folder) => vec![folder.clone()],
        None => vec![
            root.join("data/splits").join(&published),
            root.join("splits").join(&published),
            root.join(&published),
            root.clone(),
        ],
    };
    let name = table_name(&reading.subset, Split::Train);
    let found = folders.iter().find(|folder| folder.join(&name).is_file());
    found.cloned().ok_or_else(|| PrepareError::Missing {
        path: reading.split_files.as_ref().unwrap_or(root).clone(),
        what: "MTG-Jamendo".to_owned(),
        expected: format!("{name} in data/splits/{published}, or in the folder itself"),
    })
}

fn read_table(
    path: &Path,
    split: Split,
    items: &mut Vec<Item>,
    lists: &mut Vec<Vec<String>>,
) -> Result<(), PrepareError> {
    let mut table = Table::open(path, b'\t', true)?;
    let id = table.column("TRACK_ID")?;
    let artist = table.find("ARTIST_ID");
    let file = table.column("PATH")?;
    let tags = table.column("TAGS")?;
    table.rows(|row| {
        row.cell(tags)?;
        let path = row.path(file)?;
        let tags = row.from(tags).map(str::trim).filter(|tag| !tag.is_empty());
        lists.push(tags.map(str::to_owned).collect());
        items.push(Item {
            id: row.cell(id)?.into(),
            path: path.into(),
            source: artist
                .map_or(Ok(""), |artist| row.cell(artist))?
                .trim()
                .into(),
            split,
            labels: Box::default(),
        });
        Ok(())
    })
}

/// The tables name `14/214.mp3`. In the smaller version of the audio the file is `14/214.low.mp3`.
fn find_audio(collection: &mut Collection, reading: &Reading) -> Result<(), PrepareError> {
    let folders = match &reading.audio {
        Some(folder) => vec![folder.clone()],
        None => [
            "",
            "audio",
            "raw_30s/audio",
            "audio-low",
            "raw_30s/audio-low",
        ]
        .map(|name| reading.root.join(name))
        .to_vec(),
    };
    let first = collection.find_audio(&folders, ADVICE);
    if first.is_ok() {
        return first;
    }
    let full: Vec<Box<str>> = collection
        .items
        .iter()
        .map(|item| item.path.clone())
        .collect();
    for item in &mut collection.items {
        if let Some(stem) = item.path.strip_suffix(".mp3") {
            item.path = format!("{stem}.low.mp3").into();
        }
    }
    if collection.find_audio(&folders, ADVICE).is_ok() {
        return Ok(());
    }
    for (item, path) in collection.items.iter_mut().zip(full) {
        item.path = path;
    }
    first
}
