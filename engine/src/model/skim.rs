//! Reads what a model says of itself without the rest of its file. A plugin must know the names of
//! its tags on the host's main thread, and a network may be a gigabyte.

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::Path;

use prost::Message;
use tract_onnx::pb::StringStringEntryProto;

use super::error::ModelError;
use super::info::ModelInfo;
use super::limits::MAX_METADATA_BYTES;
use super::metadata;
use super::reading::{Size, in_file, regular_file, sidecar};

/// Field of a `ModelProto` that holds a metadata property.
const METADATA_PROPS: u64 = 14;
/// Most fields of a `ModelProto` that are read.
const MAX_FIELDS: usize = 1 << 16;

/// Reads what the model file `path`, or the sidecar beside it, says of itself, without its `sha256`.
/// It skips the network, so [`Model::open`](crate::Model::open) may still refuse the file.
///
/// # Errors
/// [`ModelError`] if the file cannot be read, is not an ONNX model, or says something impossible.
pub fn read_info(path: &Path) -> Result<ModelInfo, ModelError> {
    let length = regular_file(path, Size::MODEL)?;
    let io = |source| ModelError::Io {
        path: path.display().to_string(),
        source,
    };
    let file = File::open(path).map_err(io)?;
    let properties = Skim::new(BufReader::new(file), length)
        .properties()
        .map_err(|problem| match problem {
            Problem::Io(source) => io(source),
            Problem::Model(problem) => in_file(path, problem),
        })?;
    let sidecar = sidecar(path)?;
    metadata::read(&properties, sidecar.as_deref()).map_err(|problem| in_file(path, problem))
}

/// The same of a model in memory, which has no sidecar.
pub(super) fn info_in(model: &[u8]) -> Result<ModelInfo, ModelError> {
    let properties = Skim::new(Cursor::new(model), model.len() as u64).properties();
    let properties = properties.map_err(|problem| match problem {
        Problem::Io(source) => ModelError::NotOnnx {
            reason: source.to_string(),
        },
        Problem::Model(problem) => problem,
    })?;
    metadata::read(&properties, None)
}

/// Why there are no properties.
#[derive(Debug)]
enum Problem {
    Io(std::io::Error),
    Model(ModelError),
}

impl From<std::io::Error> for Problem {
    fn from(error: std::io::Error) -> Self {
        Self::Io(error)
    }
}

fn not_onnx<T>(reason: &str) -> Result<T, Problem> {
    Err(Problem::Model(ModelError::NotOnnx {
        reason: reason.to_owned(),
    }))
}

/// The fields of a `ModelProto`, one after the other.
struct Skim<R> {
    file: R,
    at: u64,
    length: u64,
}

impl<R: Read + Seek> Skim<R> {
    fn new(file: R, length: u64) -> Self {
        Self {
            file,
            at: 0,
            length,
        }
    }

    fn properties(mut self) -> Result<Vec<StringStringEntryProto>, Problem> {
        let mut properties = Vec::new();
        let mut metadata_bytes = 0;
        let mut fields = 0;
        if self.length == 0 {
            return not_onnx("it is empty");
        }
        while self.at < self.length {
            fields += 1;
            if fields > MAX_FIELDS {
                return not_onnx("it has more fields than any ONNX model");
            }
            let key = self.varint()?;
            let bytes = match key & 7 {
                0 => {
                    self.varint()?;
                    continue;
                }
                1 => 8,
                2 => self.varint()?,
                5 => 4,
                _ => return not_onnx("it does not look like one"),
            };
            let missing = self.at.saturating_add(bytes).saturating_sub(self.length);
            if missing > 0 {
                return Err(Problem::Model(ModelError::Truncated { missing }));
            }
            if key == METADATA_PROPS << 3 | 2 {
                metadata_bytes += bytes;
                if metadata_bytes > MAX_METADATA_BYTES {
                    return not_onnx("it has more than 8 MiB of metadata");
                }
                properties.push(self.property(bytes)?);
            } else {
                // The place lies within the file, so an i64 holds the distance.
                self.file.seek_relative(bytes as i64)?;
                self.at += bytes;
            }
        }
        Ok(properties)
    }

    fn property(&mut self, bytes: u64) -> Result<StringStringEntryProto, Problem> {
        let mut content = vec![0; bytes as usize];
        self.file.read_exact(&mut content)?;
        self.at += bytes;
        StringStringEntryProto::decode(content.as_slice())
            .or_else(|error| not_onnx(&error.to_string()))
    }

    fn varint(&mut self) -> Result<u64, Problem> {
        let mut value = 0u64;
        for shift in (0..64).step_by(7) {
            if self.at >= self.length {
                return Err(Problem::Model(ModelError::Truncated { missing: 1 }));
            }
            let mut byte = [0];
            self.file.read_exact(&mut byte)?;
            self.at += 1;
            value |= u64::from(byte[0] & 0x7f) << shift;
            if byte[0] < 0x80 {
                return Ok(value);
            }
        }
        not_onnx("it does not look like one")
    }
}

#[cfg(test)]
mod tests {
    use std::io::SeekFrom;

    use super::*;
    use crate::model::Model;

    /// Counts the bytes that are read.
    struct Counted<'a>(Cursor<&'a [u8]>, &'a mut u64);

    impl Read for Counted<'_> {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            let read = self.0.read(buffer)?;
            *self.1 += read as u64;
            Ok(read)
        }
    }

    impl Seek for Counted<'_> {
        fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
            self.0.seek(to)
        }
    }

    #[test]
    fn names_are_read_without_the_network_however_large_it_is() {
        let bytes = tagline_models::DEFAULT_MODEL;
        let mut read = 0;
        let properties = Skim::new(Counted(Cursor::new(bytes), &mut read), bytes.len() as u64)
            .properties()
            .expect("the built-in model");
        let info = metadata::read(&properties, None).expect("its metadata");
        assert_eq!(&info, crate::model::built_in_info());
        assert!(read < bytes.len() as u64 / 10, "{read} of {}", bytes.len());
    }

    #[test]
    fn skimming_a_file_and_opening_it_give_the_same_info() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("tiny.onnx");
        let bytes = tagline_tests::tiny_model(&["low", "high"]);
        std::fs::write(&path, &bytes).expect("write");
        let opened = Model::open(&path).expect("a sound model");
        let skimmed = read_info(&path).expect("its metadata");
        assert_eq!(skimmed.sha256, "");
        let sha256 = opened.info().sha256.clone();
        assert_eq!(**opened.info(), ModelInfo { sha256, ..skimmed });
    }

    #[test]
    fn a_file_that_is_no_model_gives_an_error_that_names_it() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("bad.onnx");
        let bytes = tagline_tests::tiny_model(&["low", "high"]);
        let huge = [
            0x3a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1,
        ];
        for (damaged, expected) in [
            (&b""[..], "empty"),
            (b"no model at all", "ONNX"),
            (&bytes[..bytes.len() - 3], "3 bytes"),
            (&huge, "bad.onnx"),
        ] {
            std::fs::write(&path, damaged).expect("write");
            let error = read_info(&path).expect_err("damaged").to_string();
            assert!(error.contains(expected), "{error}");
            assert!(error.contains("bad.onnx"), "{error}");
        }
        assert!(read_info(folder.path()).is_err(), "a folder");
        assert!(read_info(&folder.path().join("nowhere")).is_err());
    }
}
