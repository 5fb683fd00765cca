//! Writes tags into audio files, by way of a copy that is checked.

use std::fs::File;
use std::path::Path;

use lofty::config::WriteOptions;
use lofty::error::FileParseError;
use lofty::file::{AudioFile, FileType, TaggedFile as Parsed, TaggedFileExt};
use lofty::probe::Probe;
use lofty::tag::{ItemKey, Tag};
use tagline_engine::ModelInfo;
use tagline_files::atomic;
use tagline_files::hash::Sha256;
use tagline_media::{DecodeError, Sink, decode_to};

use super::{TaggedFile, Update};

/// The beginning of a comment that was written here, and may be replaced.
const COMMENT: &str = "Tagline: ";
/// The probability from which a tag is said to be there, if the model has no threshold for it.
const THRESHOLD: f32 = 0.5;
/// Most tags in a comment.
const COMMENT_TAGS: usize = 8;

/// Why tags were not written into a file, which is then as it was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WriteError {
    /// The format has no place for tags, or its tags cannot be written.
    #[error(
        "its format takes no tags here (MP3, AAC, FLAC, Ogg Vorbis, Opus, Speex, M4A, WAV, AIFF, WavPack, \
         Musepack and Monkey's Audio do)"
    )]
    Format,
    /// The tags in the file cannot be read, or new ones not be written.
    #[error("its tags: {0}")]
    Tags(String),
    /// The copy with the tags differs from what it was to be.
    #[error("the copy with the tags {0}, so the file was left as it is")]
    Copy(&'static str),
    /// The file or its copy cannot be decoded.
    #[error(transparent)]
    Decode(#[from] DecodeError),
    /// A file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
}

/// Writes what `file` is into the file itself: the strongest genre as genre and the moods as mood, where the
/// file has none, and the tags that reach their threshold as a comment, where it has none or one that was
/// written here. Tells whether there was something to write.
///
/// A copy beside the file is written, read again, decoded and compared. If it has the new tags and all the
/// old ones, and sounds the same to the bit, it takes the file's place. Until then nothing touches the file.
///
/// # Errors
/// [`WriteError`]. The file is then as it was.
pub fn write_tags(file: &TaggedFile, model: &ModelInfo) -> Result<bool, WriteError> {
    let Ok(last) = &file.last else {
        return Ok(false);
    };
    let before = tag_of(&read(&file.path)?);
    let items = missing(before.as_ref(), wanted(last, model));
    if items.is_empty() {
        return Ok(false);
    }
    let sound = sound_of(&file.path)?;
    atomic::with_temporary(&file.path, WriteError::Io, |copy| {
        std::fs::copy(&file.path, copy)?;
        write(copy, &items)?;
        let after = tag_of(&read(copy)?);
        let after = after.ok_or(WriteError::Copy("does not hold them"))?;
        let there = |(key, text): &(ItemKey, String)| after.get_string(*key) == Some(text);
        if !items.iter().all(there) {
            return Err(WriteError::Copy("does not hold them"));
        }
        if before.is_some_and(|before| !keeps(&before, &after, &items)) {
            return Err(WriteError::Copy("lost some that were there"));
        }
        if sound_of(copy)? != sound {
            return Err(WriteError::Copy("sounds otherwise"));
        }
        Ok(File::open(copy)?.sync_all()?)
    })?;
    Ok(true)
}

/// What a file's tag should say.
fn wanted(update: &Update, model: &ModelInfo) -> Vec<(ItemKey, String)> {
    let mut reached: Vec<(usize, f32)> = (update.probabilities.iter().copied().enumerate())
        .filter(|(tag, value)| *value >= model.threshold(*tag).unwrap_or(THRESHOLD))
        .collect();
    reached.sort_by(|a, b| b.1.total_cmp(&a.1));
    let group = |tag: usize| {
        let groups = model.groups.as_deref().unwrap_or_default();
        groups.get(tag).map(String::as_str)
    };
    let of = |name: &str| -> Vec<&str> {
        let tags = reached.iter().filter(|(tag, _)| group(*tag) == Some(name));
        tags.map(|(tag, _)| model.tags[*tag].as_str()).collect()
    };
    let mut items = Vec::new();
    if let Some(genre) = of("genre").first() {
        items.push((ItemKey::Genre, (*genre).to_owned()));
    }
    let moods = of("mood");
    if !moods.is_empty() {
        items.push((ItemKey::Mood, moods.join(", ")));
    }
    if !reached.is_empty() {
        let tags = reached.iter().take(COMMENT_TAGS);
        let tags = tags.map(|(tag, value)| format!("{} {:.0} %", model.tags[*tag], value * 100.0));
        let text = format!("{COMMENT}{}", tags.collect::<Vec<_>>().join(", "));
        items.push((ItemKey::Comment, text));
    }
    items
}

/// Those of `wanted` that `tag` has not, and that it may be given.
fn missing(tag: Option<&Tag>, wanted: Vec<(ItemKey, String)>) -> Vec<(ItemKey, String)> {
    let free = |(key, text): &(ItemKey, String)| match tag.and_then(|tag| tag.get_string(*key)) {
        None | Some("") => true,
        Some(there) => *key == ItemKey::Comment && there.starts_with(COMMENT) && there != text,
    };
    wanted.into_iter().filter(free).collect()
}

/// Whether `after` has all that `before` had, apart from what `items` replace.
fn keeps(before: &Tag, after: &Tag, items: &[(ItemKey, String)]) -> bool {
    let replaced = |key: ItemKey| items.iter().any(|(item, _)| *item == key);
    let mut kept = before.items().filter(|item| !replaced(item.key()));
    kept.all(|item| after.items().any(|there| there == item))
        && before.pictures() == after.pictures()
}

fn read(path: &Path) -> Result<Parsed, WriteError> {
    let parsed = Probe::open(path).and_then(|probe| Ok(probe.guess_file_type()?));
    let probe = parsed.map_err(refused)?;
    if probe.file_type().is_none() {
        return Err(WriteError::Format);
    }
    probe
        .read()
        .map_err(|error| match FileType::from_path(path) {
            Some(_) => refused(error),
            // What looked like MPEG frames was something else.
            None => WriteError::Format,
        })
}

fn refused(error: FileParseError) -> WriteError {
    WriteError::Tags(error.to_string())
}

/// The tag of the kind that the file's format has.
fn tag_of(file: &Parsed) -> Option<Tag> {
    file.primary_tag().cloned()
}

fn write(path: &Path, items: &[(ItemKey, String)]) -> Result<(), WriteError> {
    let mut file = read(path)?;
    if file.primary_tag().is_none() {
        file.insert_tag(Tag::new(file.primary_tag_type()));
    }
    if let Some(tag) = file.primary_tag_mut() {
        for (key, text) in items {
            tag.insert_text(*key, text.clone());
        }
    }
    let saved = file.save_to_path(path, WriteOptions::default());
    saved.map_err(|error| WriteError::Tags(error.to_string()))
}

/// A checksum of a file's samples.
fn sound_of(path: &Path) -> Result<String, WriteError> {
    let mut sound = Sound(Sha256::new());
    decode_to(path, &mut sound)?;
    Ok(sound.0.hex())
}

/// Sums samples up instead of keeping them.
struct Sound(Sha256);

impl Sink for Sound {
    fn restart(&mut self) {
        self.0 = Sha256::new();
    }

    fn take(&mut self, sample_rate_hz: u32, channels: &[Vec<f32>]) -> bool {
        self.0.update(sample_rate_hz.to_le_bytes());
        for channel in channels {
            let bytes: Vec<u8> = channel.iter().flat_map(|x| x.to_le_bytes()).collect();
            self.0.update(bytes);
        }
        true
    }
}
