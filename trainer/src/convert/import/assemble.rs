//! Makes an FCN from a preset and a file's tensors: turns kernels, folds batch norms in f64.

use super::preset::{Block, Fcn, InputNorm, Preset};
use super::tensors::{File, TensorError};
use crate::arch::Pool;
use crate::convert::network::{Along, ConvBlock, InputAffine, NetworkWeights, single};
use crate::weights::Weights;

/// Points of a kernel, 3×3.
const KERNEL: usize = 9;

/// Checks `weights` against `preset`, whose network is `fcn`, and folds the batch norms.
///
/// # Errors
/// [`TensorError`] names the tensor that is missing, misshapen, not finite or superfluous.
pub fn assemble(
    preset: &Preset,
    fcn: &Fcn,
    weights: &Weights,
) -> Result<NetworkWeights, TensorError> {
    let mut file = File::new(weights, &preset.dialect);
    let (norm, axis) = fcn.input_norm;
    let length = match axis {
        InputNorm::Channel => 1,
        InputNorm::Frame => (preset.front_end)().frames,
    };
    let input = file.norm(norm, length)?;
    let mut blocks = Vec::new();
    let mut maps_in = 1;
    for block in fcn.blocks {
        blocks.push(file.block(block, maps_in)?);
        maps_in = block.maps;
    }
    let (dense, dense_bias) = file.dense(fcn.dense, maps_in)?;
    file.check_all_used(preset)?;
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
        activation: fcn.activation,
        dense,
        dense_bias,
    })
}

impl File<'_> {
    fn block(&mut self, block: &Block, maps_in: usize) -> Result<ConvBlock, TensorError> {
        let [weights, bias] = self.dialect().layer;
        let maps = block.maps;
        let shape = [Some(maps), Some(maps_in), Some(3), Some(3)];
        let (kernels, _) = self.tensor(format!("{}{weights}", block.conv), &shape)?;
        let (bias, _) = self.tensor(format!("{}{bias}", block.conv), &[Some(maps)])?;
        let norm = self.norm(block.norm, maps)?;
        let mut kernels = kernels.to_vec();
        if self.dialect().kernels_flipped {
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
            pool: Some(Pool::side_by_side(block.pool)),
        })
    }

    /// Weights `[tag, map]` and bias. The file decides the number of tags.
    fn dense(&mut self, prefix: &str, maps: usize) -> Result<(Vec<f32>, Vec<f32>), TensorError> {
        let [weights, bias] = self.dialect().layer;
        let name = format!("{prefix}{weights}");
        if !self.dialect().dense_in_out {
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

#[cfg(test)]
mod tests;
