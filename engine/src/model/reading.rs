//! Reads the files of a model, up to a limit.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use sha2::{Digest, Sha256};

use super::error::ModelError;
use super::limits::{MAX_MODEL_BYTES, MAX_SIDECAR_BYTES};

/// How messages call the sidecar.
pub(super) const SIDECAR: &str = "sidecar .json";

/// A kind of file, and how large it may be.
#[derive(Clone, Copy)]
pub(super) struct Size {
    what: &'static str,
    most_bytes: u64,
}

impl Size {
    pub const MODEL: Self = Self {
        what: "model file",
        most_bytes: MAX_MODEL_BYTES,
    };
    const SIDECAR: Self = Self {
        what: SIDECAR,
        most_bytes: MAX_SIDECAR_BYTES,
    };

    pub fn check(self, bytes: u64) -> Result<(), ModelError> {
        if bytes <= self.most_bytes {
            return Ok(());
        }
        Err(ModelError::TooLarge {
            what: self.what,
            bytes,
            limit: self.most_bytes,
        })
    }
}

/// The text of the sidecar beside the model file `path`, if there is one.
pub(super) fn sidecar(path: &Path) -> Result<Option<String>, ModelError> {
    let beside = path.with_extension("json");
    if beside == path || !beside.is_file() {
        return Ok(None);
    }
    let bytes = read_bounded(&beside, Size::SIDECAR)?;
    let text = String::from_utf8_lossy(&bytes);
    // Some editors begin a text with a byte order mark, which JSON does not allow.
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    Ok(Some(text.to_owned()))
}

/// The length in bytes of `path`, which must be a regular file of at most `size`.
pub(super) fn regular_file(path: &Path, size: Size) -> Result<u64, ModelError> {
    let io = |source| ModelError::Io {
        path: path.display().to_string(),
        source,
    };
    let found = std::fs::metadata(path).map_err(io)?;
    if !found.is_file() {
        return Err(io(std::io::Error::other("this is not a file; choose one")));
    }
    size.check(found.len())
        .map_err(|problem| in_file(path, problem))?;
    Ok(found.len())
}

/// The bytes of the regular file `path`, at most `size` of them.
pub(super) fn read_bounded(path: &Path, size: Size) -> Result<Vec<u8>, ModelError> {
    let io = |source| ModelError::Io {
        path: path.display().to_string(),
        source,
    };
    // Look before opening the file: opening a pipe would wait for a writer.
    regular_file(path, size)?;
    let mut bytes = Vec::new();
    File::open(path)
        .map_err(io)?
        .take(size.most_bytes + 1)
        .read_to_end(&mut bytes)
        .map_err(io)?;
    // The file may have grown since.
    size.check(bytes.len() as u64)
        .map_err(|problem| in_file(path, problem))?;
    Ok(bytes)
}

/// Says that `problem` lies in the file `path`.
pub(super) fn in_file(path: &Path, problem: ModelError) -> ModelError {
    ModelError::File {
        path: path.display().to_string(),
        problem: Box::new(problem),
    }
}

/// SHA-256 of `bytes` in lower-case hex.
pub(super) fn sha256_of(bytes: &[u8]) -> String {
    use std::fmt::Write;
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}
