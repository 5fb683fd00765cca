//! Any folder of audio: with a table of tags, or with one folder for each tag.

mod cells;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use super::PrepareError;
use super::collection::{Collection, Item, Selection};
use super::files::{LeftOut, Why, audio_files_at, entries};
use super::splits::Parts;
use super::table::Table;
use crate::data::Split;

/// Default name of the table of tags.
const LABELS: &str = "labels.csv";

/// How a folder is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The folder of the audio.
    pub root: PathBuf,
    /// The table of tags. By default it is `labels.csv` in the folder, if that exists; otherwise
    /// the folders are the tags.
    pub labels: Option<PathBuf>,
    /// The tags to keep. By default all are kept, in alphabetical order or that of the columns.
    pub tags: Option<Selection>,
    /// Seed of the split, if no column gives it.
    pub seed: u64,
    /// Share of the files that validate, 0 to 1.
    pub valid: f64,
    /// Share of the files that test, 0 to 1.
    pub test: f64,
    /// Column of the table whose equal values (an artist, an album) stay in one split.
    pub group: Option<String>,
    /// Columns of the table that are not tags.
    pub ignored: Vec<String>,
}

/// Lists the audio files.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read(reading: &Reading) -> Result<Collection, PrepareError> {
    let parts = Parts {
        valid: reading.valid,
        test: reading.test,
    };
    parts.check()?;
    let root = &reading.root;
    let labels = match &reading.labels {
        Some(path) => Some(path.clone()),
        None => Some(root.join(LABELS)).filter(|path| path.is_file()),
    };
    let mut listed = match &labels {
        Some(path) => read_table(path, reading.group.as_deref(), &reading.ignored)?,
        None if reading.group.is_some() => {
            return Err(PrepareError::Option(format!(
                "a group is a column of a table: name it with --labels, or put {LABELS} into {}",
                root.display()
            )));
        }
        None if !reading.ignored.is_empty() => {
            return Err(PrepareError::Option(format!(
                "--ignore names columns of a table, and there is none: name it with --labels, or put \
                 {LABELS} into {}",
                root.display()
            )));
        }
        None => read_folders(root)?,
    };
    if !listed.has_splits {
        split(&mut listed, parts, reading.seed);
    }
    let mut collection = Collection {
        name: "folder".to_owned(),
        audio: root.clone(),
        tags: listed.tags,
        items: listed.items,
        left_out: listed.left_out,
        options: BTreeMap::from([
            ("seed".to_owned(), reading.seed.to_string()),
            ("valid".to_owned(), reading.valid.to_string()),
            ("test".to_owned(), reading.test.to_string()),
        ]),
    };
    if let Some(group) = &reading.group {
        collection.options.insert("group".to_owned(), group.clone());
    }
    collection.select(reading.tags.as_ref().unwrap_or(&Selection::All))?;
    let named_by = labels.as_deref().unwrap_or(root);
    cells::check_spelling(named_by, &collection.tags)?;
    let unwanted = |part: f64, split| (part == 0.0 && !listed.has_splits).then_some(split);
    let may_be_empty: Vec<Split> = [
        unwanted(reading.valid, Split::Valid),
        unwanted(reading.test, Split::Test),
    ]
    .into_iter()
    .flatten()
    .collect();
    let hint = match listed.has_splits {
        true => "the column `split` says so",
        false => {
            "each split needs a file, or a group of files, of its own: give more, or ask for less \
             with --valid 0 or --test 0"
        }
    };
    collection.check(&may_be_empty, hint)?;
    if labels.is_some() {
        collection.find_audio(
            std::slice::from_ref(root),
            "paths in the table begin in this folder: name the one that they begin in",
        )?;
    }
    Ok(collection)
}

struct Listed {
    tags: Vec<String>,
    items: Vec<Item>,
    left_out: Vec<LeftOut>,
    has_splits: bool,
}

/// Reads a table: a column `path`, and either a column `tags` (a list in each cell) with an optional
/// column `unknown` (a list of tags whose labels are unknown), or a column for each tag (0 to 1, or
/// `?`). A column `split` decides the splits.
fn read_table(
    path: &Path,
    group: Option<&str>,
    ignored: &[String],
) -> Result<Listed, PrepareError> {
    let mut table = Table::open(path, b',', false)?;
    let file = table.column("path")?;
    let list = table.find("tags");
    let unknown = list.and_then(|_| table.find("unknown"));
    let split = table.find("split");
    let group = group.map(|name| table.column(name)).transpose()?;
    let mut other = vec![Some(file), list, split, group];
    for name in ignored {
        other.push(Some(table.column(name)?));
    }
    let columns: Vec<usize> = (0..table.columns.len())
        .filter(|column| list.is_none() && !other.contains(&Some(*column)))
        // pandas writes the numbers of the rows into a column without a name.
        .filter(|column| !cells::is_index(&table.columns[*column]))
        .collect();
    let mut listed = Listed {
        tags: columns.iter().map(|c| table.columns[*c].clone()).collect(),
        items: Vec::new(),
        left_out: Vec::new(),
        has_splits: split.is_some(),
    };
    if list.is_none() && columns.is_empty() {
        return Err(table.no_column("tags"));
    }
    let mut lists: Vec<Vec<(String, f32)>> = Vec::new();
    table.rows(|row| {
        let path = row.path(file)?;
        let labels = match list {
            Some(list) => {
                let mut tags = cells::tags(row, list, 1.0)?;
                if let Some(unknown) = unknown {
                    tags.extend(cells::tags(row, unknown, f32::NAN)?);
                }
                lists.push(tags);
                Box::default()
            }
            None => cells::labels(row, &columns)?,
        };
        let split = match split {
            Some(split) => {
                let name = row.cell(split)?;
                name.parse().map_err(|error| row.wrong(error))?
            }
            None => Split::Train,
        };
        let group = group.map_or(Ok(""), |group| row.cell(group))?;
        listed.items.push(Item {
            id: path.as_str().into(),
            path: path.into(),
            source: group.trim().into(),
            split,
            labels,
        });
        Ok(())
    })?;
    if list.is_some() {
        listed.name_tags(&lists);
    }
    if listed.tags.is_empty() {
        return Err(PrepareError::format(path, "no file in it has a tag"));
    }
    Ok(listed)
}

impl Listed {
    /// Numbers the tags of lists, in alphabetical order.
    fn name_tags(&mut self, lists: &[Vec<(String, f32)>]) {
        let names: BTreeSet<&String> = lists.iter().flatten().map(|(name, _)| name).collect();
        let numbers: BTreeMap<&String, u32> = names.iter().copied().zip(0..).collect();
        for (item, list) in self.items.iter_mut().zip(lists) {
            let values = list.iter().map(|(tag, value)| (numbers[tag], *value));
            let unique: BTreeMap<u32, f32> = values.collect();
            item.labels = unique.into_iter().collect();
        }
        self.tags = names.into_iter().cloned().collect();
    }
}

/// Reads one folder for each tag, of any depth.
fn read_folders(root: &Path) -> Result<Listed, PrepareError> {
    let mut listed = Listed {
        tags: Vec::new(),
        items: Vec::new(),
        left_out: Vec::new(),
        has_splits: false,
    };
    let mut lists = Vec::new();
    let is_shown = |name: &OsString| !name.to_string_lossy().starts_with('.');
    for entry in entries(root)?.into_iter().filter(is_shown) {
        let found = audio_files_at(root, &entry)?;
        listed.left_out.extend(found.left_out);
        for path in found.files {
            let Some((tag, _)) = path.split_once('/') else {
                listed.left_out.push(LeftOut {
                    path: root.join(&path),
                    shown: path,
                    why: Why::NoTag,
                });
                continue;
            };
            lists.push(vec![(tag.to_owned(), 1.0)]);
            listed.items.push(Item {
                id: path.as_str().into(),
                path: path.into(),
                source: Box::default(),
                split: Split::Train,
                labels: Box::default(),
            });
        }
    }
    if listed.items.is_empty() {
        let loose = listed
            .left_out
            .iter()
            .filter(|audio| audio.why == Why::NoTag);
        let what = match loose.count() {
            0 => "audio".to_owned(),
            1 => "tag for the audio file that lies there".to_owned(),
            loose => format!("tags for the {loose} audio files that lie there"),
        };
        return Err(PrepareError::Missing {
            path: root.to_owned(),
            what,
            expected: format!("{LABELS}, or one folder of audio files for each tag"),
        });
    }
    listed.name_tags(&lists);
    Ok(listed)
}

/// Deals whole groups to splits: the files of a source, or a single file that names no source.
fn split(listed: &mut Listed, parts: Parts, seed: u64) {
    // The name comes first, so that groups have the order of their names.
    let group = |item: &Item| match &*item.source {
        "" => (item.path.clone(), false),
        source => (source.into(), true),
    };
    let mut sizes: BTreeMap<(Box<str>, bool), usize> = BTreeMap::new();
    for item in &listed.items {
        *sizes.entry(group(item)).or_default() += 1;
    }
    let dealt = parts.deal(&sizes.values().copied().collect::<Vec<_>>(), seed);
    let splits: BTreeMap<_, Split> = sizes.into_keys().zip(dealt).collect();
    for item in &mut listed.items {
        item.split = splits[&group(item)];
    }
}
