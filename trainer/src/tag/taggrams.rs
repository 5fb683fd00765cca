//! Writes the taggrams of tagged files.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use tagline_engine::ModelInfo;
use tagline_files::atomic;
use tagline_taggram::{Taggram, TaggramError, write_taggram};

use super::{TagError, TaggedFile};

/// The taggrams of some files: one picture, or a folder of pictures.
#[derive(Debug)]
pub struct Taggrams {
    path: PathBuf,
    folder: bool,
    taken: HashSet<PathBuf>,
}

impl Taggrams {
    /// The taggram of a single file goes to `path`. If `path` is a folder or there are several
    /// files, each goes to a picture with the file's name in the folder `path`, which is made if it
    /// is missing.
    ///
    /// # Errors
    /// The system's reason why there is no such folder.
    pub fn new(path: &Path, files: usize) -> std::io::Result<Self> {
        let folder = files > 1 || path.is_dir();
        if folder {
            std::fs::create_dir_all(path)?;
        } else if !path
            .extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("png"))
        {
            let reason = "a taggram is a PNG, so its name must end in .png";
            return Err(std::io::Error::new(ErrorKind::InvalidInput, reason));
        }
        Ok(Self {
            path: path.to_owned(),
            folder,
            taken: HashSet::new(),
        })
    }

    /// Draws `file`'s updates and returns the picture's path.
    ///
    /// # Errors
    /// [`TagError::Taggram`] if the picture cannot be written.
    pub fn write(&mut self, file: &TaggedFile, model: &ModelInfo) -> Result<PathBuf, TagError> {
        let path = self.place(&file.path);
        let positions: Vec<f64> = file
            .updates
            .iter()
            .map(|update| update.position_seconds)
            .collect();
        let probabilities: Vec<Vec<f32>> = file
            .updates
            .iter()
            .map(|update| update.probabilities.clone())
            .collect();
        let title = file.path.file_name().unwrap_or_default().to_string_lossy();
        let taggram = Taggram {
            title: &title,
            tags: &model.tags,
            positions_seconds: &positions,
            probabilities: &probabilities,
        };
        let refused = |source| TaggramError::Io {
            path: path.display().to_string(),
            source,
        };
        atomic::with_temporary(&path, refused, |temporary| {
            write_taggram(temporary, &taggram)
        })
        .map_err(|source| TagError::Taggram {
            path: file.path.display().to_string(),
            source,
        })?;
        Ok(path)
    }

    fn place(&mut self, audio: &Path) -> PathBuf {
        if !self.folder {
            return self.path.clone();
        }
        let stem = audio.file_stem().unwrap_or_default().to_string_lossy();
        let mut path = self.path.join(format!("{stem}.png"));
        for number in 2.. {
            if self.taken.insert(path.clone()) {
                break;
            }
            path = self.path.join(format!("{stem}-{number}.png"));
        }
        path
    }
}
