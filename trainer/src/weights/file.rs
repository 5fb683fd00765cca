//! Weights with the names and checksums of the files that hold them.

use std::path::Path;

use tagline_files::hash::sha256;

use super::{Weights, WeightsError, read_file, tensorflow};

/// The weights of a file, and where they come from.
#[derive(Clone, Debug)]
pub struct WeightsFile {
    /// The weights.
    pub weights: Weights,
    /// The files that hold their numbers, each with its SHA-256 in lower-case hex: the file by its name,
    /// or a checkpoint's shards by their folder and name.
    pub sources: Vec<(String, String)>,
}

impl WeightsFile {
    /// Reads a file of weights, and the shards beside it if it is the index of a TensorFlow
    /// checkpoint. `key` is that of [`Weights::from_bytes`].
    ///
    /// # Errors
    /// [`WeightsError`] says what is wrong with the file.
    pub fn read(path: &Path, key: Option<&str>) -> Result<Self, WeightsError> {
        let bytes = read_file(path)?;
        if !tensorflow::is_table(&bytes) {
            let sources = vec![(file_name(path), sha256(&bytes))];
            let weights = Weights::from_bytes(bytes, key)?;
            return Ok(Self { weights, sources });
        }
        if key.is_some() {
            return Err(WeightsError::NoKeys);
        }
        let index = file_name(path);
        let prefix = index.strip_suffix(".index").unwrap_or(&index);
        let folder = path.parent().unwrap_or(Path::new(""));
        let mut sources = Vec::new();
        let weights = tensorflow::read(&bytes, |number, count| {
            let name = format!("{prefix}.data-{number:05}-of-{count:05}");
            let path = folder.join(&name);
            let bytes = read_file(&path).map_err(|source| WeightsError::Shard {
                path: path.clone(),
                source: Box::new(source),
            })?;
            sources.push((format!("{}/{name}", file_name(folder)), sha256(&bytes)));
            Ok(bytes)
        })?;
        if weights.tensors.is_empty() {
            return Err(WeightsError::Empty);
        }
        Ok(Self { weights, sources })
    }
}

fn file_name(path: &Path) -> String {
    let name = path.file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}
