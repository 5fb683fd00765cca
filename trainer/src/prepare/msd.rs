//! The Million Song Dataset with Last.fm's 50 most frequent tags, in the common split.
//!
//! The split is `{train,valid,test}_x_*.txt` (a line for each track: its 7digital id, its MSD id,
//! the name of its file, or each of them in a file of its own) beside `{train,valid,test}_y.npy`
//! (`[track, tag]`, 0 or 1). The audio, 7digital's previews, is searched in a folder tree by any
//! of these names.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};

use tagline_media::Npy;

use super::collection::{ADVICE, Collection, Item, Selection};
use super::files::audio_files;
use super::{PrepareError, splits};
use crate::data::Split;

/// Last.fm's 50 most frequent tags on the data set, in the order of the columns of `*_y.npy`.
pub(crate) const TAGS_OF_LAST_FM: [&str; 50] = [
    "rock",
    "pop",
    "alternative",
    "indie",
    "electronic",
    "female vocalists",
    "dance",
    "00s",
    "alternative rock",
    "jazz",
    "beautiful",
    "metal",
    "chillout",
    "male vocalists",
    "classic rock",
    "soul",
    "indie rock",
    "Mellow",
    "electronica",
    "80s",
    "folk",
    "90s",
    "chill",
    "instrumental",
    "punk",
    "oldies",
    "blues",
    "hard rock",
    "ambient",
    "acoustic",
    "experimental",
    "female vocalist",
    "guitar",
    "Hip-Hop",
    "70s",
    "party",
    "country",
    "easy listening",
    "sexy",
    "catchy",
    "funk",
    "electro",
    "heavy metal",
    "Progressive rock",
    "60s",
    "rnb",
    "indie pop",
    "sad",
    "House",
    "happy",
];

/// Endings of the names of lists, from the best names for clips to the worst.
const LISTS: [&str; 3] = ["msd_id", "7d_id", "filename"];

/// How the Million Song Dataset is read.
#[derive(Clone, Debug)]
pub struct Reading {
    /// The folder of the data set.
    pub root: PathBuf,
    /// The folder tree of the previews, by default `root`.
    pub audio: Option<PathBuf>,
    /// The folder of the split's files, by default `root`.
    pub split_files: Option<PathBuf>,
    /// File with the names of the columns of `*_y.npy`, one in each line; by default Last.fm's 50.
    pub tag_names: Option<PathBuf>,
    /// The tags to keep, by default all.
    pub tags: Option<Selection>,
}

/// Lists the tracks.
///
/// # Errors
/// [`PrepareError`] names the file and what is wrong with it.
pub fn read(reading: &Reading) -> Result<Collection, PrepareError> {
    let folder = reading.split_files.as_ref().unwrap_or(&reading.root);
    let tags = match &reading.tag_names {
        Some(path) => splits::read_lines(path)?,
        None => TAGS_OF_LAST_FM.map(str::to_owned).to_vec(),
    };
    let audio = reading.audio.as_ref().unwrap_or(&reading.root);
    let previews = Previews::search(audio)?;
    let mut items = Vec::new();
    for split in Split::ALL {
        read_split(folder, split, &tags, &previews, &mut items)?;
    }
    drop(previews);
    make_unique(&mut items);
    let mut collection = Collection {
        name: "msd".to_owned(),
        audio: PathBuf::new(),
        tags,
        items,
        options: BTreeMap::new(),
        left_out: Vec::new(),
    };
    collection.select(reading.tags.as_ref().unwrap_or(&Selection::All))?;
    collection.check(&[], "the lists are the splits")?;
    collection.find_audio(std::slice::from_ref(audio), ADVICE)?;
    Ok(collection)
}

fn read_split(
    folder: &Path,
    split: Split,
    tags: &[String],
    previews: &Previews,
    items: &mut Vec<Item>,
) -> Result<(), PrepareError> {
    let lists = read_lists(folder, split)?;
    let tracks = lists[0].1.len();
    for (path, list) in &lists {
        if list.len() != tracks {
            let (found, first) = (list.len(), lists[0].0.display());
            let reason = format!("{found} lines, where {first} has {tracks}");
            return Err(PrepareError::format(path, reason));
        }
    }
    let path = folder.join(format!("{split}_y.npy"));
    let bytes = splits::read(&path)?;
    let npy = Npy::parse(&bytes).map_err(|error| PrepareError::format(&path, error))?;
    if npy.shape() != [tracks, tags.len()] {
        let (shape, tags) = (npy.shape(), tags.len());
        let reason = format!("shape {shape:?}, where [{tracks} tracks, {tags} tags] is expected");
        return Err(PrepareError::format(&path, reason));
    }
    let numbers = npy.numbers();
    let mut numbers = numbers.map_err(|error| PrepareError::format(&path, error))?;
    for track in 0..tracks {
        let mut labels = Vec::new();
        for (tag, value) in numbers.by_ref().take(tags.len()).enumerate() {
            if !(0.0..=1.0).contains(&value) {
                let reason =
                    format!("track {track}: {value} where a label from 0 to 1 is expected");
                return Err(PrepareError::format(&path, reason));
            }
            if value > 0.0 {
                labels.push((tag as u32, value as f32));
            }
        }
        let names = || lists.iter().map(|(_, list)| list[track].as_str());
        let found = names().find_map(|name| previews.find(name));
        items.push(Item {
            id: stem(&lists[0].1[track]).into(),
            // With the list's own name, it is reported as missing.
            path: found
                .or_else(|| names().next_back())
                .unwrap_or_default()
                .into(),
            source: Box::default(),
            split,
            labels: labels.into(),
        });
    }
    Ok(())
}

/// Numbers repeated ids, as in `104485@2`. Two tracks may share a preview, whose 7digital id then
/// stands twice in the published lists, with different labels.
fn make_unique(items: &mut [Item]) {
    let mut seen: HashSet<Box<str>> = items.iter().map(|item| item.id.clone()).collect();
    if seen.len() == items.len() {
        return;
    }
    let mut times: HashMap<Box<str>, usize> = HashMap::new();
    for item in items {
        let times = times.entry(item.id.clone()).or_default();
        *times += 1;
        if *times > 1 {
            let mut id = format!("{}@{times}", item.id);
            while !seen.insert(id.as_str().into()) {
                *times += 1;
                id = format!("{}@{times}", item.id);
            }
            item.id = id.into();
        }
    }
}

/// The existing lists of a split with their paths, at least one.
fn read_lists(folder: &Path, split: Split) -> Result<Vec<(PathBuf, Vec<String>)>, PrepareError> {
    let paths = LISTS.map(|list| folder.join(format!("{split}_x_{list}.txt")));
    let lists: Vec<_> = paths
        .into_iter()
        .filter(|path| path.is_file())
        .map(|path| splits::read_lines(&path).map(|lines| (path, lines)))
        .collect::<Result<_, _>>()?;
    if lists.is_empty() {
        return Err(PrepareError::Missing {
            path: folder.to_owned(),
            what: format!("list of the split `{split}`"),
            expected: LISTS
                .map(|list| format!("{split}_x_{list}.txt"))
                .join(" or "),
        });
    }
    Ok(lists)
}

/// The audio files of a folder tree, by their names without folder and extensions.
struct Previews {
    by_stem: HashMap<Box<str>, Box<str>>,
}

impl Previews {
    fn search(folder: &Path) -> Result<Self, PrepareError> {
        let mut by_stem = HashMap::new();
        // The lists cannot name such a file, so it does not belong to the data set.
        for path in audio_files(folder)?.files {
            // Of several files, the first in the order of their paths.
            by_stem.entry(stem(&path).into()).or_insert(path.into());
        }
        Ok(Self { by_stem })
    }

    fn find(&self, name: &str) -> Option<&str> {
        self.by_stem.get(stem(name)).map(|path| &**path)
    }
}

/// `5504670` of `5/5/5504670.clip.mp3`.
fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').next().unwrap_or(name)
}
