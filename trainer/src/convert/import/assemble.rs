//! Makes a network from a preset and a file's tensors: checks shapes, turns kernels, folds batch
//! norms in f64.

use super::preset::{Block, Dialect, InputNorm, Preset, Spread};
use crate::convert::network::{Along, ConvBlock, InputAffine, NetworkWeights, Norm, single};
use crate::weights::Weights;

/// Points of a kernel, 3×3.
const KERNEL: usize = 9;

/// Why a file's tensors do not fit a preset.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum TensorError {
    /// A tensor is missing.
    #[error("tensor `{name}` is missing; the file holds {held}")]
    Missing {
        /// Its name.
        name: String,
        /// Some of the names in the file.
        held: String,
    },
    /// A tensor has another shape.
    #[error("tensor `{name}` has the shape {found:?}, not {expected}")]
    Shape {
        /// Its name.
        name: String,
        /// Its shape in the file.
        found: Vec<usize>,
        /// The shape it must have.
        expected: String,
    },
    /// A tensor does not hold floating point numbers.
    #[error("tensor `{name}` holds {found}, not floating point numbers")]
    NotFloat {
        /// Its name.
        name: String,
        /// What it holds.
        found: String,
    },
    /// A tensor holds a value that is not finite.
    #[error("tensor `{name}` holds {value} at index {index}")]
    NotFinite {
        /// Its name.
        name: String,
        /// Row-major index of the first such value.
        index: usize,
        /// The value: NaN or an infinity.
        value: f32,
    },
    /// A batch norm cannot be folded.
    #[error("batch norm `{name}`: channel {channel} divides by {divisor}")]
    Norm {
        /// Its prefix.
        name: String,
        /// The channel.
        channel: usize,
        /// Its divisor.
        divisor: f64,
    },
    /// A folded weight is too large for single precision.
    #[error("`{name}` with its batch norm folded in exceeds single precision")]
    Overflow {
        /// Prefix of the layer.
        name: String,
    },
    /// The file holds a tensor that the preset has no place for.
    #[error("tensor `{name}` has no place in this network; is the preset right?")]
    Unexpected {
        /// Its name.
        name: String,
    },
}

/// Checks `weights` against `preset` and folds the batch norms.
///
/// # Errors
/// [`TensorError`] names the tensor that is missing, misshapen, not finite or superfluous.
pub fn assemble(preset: &Preset, weights: &Weights) -> Result<NetworkWeights, TensorError> {
    let mut file = File {
        weights,
        dialect: &preset.dialect,
        used: Vec::new(),
    };
    let (norm, axis) = preset.input_norm;
    let length = match axis {
        InputNorm::Channel => 1,
        InputNorm::Frame => (preset.front_end)().frames,
    };
    let input = file.norm(norm, length)?;
    let mut blocks = Vec::new();
    let mut maps_in = 1;
    for block in preset.blocks {
        blocks.push(file.block(block, maps_in)?);
        maps_in = block.maps;
    }
    let (dense, dense_bias) = file.dense(preset.dense, maps_in)?;
    let used = file.used;
    if let Some(name) = weights
        .tensors
        .keys()
        .find(|name| !used.contains(name) && !preset.ignores(name))
    {
        return Err(TensorError::Unexpected { name: name.clone() });
    }
    let overflow = || TensorError::Overflow {
        name: norm.to_owned(),
    };
    Ok(NetworkWeights {
        input: Some(InputAffine {
            along: Along::Frames,
            gain: single(&input.gain).ok_or_else(overflow)?,
            offset: single(&input.offset).ok_or_else(overflow)?,
        }),
        blocks,
        activation: preset.activation,
        dense,
        dense_bias,
    })
}

struct File<'a> {
    weights: &'a Weights,
    dialect: &'a Dialect,
    used: Vec<String>,
}

impl<'a> File<'a> {
    /// The tensor `name`. Each axis with a given length must have that length.
    fn tensor(
        &mut self,
        name: String,
        shape: &[Option<usize>],
    ) -> Result<(&'a [f32], &'a [usize]), TensorError> {
        let Some(tensor) = self.weights.tensors.get(&name) else {
            return Err(match self.weights.others.get(&name) {
                Some(found) => TensorError::NotFloat {
                    name,
                    found: found.clone(),
                },
                None => TensorError::Missing {
                    name,
                    held: self.weights.some_names(),
                },
            });
        };
        let fits = tensor.shape.len() == shape.len()
            && std::iter::zip(&tensor.shape, shape)
                .all(|(found, expected)| expected.is_none_or(|expected| *found == expected));
        if !fits {
            return Err(TensorError::Shape {
                name,
                found: tensor.shape.clone(),
                expected: describe(shape),
            });
        }
        if let Some(index) = tensor.values.iter().position(|value| !value.is_finite()) {
            return Err(TensorError::NotFinite {
                name,
                index,
                value: tensor.values[index],
            });
        }
        self.used.push(name);
        Ok((&tensor.values, &tensor.shape))
    }

    fn norm(&mut self, prefix: &str, channels: usize) -> Result<Norm, TensorError> {
        let mut part = |part: usize| {
            let name = format!("{prefix}{}", self.dialect.norm[part]);
            Ok(self.tensor(name, &[Some(channels)])?.0)
        };
        let (factor, offset, mean, spread) = (part(0)?, part(1)?, part(2)?, part(3)?);
        let mut divisors = Vec::with_capacity(channels);
        for (channel, spread) in spread.iter().enumerate() {
            let divisor = match self.dialect.spread {
                Spread::Variance { epsilon } => (f64::from(*spread) + epsilon).sqrt(),
                Spread::Deviation { epsilon } => f64::from(*spread) + epsilon,
            };
            // A negative variance gives NaN, which is not above 0.
            if divisor.is_nan() || divisor <= 0.0 {
                return Err(TensorError::Norm {
                    name: prefix.to_owned(),
                    channel,
                    divisor,
                });
            }
            divisors.push(divisor);
        }
        Ok(Norm::new(factor, offset, mean, &divisors))
    }

    fn block(&mut self, block: &Block, maps_in: usize) -> Result<ConvBlock, TensorError> {
        let [weights, bias] = self.dialect.layer;
        let maps = block.maps;
        let shape = [Some(maps), Some(maps_in), Some(3), Some(3)];
        let (kernels, _) = self.tensor(format!("{}{weights}", block.conv), &shape)?;
        let (bias, _) = self.tensor(format!("{}{bias}", block.conv), &[Some(maps)])?;
        let norm = self.norm(block.norm, maps)?;
        let mut kernels = kernels.to_vec();
        if self.dialect.kernels_flipped {
            // Flipping both axes of a 3×3 kernel reverses its nine points.
            kernels.chunks_exact_mut(KERNEL).for_each(<[f32]>::reverse);
        }
        let overflow = || TensorError::Overflow {
            name: block.conv.to_owned(),
        };
        let [kernels, bias] = norm.fold(&kernels, Some(bias)).ok_or_else(overflow)?;
        Ok(ConvBlock {
            maps_in,
            maps_out: maps,
            kernel: [3, 3],
            padding: [1, 1],
            kernels,
            bias,
            pool: Some(block.pool),
        })
    }

    /// Weights `[tag, map]` and bias. The file decides the number of tags.
    fn dense(&mut self, prefix: &str, maps: usize) -> Result<(Vec<f32>, Vec<f32>), TensorError> {
        let [weights, bias] = self.dialect.layer;
        let name = format!("{prefix}{weights}");
        if !self.dialect.dense_in_out {
            let (dense, shape) = self.tensor(name, &[None, Some(maps)])?;
            let (bias, _) = self.tensor(format!("{prefix}{bias}"), &[Some(shape[0])])?;
            return Ok((dense.to_vec(), bias.to_vec()));
        }
        let (dense, shape) = self.tensor(name, &[Some(maps), None])?;
        let tags = shape[1];
        let (bias, _) = self.tensor(format!("{prefix}{bias}"), &[Some(tags)])?;
        let transposed = (0..tags * maps)
            .map(|index| dense[index % maps * tags + index / maps])
            .collect();
        Ok((transposed, bias.to_vec()))
    }
}

fn describe(shape: &[Option<usize>]) -> String {
    let axes = shape
        .iter()
        .map(|axis| axis.map_or_else(|| "tags".to_owned(), |length| length.to_string()));
    format!("[{}]", axes.collect::<Vec<_>>().join(", "))
}

#[cfg(test)]
mod tests;
