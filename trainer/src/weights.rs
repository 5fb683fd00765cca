//! Reads files of weights without trusting them: safetensors, PyTorch, Keras 1.x HDF5.
//!
//! Every reader takes bytes and gives [`Weights`]. Nothing in a file is executed, and a file's
//! claims are checked against its length before memory is taken.

mod floats;
mod hdf5;
mod pickle;
mod safetensors;
mod torch;

use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;

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
    #[error("neither safetensors, PyTorch (.pth, .pt) nor Keras 1.x HDF5 (.h5)")]
    UnknownFormat,
    /// A broken safetensors file.
    #[error("broken safetensors file: {0}")]
    Safetensors(String),
    /// A broken HDF5 file.
    #[error("broken HDF5 file: {0}")]
    Hdf5(String),
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
    /// Reads the bytes of a file. The first of them tell the format.
    ///
    /// # Errors
    /// [`WeightsError`] says what is wrong with the file.
    pub fn from_bytes(bytes: Vec<u8>) -> Result<Self, WeightsError> {
        let mut weights = if bytes.starts_with(b"\x89HDF\r\n\x1a\n") {
            hdf5::read(bytes)?
        } else if bytes.starts_with(b"PK\x03\x04") {
            torch::read_archive(&bytes)?
        } else if torch::is_legacy(&bytes) {
            torch::read_legacy(&bytes)?
        } else if bytes.get(8) == Some(&b'{') {
            safetensors::read(&bytes)?
        } else {
            return Err(WeightsError::UnknownFormat);
        };
        if weights.tensors.is_empty() {
            return Err(WeightsError::Empty);
        }
        weights.strip_wrapper();
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

    /// Drops the `module.` that PyTorch's DataParallel puts before every name.
    fn strip_wrapper(&mut self) {
        const WRAPPER: &str = "module.";
        let mut names = self.tensors.keys().chain(self.others.keys());
        if names.all(|name| name.starts_with(WRAPPER)) {
            let strip = |name: String| name[WRAPPER.len()..].to_owned();
            self.tensors = std::mem::take(&mut self.tensors)
                .into_iter()
                .map(|(name, tensor)| (strip(name), tensor))
                .collect();
            self.others = std::mem::take(&mut self.others)
                .into_iter()
                .map(|(name, dtype)| (strip(name), dtype))
                .collect();
        }
    }
}
