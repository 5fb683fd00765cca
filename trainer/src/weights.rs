//! Reads files of weights without trusting them: safetensors, PyTorch, Keras 1.x HDF5, TensorFlow's
//! checkpoints.
//!
//! Every reader takes bytes and gives [`Weights`]; only a checkpoint is more than one file. Nothing in a file is executed, and a file's
//! claims are checked against its length before memory is taken.

mod file;
mod floats;
mod hdf5;
mod pickle;
mod safetensors;
mod state_dict;
mod tensorflow;
mod texts;
mod torch;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::{Path, PathBuf};

pub use file::WeightsFile;
pub(crate) use texts::npy_texts;

/// Most bytes of a file of weights, and of the tensors in it.
const MAX_BYTES: u64 = 4 << 30;

/// Why a file of weights cannot be read.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WeightsError {
    /// The file cannot be read.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// The path is a folder or a device.
    #[error("not a file")]
    NotAFile,
    /// The file is larger than weights are.
    #[error("larger than {} GiB; a file of weights is expected", MAX_BYTES >> 30)]
    TooLarge,
    /// The first bytes belong to no known format.
    #[error(
        "neither safetensors, PyTorch (.pth, .pt), Keras 1.x HDF5 (.h5) nor the index of a TensorFlow \
         checkpoint (.index)"
    )]
    UnknownFormat,
    /// A broken safetensors file.
    #[error("broken safetensors file: {0}")]
    Safetensors(String),
    /// A broken HDF5 file.
    #[error("broken HDF5 file: {0}")]
    Hdf5(String),
    /// A broken checkpoint of TensorFlow.
    #[error("broken TensorFlow checkpoint: {0}")]
    TensorFlow(String),
    /// A checkpoint's index was given as bytes, without its shards.
    #[error(
        "the index of a TensorFlow checkpoint, whose shards are other files; name the .index file"
    )]
    NoShards,
    /// A shard of a checkpoint cannot be read.
    #[error("its shard {}: {source}", path.display())]
    Shard {
        /// The shard.
        path: PathBuf,
        /// What is wrong with it.
        source: Box<WeightsError>,
    },
    /// A broken PyTorch archive.
    #[error("broken PyTorch archive: {0}")]
    Archive(String),
    /// A broken pickle.
    #[error("broken pickle at byte {offset}: {reason}")]
    Pickle {
        /// Where, in bytes from the start of the pickle's file.
        offset: usize,
        /// What is wrong.
        reason: String,
    },
    /// The pickle holds an instruction that a state dict does not need.
    #[error(
        "pickle instruction {opcode:#04x} at byte {offset} has no place in a state dict; \
         save the model with torch.save(model.state_dict(), …)"
    )]
    Opcode {
        /// The instruction.
        opcode: u8,
        /// Where, in bytes from the start of the pickle's file.
        offset: usize,
    },
    /// The pickle asks for a function or class that a state dict does not need. It was not run.
    #[error(
        "the pickle asks for `{global}` at byte {offset}, which has no place in a state dict; \
         nothing was run. Save the model with torch.save(model.state_dict(), …)"
    )]
    Global {
        /// Module and name.
        global: String,
        /// Where, in bytes from the start of the pickle's file.
        offset: usize,
    },
    /// A tensor's view leads outside of its storage.
    #[error("tensor `{name}`: {reason}")]
    View {
        /// Name of the tensor.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Tensors lie under several keys.
    #[error("holds tensors under {}; choose with --key", quoted(.0))]
    KeyNeeded(Vec<String>),
    /// No tensors lie under the key that was asked for.
    #[error("holds no tensors under `{key}`{}", match held.is_empty() {
        true => String::new(),
        false => format!("; it does under {}", quoted(held)),
    })]
    NoSuchKey {
        /// The key.
        key: String,
        /// The keys that hold tensors.
        held: Vec<String>,
    },
    /// A key was asked for in a file that has none.
    #[error("has no keys to choose from with --key: only files of PyTorch do")]
    NoKeys,
    /// No tensor's name begins as asked for.
    #[error("no tensor's name begins with `{prefix}`; they are {held}")]
    NoSuchPrefix {
        /// What was to be stripped.
        prefix: String,
        /// Some of the names.
        held: String,
    },
    /// Several networks in one file.
    #[error("holds several networks, whose tensors begin with {}; choose with --strip", quoted(.0))]
    PrefixNeeded(Vec<String>),
    /// Of a later Keras, which writes its files otherwise.
    #[error(
        "a file of {0}, where Keras 1.x is read; save the weights as safetensors, by the names that \
         docs/research.md gives"
    )]
    Keras(&'static str),
    /// The file holds no tensors.
    #[error("holds no tensors")]
    Empty,
}

/// A tensor of floating point numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Tensor {
    /// Length of each axis.
    pub shape: Vec<usize>,
    /// Values, row-major; their number is the product of `shape`.
    pub values: Vec<f32>,
}

/// Named tensors.
#[derive(Clone, Debug, Default)]
pub struct Weights {
    /// Tensors of floating point numbers.
    pub tensors: BTreeMap<String, Tensor>,
    /// Names of the tensors that hold other types, with those types.
    pub others: BTreeMap<String, String>,
}

/// The bytes of a file of weights.
///
/// # Errors
/// [`WeightsError`] if it cannot be read, is not a file, or is larger than weights are.
pub fn read_file(path: &Path) -> Result<Vec<u8>, WeightsError> {
    let file = std::fs::File::open(path)?;
    if !file.metadata()?.is_file() {
        return Err(WeightsError::NotAFile);
    }
    let mut bytes = Vec::new();
    file.take(MAX_BYTES + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > MAX_BYTES {
        return Err(WeightsError::TooLarge);
    }
    Ok(bytes)
}

impl Weights {
    /// Reads the bytes of a file. The first of them tell the format. `key` chooses the tensors of a
    /// PyTorch file that holds several networks.
    ///
    /// # Errors
    /// [`WeightsError`] says what is wrong with the file.
    pub fn from_bytes(bytes: Vec<u8>, key: Option<&str>) -> Result<Self, WeightsError> {
        let is_archive = bytes.starts_with(b"PK\x03\x04");
        let is_torch = is_archive || torch::is_legacy(&bytes);
        if key.is_some() && !is_torch {
            return Err(WeightsError::NoKeys);
        }
        let mut weights = if bytes.starts_with(b"\x89HDF\r\n\x1a\n") {
            hdf5::read(bytes)?
        } else if is_archive {
            torch::read_archive(&bytes, key)?
        } else if is_torch {
            torch::read_legacy(&bytes, key)?
        } else if bytes.get(8) == Some(&b'{') {
            safetensors::read(&bytes)?
        } else if tensorflow::is_table(&bytes) {
            return Err(WeightsError::NoShards);
        } else {
            return Err(WeightsError::UnknownFormat);
        };
        if weights.tensors.is_empty() {
            return Err(WeightsError::Empty);
        }
        weights.strip_wrappers();
        Ok(weights)
    }

    /// Adds a tensor from its little-endian bytes. `dtype` is for the message about a type that
    /// networks do not use.
    fn insert(
        &mut self,
        name: String,
        shape: Vec<usize>,
        bytes: &[u8],
        float: Option<floats::Float>,
        dtype: &str,
    ) {
        match float {
            Some(float) => {
                let values = float.decode(bytes);
                self.tensors.insert(name, Tensor { shape, values });
            }
            None => {
                self.others.insert(name, dtype.to_owned());
            }
        }
    }

    /// Drops what PyTorch's own wrappers put into names: `module.` of DataParallel before all of them,
    /// and `_orig_mod.` of `torch.compile`, wherever it is.
    fn strip_wrappers(&mut self) {
        const WRAPPER: &str = "module.";
        self.rename(|name| Some(name.replace("_orig_mod.", "")));
        let mut names = self.tensors.keys().chain(self.others.keys());
        if names.all(|name| name.starts_with(WRAPPER)) {
            self.rename(|name| name.strip_prefix(WRAPPER).map(str::to_owned));
        }
    }

    /// Keeps the tensors whose names begin with `prefix`, without it.
    ///
    /// # Errors
    /// [`WeightsError::NoSuchPrefix`] if there are none.
    pub fn strip(&mut self, prefix: &str) -> Result<(), WeightsError> {
        if !self.tensors.keys().any(|name| name.starts_with(prefix)) {
            return Err(WeightsError::NoSuchPrefix {
                prefix: prefix.to_owned(),
                held: self.some_names(),
            });
        }
        self.rename(|name| name.strip_prefix(prefix).map(str::to_owned));
        Ok(())
    }

    /// Strips what a training program's own class puts before all names of a network, such as `model.` or
    /// `net.encoder.`, known by where the tensor `anchor` is; other tensors are no part of the network.
    ///
    /// # Errors
    /// [`WeightsError::PrefixNeeded`] if there are several networks.
    pub fn strip_to(&mut self, anchor: &str) -> Result<(), WeightsError> {
        if self.tensors.contains_key(anchor) {
            return Ok(());
        }
        let prefix = |name: &String| {
            let prefix = name.strip_suffix(anchor)?;
            prefix.ends_with('.').then(|| prefix.to_owned())
        };
        let prefixes: Vec<String> = self.tensors.keys().filter_map(prefix).collect();
        match prefixes.as_slice() {
            // What is missing is said where it is looked for.
            [] => Ok(()),
            [prefix] => self.strip(prefix),
            _ => Err(WeightsError::PrefixNeeded(prefixes)),
        }
    }

    /// Gives every tensor another name, or leaves it out.
    fn rename(&mut self, name: impl Fn(&str) -> Option<String>) {
        let tensors = std::mem::take(&mut self.tensors).into_iter();
        self.tensors = tensors
            .filter_map(|(old, tensor)| Some((name(&old)?, tensor)))
            .collect();
        let others = std::mem::take(&mut self.others).into_iter();
        self.others = others
            .filter_map(|(old, dtype)| Some((name(&old)?, dtype)))
            .collect();
    }

    /// Some of the tensors' names, for messages.
    pub(crate) fn some_names(&self) -> String {
        const SHOWN: usize = 6;
        let names = self.tensors.keys().take(SHOWN).map(String::as_str);
        let mut names: Vec<&str> = names.collect();
        let rest = self.tensors.len() - names.len();
        let more = format!("{rest} more");
        if rest > 0 {
            names.push(&more);
        }
        names.join(", ")
    }
}

/// Names for a message.
fn quoted(names: &[String]) -> String {
    let names = names.iter().map(|name| match name.as_str() {
        "" => "no key at all".to_owned(),
        name => format!("`{name}`"),
    });
    names.collect::<Vec<_>>().join(" and ")
}
