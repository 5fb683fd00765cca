//! MagnaTagATune: `annotations_final.csv`, and mp3 files in folders 0 to f.
//!
//! Both common splits follow the folders: 0 to b train, c validates, d to f test. An album lies in
//! a single folder, but an artist's albums may lie in several. One split takes all 25,863 clips.
//! The other takes only clips with at least one of the most frequent tags: with 50 tags, the
//! published split lists 15,247, 1,529 and 4,332 clips. A table of the data set's size that gives
//! other numbers gets a remark.
//!
//! `clip_info_final.csv`, where it lies beside the tags, names each clip's artist.
//!
//! A corpus of `trainer synth` has the same form. Its manifest tells it apart, so that results on
//! it are not taken for results on MagnaTagATune.

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};

use super::collection::{ADVICE, Collection, Item, Selection};
use super::table::Table;
use super::{PrepareError, splits, synonyms};
use crate::data::{Split, SplitCounts};

/// Name of the table of tags.
const ANNOTATIONS: &str = "annotations_final.csv";
/// Name of the table of titles, artists and albums, which also lists clips without tags.
const CLIP_INFO: &str = "clip_info_final.csv";

/// Which clips are used, and their splits.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Splitting {
    /// All clips, by folder.
    #[default]
    Folders,
    /// Clips with at least one of the chosen tags, by folder.
    Tagged,
    /// As in the published files `train.npy`, `valid.npy` and `test.npy` of this folder, with the
    /// tags of its `tags.npy`, if it has one, in their order.
    Files(PathBuf),
}

/// How MagnaTagATune is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The folder that holds `annotations_final.csv`.
    pub root: PathBuf,
    /// The folder that holds 0 to f. By default it is looked for in `root`.
    pub audio: Option<PathBuf>,
    /// The splits.
    pub splitting: Splitting,
    /// The tags to keep, by default the 50 most frequent.
    pub tags: Option<Selection>,
    /// Merge tags that mean the same before they are counted.
    pub merge_synonyms: bool,
}

/// Lists the clips.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read(reading: &Reading) -> Result<Collection, PrepareError> {
    let root = &reading.root;
    let mut collection = read_annotations(&root.join(ANNOTATIONS))?;
    if root.join(tagline_synth::MANIFEST).is_file() {
        collection.name = "synth".to_owned();
    }
    name_artists(&root.join(CLIP_INFO), &mut collection)?;
    let published = match &reading.splitting {
        Splitting::Files(folder) => Some(Published::read(folder)?),
        _ => None,
    };
    if reading.merge_synonyms {
        synonyms::merge(&mut collection);
    }
    let tags = published.as_ref().and_then(|p| p.tags.clone());
    let selection = match (&reading.tags, tags) {
        (Some(selection), _) => selection.clone(),
        (None, Some(tags)) => Selection::Named(tags),
        (None, None) => Selection::Top(DEFAULT_TAGS),
    };
    let listed = collection.items.len();
    collection.select(&selection)?;
    match &reading.splitting {
        Splitting::Folders => {}
        Splitting::Tagged => collection.items.retain(|item| !item.labels.is_empty()),
        Splitting::Files(_) => published.unwrap_or_default().apply(&mut collection)?,
    }
    let is_fields = reading.splitting == Splitting::Tagged
        && selection == Selection::Top(DEFAULT_TAGS)
        && !reading.merge_synonyms;
    if let Some(remark) = other_counts(listed, collection.counts()).filter(|_| is_fields) {
        tracing::warn!("{}: {remark}", root.join(ANNOTATIONS).display());
    }
    let splitting = match reading.splitting {
        Splitting::Folders => "folders",
        Splitting::Tagged => "top50",
        Splitting::Files(_) => "files",
    };
    collection.options.extend([
        ("split".to_owned(), splitting.to_owned()),
        (
            "merge_synonyms".to_owned(),
            reading.merge_synonyms.to_string(),
        ),
    ]);
    collection.check(&[], "the folders 0 to b, c, and d to f are the splits")?;
    let folders = match &reading.audio {
        Some(folder) => vec![folder.clone()],
        None => ["", "mp3", "audio"].map(|name| root.join(name)).to_vec(),
    };
    collection.find_audio(&folders, ADVICE)?;
    Ok(collection)
}

/// Number of tags that are kept by default.
const DEFAULT_TAGS: usize = 50;

/// Clips of the whole data set.
const CLIPS: usize = 25_863;
/// Clips with one of the 50 most frequent tags, as published work counts them.
const TAGGED: SplitCounts = SplitCounts {
    train: 15_247,
    valid: 1_529,
    test: 4_332,
};

/// A remark if a table of `listed` clips leaves an unusual number of clips with one of the 50 most
/// frequent tags.
fn other_counts(listed: usize, tagged: SplitCounts) -> Option<String> {
    let text =
        |counts: SplitCounts| format!("{} / {} / {}", counts.train, counts.valid, counts.test);
    (listed == CLIPS && tagged != TAGGED).then(|| {
        format!(
            "{} clips have one of the {DEFAULT_TAGS} most frequent tags, where {} do in published \
             work: is this the table as it was published?",
            text(tagged),
            text(TAGGED)
        )
    })
}

/// All clips with all tags, split by folder.
fn read_annotations(path: &Path) -> Result<Collection, PrepareError> {
    if !path.is_file() {
        return Err(PrepareError::Missing {
            path: path.parent().unwrap_or(path).to_owned(),
            what: "MagnaTagATune".to_owned(),
            expected: format!("{ANNOTATIONS} and the folders 0 to f"),
        });
    }
    let mut table = Table::open(path, b'\t', false)?;
    let id = table.column("clip_id")?;
    let file = table.column("mp3_path")?;
    let tags: Vec<usize> = (0..table.columns.len())
        .filter(|column| ![id, file].contains(column))
        .collect();
    if tags.is_empty() {
        return Err(PrepareError::format(path, "it has no column of a tag"));
    }
    let names = tags.iter().map(|tag| table.columns[*tag].clone()).collect();
    let mut items = Vec::new();
    table.rows(|row| {
        let mut labels = Vec::new();
        for (tag, column) in tags.iter().enumerate() {
            match row.cell(*column)? {
                "0" => {}
                "1" => labels.push((tag as u32, 1.0)),
                other => return Err(row.wrong(format!("`{other}` where 0 or 1 is expected"))),
            }
        }
        let path = row.cell(file)?;
        let split = split_of(path).ok_or_else(|| {
            row.wrong(format!(
                "the path `{path}` does not begin with a folder 0 to f"
            ))
        })?;
        items.push(Item {
            id: row.cell(id)?.into(),
            path: path.into(),
            source: Box::default(),
            split,
            labels: labels.into(),
        });
        Ok(())
    })?;
    Ok(Collection {
        name: "magnatagatune".to_owned(),
        audio: PathBuf::new(),
        tags: names,
        items,
        options: BTreeMap::new(),
        left_out: Vec::new(),
    })
}

/// Makes each clip's artist its source, if the table exists.
fn name_artists(path: &Path, collection: &mut Collection) -> Result<(), PrepareError> {
    if !path.is_file() {
        return Ok(());
    }
    let not_needed = |error| match error {
        PrepareError::Format { path, reason } => PrepareError::Format {
            path,
            reason: format!(
                "{reason}; tags can be prepared without this table, if it is elsewhere"
            ),
        },
        other => other,
    };
    let artists = read_artists(path).map_err(not_needed)?;
    let mut nameless = 0;
    for item in &mut collection.items {
        match artists.get(&item.id) {
            Some(artist) => item.source = artist.clone(),
            None => nameless += 1,
        }
    }
    if nameless > 0 {
        tracing::warn!(
            "{}: no artist is named of {nameless} clips; each of them is taken for a source of its own",
            path.display()
        );
    }
    Ok(())
}

/// Artists by clip.
fn read_artists(path: &Path) -> Result<HashMap<Box<str>, Box<str>>, PrepareError> {
    let mut table = Table::open(path, b'\t', false)?;
    let id = table.column("clip_id")?;
    let artist = table.column("artist")?;
    let mut artists = HashMap::new();
    table.rows(|row| {
        let artist = row.cell(artist)?.trim();
        if !artist.is_empty() {
            artists.insert(row.cell(id)?.into(), artist.into());
        }
        Ok(())
    })?;
    Ok(artists)
}

/// The split of a path's first folder.
fn split_of(path: &str) -> Option<Split> {
    match path.split_once('/')?.0.as_bytes() {
        [b'0'..=b'9' | b'a' | b'b'] => Some(Split::Train),
        [b'c'] => Some(Split::Valid),
        [b'd'..=b'f'] => Some(Split::Test),
        _ => None,
    }
}

/// A published split: lines of an index and a path.
#[derive(Default)]
struct Published {
    /// Splits by path without extension, in the order of the files.
    splits: Vec<(String, Split)>,
    tags: Option<Vec<String>>,
}

impl Published {
    fn read(folder: &Path) -> Result<Self, PrepareError> {
        let mut published = Self::default();
        for split in Split::ALL {
            let path = folder.join(format!("{split}.npy"));
            if !path.is_file() {
                return Err(PrepareError::Missing {
                    path: folder.to_owned(),
                    what: "published split".to_owned(),
                    expected: "train.npy, valid.npy and test.npy".to_owned(),
                });
            }
            for line in splits::read_texts(&path)? {
                let file = line
                    .split_once('\t')
                    .map_or(line.as_str(), |(_, file)| file);
                published.splits.push((stem(file).to_owned(), split));
            }
        }
        let tags = folder.join("tags.npy");
        if tags.is_file() {
            published.tags = Some(splits::read_texts(&tags)?);
        }
        Ok(published)
    }

    /// Keeps the clips that the split names, in its order.
    fn apply(self, collection: &mut Collection) -> Result<(), PrepareError> {
        let items = std::mem::take(&mut collection.items);
        let mut by_stem: HashMap<String, Item> = items
            .into_iter()
            .map(|item| (stem(&item.path).to_owned(), item))
            .collect();
        for (stem, split) in self.splits {
            let mut item = by_stem.remove(&stem).ok_or_else(|| {
                PrepareError::Option(format!(
                    "the published split names `{stem}` twice, or {ANNOTATIONS} does not have it"
                ))
            })?;
            item.split = split;
            collection.items.push(item);
        }
        Ok(())
    }
}

/// A path without its extension, since published splits name mp3 or npy files.
fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_data_set_with_unusual_counts_gets_a_remark() {
        assert_eq!(other_counts(CLIPS, TAGGED), None);
        let train = TAGGED.train - 3;
        let other = SplitCounts { train, ..TAGGED };
        let remark = other_counts(CLIPS, other).unwrap();
        assert!(remark.contains("15244 / 1529 / 4332 clips"), "{remark}");
        assert!(remark.contains("15247 / 1529 / 4332 do"), "{remark}");
        // A table of another size is a part of the data set, or another one.
        assert_eq!(other_counts(CLIPS - 1, other), None);
    }
}
