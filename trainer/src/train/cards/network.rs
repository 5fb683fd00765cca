//! Any [`Architecture`] as a Burn module.

use burn::module::{Module, Param, ParamId};
use burn::tensor::activation::relu;
use burn::tensor::module::{avg_pool2d, batch_norm, batch_norm_train, conv2d, max_pool2d};
use burn::tensor::ops::{AvgPoolOptions, ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Distribution, ExecutionError, FloatDType, Tensor, TensorData};

use super::dtype;
use crate::arch::{
    Architecture, Block, BlockParameters, DROPOUT, EPSILON, Mean, Parameters, RowScaling,
};
use crate::train::Precision;

/// The network: `[clip, 1, band, frame]` in, logits out.
#[derive(Module, Debug)]
pub struct Network {
    #[module(skip)]
    rows: Option<RowScaling>,
    /// The blocks in order.
    pub blocks: Vec<ConvBlock>,
    /// Weights of the last 1×1 convolution, `[tag, map, 1, 1]`.
    pub weights: Param<Tensor<4>>,
    /// Bias of the last 1×1 convolution, `[tag]`.
    pub bias: Param<Tensor<1>>,
}

/// One [`Block`].
#[derive(Module, Debug)]
pub struct ConvBlock {
    /// Kernels, `[map out, map in, band, frame]`.
    pub kernels: Param<Tensor<4>>,
    /// Factor of the batch norm, `[map]`.
    pub gain: Param<Tensor<1>>,
    /// Offset of the batch norm, `[map]`.
    pub offset: Param<Tensor<1>>,
    /// Running mean of the batch norm, `[map]`; no gradient flows to it.
    pub mean: Param<Tensor<1>>,
    /// Running variance of the batch norm, unbiased, `[map]`; no gradient flows to it.
    pub variance: Param<Tensor<1>>,
    #[module(skip)]
    block: Block,
}

/// The result of a forward pass in training.
pub struct TrainingOutput {
    /// Logits, `[clip, tag]`.
    pub logits: Tensor<2>,
    /// The statistics that the running ones follow.
    pub statistics: Vec<[Tensor<1>; 2]>,
}

impl Network {
    /// The network with these numbers on `device`.
    ///
    /// Parameters are identified by their position, so that an optimizer's stored state finds
    /// them again.
    #[must_use]
    pub fn new(architecture: &Architecture, parameters: &Parameters, device: &Device) -> Self {
        let mut ids = (1..).map(ParamId::from);
        let mut id = move || ids.next().unwrap_or_default();
        let blocks = std::iter::zip(architecture.blocks, &parameters.blocks)
            .map(|(block, numbers)| ConvBlock {
                kernels: trained(id(), &numbers.kernels, kernel_shape(numbers), device),
                gain: trained(id(), &numbers.gain, [numbers.maps_out], device),
                offset: trained(id(), &numbers.offset, [numbers.maps_out], device),
                mean: fixed(id(), &numbers.mean, [numbers.maps_out], device),
                variance: fixed(id(), &numbers.variance, [numbers.maps_out], device),
                block: *block,
            })
            .collect();
        let (tags, maps) = (parameters.tags(), parameters.maps());
        Self {
            rows: parameters.rows.clone(),
            blocks,
            weights: trained(id(), &parameters.weights, [tags, maps, 1, 1], device),
            bias: trained(id(), &parameters.bias, [tags], device),
        }
    }

    /// The numbers as they are now.
    ///
    /// # Errors
    /// [`ExecutionError`] if a graphics card failed to compute one of them.
    pub fn parameters(&self) -> Result<Parameters, ExecutionError> {
        let blocks = self.blocks.iter().map(|block| {
            let [maps_out, maps_in, bands, frames] = block.kernels.dims();
            Ok(BlockParameters {
                maps_in,
                maps_out,
                kernel: [bands, frames],
                kernels: values(block.kernels.val())?,
                gain: values(block.gain.val())?,
                offset: values(block.offset.val())?,
                mean: values(block.mean.val())?,
                variance: values(block.variance.val())?,
            })
        });
        Ok(Parameters {
            rows: self.rows.clone(),
            blocks: blocks.collect::<Result<_, ExecutionError>>()?,
            weights: values(self.weights.val())?,
            bias: values(self.bias.val())?,
        })
    }

    /// Forward pass in training: batch norms by the batch's own statistics, dropout by the
    /// device's generator if `dropout` says so, convolutions in `precision`.
    ///
    /// # Panics
    /// If the window does not end in one value for each map.
    #[must_use]
    pub fn forward_training(
        &self,
        windows: Tensor<4>,
        dropout: bool,
        precision: Precision,
    ) -> TrainingOutput {
        let mut statistics = Vec::new();
        let windows = self.scale_rows(windows);
        let maps = self.blocks.iter().fold(windows, |maps, block| {
            let convolved = block.convolve(maps, precision);
            let normed = batch_norm_train(convolved, block.gain.val(), block.offset.val(), EPSILON);
            let [clips, _, bands, frames] = normed.output.dims();
            let count = (clips * bands * frames) as f64;
            let unbiased = normed.variance.detach() * (count / (count - 1.0).max(1.0));
            statistics.push([normed.mean.detach(), unbiased]);
            let pooled = block.pool(normed.output);
            if dropout && block.block.dropout {
                drop(pooled)
            } else {
                pooled
            }
        });
        let logits = self.output(maps);
        let [clips, tags, bands, frames] = logits.dims();
        assert_eq!([bands, frames], [1, 1], "one value a tag and clip");
        TrainingOutput {
            logits: logits.reshape([clips, tags]),
            statistics,
        }
    }

    /// Probabilities `[clip, tag]` by the running statistics; the mean along time where the
    /// window is longer than the network's own.
    #[must_use]
    pub fn forward(&self, windows: Tensor<4>) -> Tensor<2> {
        let windows = self.scale_rows(windows);
        let maps = self.blocks.iter().fold(windows, |maps, block| {
            let normed = batch_norm(
                block.convolve(maps, Precision::F32),
                block.gain.val(),
                block.offset.val(),
                block.mean.val(),
                block.variance.val(),
                EPSILON,
            );
            block.pool(normed)
        });
        let probabilities = burn::tensor::activation::sigmoid(self.output(maps));
        let [clips, tags, bands, frames] = probabilities.dims();
        let each = probabilities.reshape([clips, tags, bands * frames]);
        each.mean_dim(2).reshape([clips, tags])
    }

    fn scale_rows(&self, windows: Tensor<4>) -> Tensor<4> {
        let Some(RowScaling { gain, offset }) = &self.rows else {
            return windows;
        };
        let device = windows.device();
        let of_rows = |values: &[f32]| {
            let data = TensorData::new(values.to_vec(), [1, 1, values.len(), 1]);
            Tensor::<4>::from_data(data, &device)
        };
        windows * of_rows(gain) + of_rows(offset)
    }

    fn output(&self, maps: Tensor<4>) -> Tensor<4> {
        let options = ConvOptions::new([1, 1], [0, 0], [1, 1], 1);
        conv2d(maps, self.weights.val(), Some(self.bias.val()), options)
    }
}

impl ConvBlock {
    fn convolve(&self, maps: Tensor<4>, precision: Precision) -> Tensor<4> {
        let options = ConvOptions::new([1, 1], self.block.kernel.padding(), [1, 1], 1);
        let kernels = self.kernels.val();
        match dtype(precision) {
            None => conv2d(maps, kernels, None, options),
            Some(dtype) => {
                conv2d(maps.cast(dtype), kernels.cast(dtype), None, options).cast(FloatDType::F32)
            }
        }
    }

    /// Maxima, then ReLU (the other order gives the same result on more values), then means.
    fn pool(&self, maps: Tensor<4>) -> Tensor<4> {
        let [_, _, bands, frames] = maps.dims();
        let Some(pool) = self.block.pool_on([bands, frames]) else {
            return relu(maps);
        };
        let options = MaxPoolOptions::new(pool.size).with_stride([pool.size[0], pool.step]);
        let largest = relu(max_pool2d(maps, options));
        if pool.mean == Mean::NONE {
            return largest;
        }
        let options = AvgPoolOptions::new([1, pool.mean.of]).with_stride([1, pool.mean.step]);
        avg_pool2d(largest, options)
    }
}

fn drop(maps: Tensor<4>) -> Tensor<4> {
    let kept = 1.0 - DROPOUT;
    let mask = maps.random_like(Distribution::Bernoulli(kept));
    maps * mask * (1.0 / kept)
}

fn kernel_shape(block: &BlockParameters) -> [usize; 4] {
    [
        block.maps_out,
        block.maps_in,
        block.kernel[0],
        block.kernel[1],
    ]
}

fn trained<const D: usize>(
    id: ParamId,
    values: &[f32],
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    fixed(id, values, shape, device).set_require_grad(true)
}

fn fixed<const D: usize>(
    id: ParamId,
    values: &[f32],
    shape: [usize; D],
    device: &Device,
) -> Param<Tensor<D>> {
    let data = TensorData::new(values.to_vec(), shape);
    Param::initialized(id, Tensor::from_data(data, device))
}

/// The values of a tensor of f32.
///
/// # Errors
/// [`ExecutionError`] if a graphics card failed to compute them.
pub fn values<const D: usize>(tensor: Tensor<D>) -> Result<Vec<f32>, ExecutionError> {
    Ok(tensor.try_into_data()?.iter::<f32>().collect())
}
