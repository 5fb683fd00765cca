//! safetensors files.

use safetensors::{Dtype, SafeTensors};

use super::floats::Float;
use super::{Weights, WeightsError};

/// Reads a whole file.
pub fn read(bytes: &[u8]) -> Result<Weights, WeightsError> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| WeightsError::Safetensors(error.to_string()))?;
    let mut weights = Weights::default();
    for (name, tensor) in file.iter() {
        let float = match tensor.dtype() {
            Dtype::F16 => Some(Float::F16),
            Dtype::BF16 => Some(Float::Bf16),
            Dtype::F32 => Some(Float::F32),
            Dtype::F64 => Some(Float::F64),
            _ => None,
        };
        let dtype = format!("{:?}", tensor.dtype());
        let shape = tensor.shape().to_vec();
        weights.insert(name.to_owned(), shape, tensor.data(), float, &dtype);
    }
    Ok(weights)
}
