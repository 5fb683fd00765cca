//! The table of what people say.
//!
//! A row a file: `path` in one of the folders of audio, and any of
//!
//! - `set`: the collection that the file belongs to, which has figures of its own;
//! - `genre`: the one that people chose; it is absent from every other file of the set. A genre that is
//!   no tag of the vocabulary makes the file an example of what none of the others is;
//! - `tags` and `without`: other tags, or groups of them, that people heard or missed, separated by
//!   semicolons;
//! - `artist`, or `artist_or_song`: files that belong together when chance is estimated.
//!
//! Other columns are left alone.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::prepare::{PrepareError, Table};
use crate::vocabulary::Vocabulary;

/// A file, and what people say of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Labelled {
    /// Its path in a folder of audio.
    pub path: String,
    /// The collection it belongs to.
    pub set: String,
    /// Whose it is.
    pub artist: String,
    /// Its genre, as the number of a tag, where people chose one that the vocabulary has.
    pub genre: Option<usize>,
    /// Tags that its genre is a kind of, so that they are right about it, too.
    pub wider: Vec<usize>,
    /// One a tag: 1, 0, or NaN where nobody says.
    pub labels: Vec<f32>,
}

/// The tags that are genres of each set.
type Genres = BTreeMap<String, BTreeSet<usize>>;

/// Reads a table of labels.
///
/// # Errors
/// [`PrepareError`] names the table, the line and what is wrong with it.
pub fn read_labels(path: &Path, vocabulary: &Vocabulary) -> Result<Vec<Labelled>, PrepareError> {
    let mut table = Table::open(path, b',', false)?;
    let file = table.column("path")?;
    let [set, genre, tags, without] =
        ["set", "genre", "tags", "without"].map(|name| table.find(name));
    let artist = table
        .find("artist")
        .or_else(|| table.find("artist_or_song"));
    let (mut files, mut genres, mut seen) = (Vec::new(), Genres::new(), BTreeSet::new());
    table.rows(|row| {
        let cell = |column: Option<usize>| column.map_or(Ok(""), |column| row.cell(column));
        let path = row.path(file)?;
        if !seen.insert(path.clone()) {
            return Err(row.wrong(format!("`{path}` is there twice")));
        }
        let mut labels = vec![f32::NAN; vocabulary.tags().len()];
        let mark = |labels: &mut [f32], names: &str, value: f32| {
            let marked = vocabulary.mark(labels, names, value);
            marked.map_err(|what| row.wrong(what))
        };
        mark(&mut labels, cell(without)?, 0.0)?;
        mark(&mut labels, cell(tags)?, 1.0)?;
        let set = cell(set)?.trim().to_owned();
        let genre = match cell(genre)?.trim() {
            "" => None,
            name => Some(vocabulary.tags().iter().position(|tag| tag.name == name)),
        };
        if let Some(genre) = genre {
            genres.entry(set.clone()).or_default().extend(genre);
        }
        let artist = match cell(artist)?.trim() {
            "" => path.clone(),
            name => name.to_owned(),
        };
        files.push((
            genre,
            Labelled {
                path,
                set,
                artist,
                genre: genre.flatten(),
                wider: genre
                    .flatten()
                    .map_or_else(Vec::new, |genre| vocabulary.wider(genre)),
                labels,
            },
        ));
        Ok(())
    })?;
    let files = files.into_iter().map(|(chosen, mut file)| {
        if chosen.is_some() {
            for genre in genres.get(&file.set).into_iter().flatten() {
                file.labels[*genre] = f32::from(u8::from(file.genre == Some(*genre)));
            }
        }
        file
    });
    Ok(files.collect())
}
