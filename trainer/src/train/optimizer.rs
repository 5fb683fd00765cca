//! Adam, and what it remembers between steps.
//!
//! Burn's Adam serves one tensor at a time here, as a list of values. Burn's optimizer of whole modules
//! reads its state into the default device, which need not be the one that trains or even be there, and
//! clips gradients by sums that graphics cards add up in any order.

use std::collections::HashMap;

use burn::module::{Param, ParamId};
use burn::optim::{
    Adam, AdamConfig, AdamState, AdaptiveMomentumState, GradientsParams, Optimizer as _,
};
use burn::tensor::{Device, Tensor, TensorData};

use super::TrainError;
use super::cards::sum;
use crate::arch::{ConvBlock, Network, Parameters, values};

/// Adam's usual constant beside the root of the second moment.
const EPSILON: f32 = 1e-8;

/// Updates a network's trained tensors.
pub(super) struct Optimizer {
    adam: Adam,
    /// Largest norm of a tensor's gradient.
    clip_norm: f64,
    states: HashMap<ParamId, AdamState<1>>,
}

/// What Adam remembers of the gradients of every trained tensor.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Moments {
    /// Steps that went into them.
    pub steps: usize,
    /// Running means of the gradients; 0 for what is not trained.
    pub first: Parameters,
    /// Running means of their squares; 0 for what is not trained.
    pub second: Parameters,
}

impl Optimizer {
    /// Adam without a memory, which scales each tensor's gradient down to a norm of `clip_norm`.
    pub fn new(clip_norm: f64) -> Self {
        Self {
            adam: AdamConfig::new().with_epsilon(EPSILON).build(),
            clip_norm,
            states: HashMap::new(),
        }
    }

    /// One step at `rate`.
    pub fn step(&mut self, network: &mut Network, gradients: &mut GradientsParams, rate: f64) {
        for block in &mut network.blocks {
            self.update(&mut block.kernels, gradients, rate);
            self.update(&mut block.gain, gradients, rate);
            self.update(&mut block.offset, gradients, rate);
        }
        self.update(&mut network.weights, gradients, rate);
        self.update(&mut network.bias, gradients, rate);
    }

    fn update<const D: usize>(
        &mut self,
        parameter: &mut Param<Tensor<D>>,
        gradients: &mut GradientsParams,
        rate: f64,
    ) {
        let id = parameter.id;
        let Some(gradient) = gradients.remove::<D>(id) else {
            return;
        };
        let shape = parameter.shape();
        let count = shape.num_elements();
        let gradient = self.clip(gradient.reshape([count]));
        let value = parameter.val().inner().reshape([count]);
        let (value, state) = self
            .adam
            .step(rate, value, gradient, self.states.remove(&id));
        self.states.extend(state.map(|state| (id, state)));
        let value = Tensor::from_inner(value.reshape(shape));
        *parameter = Param::initialized(id, value).set_require_grad(true);
    }

    fn clip(&self, gradient: Tensor<1>) -> Tensor<1> {
        let norm = sum(gradient.clone().square()).sqrt() + f32::MIN_POSITIVE;
        gradient * (norm.recip() * self.clip_norm).clamp_max(1.0)
    }

    /// What is remembered of `network`, whose numbers are `parameters`; `None` before the first step.
    ///
    /// # Errors
    /// [`TrainError::Card`] if a graphics card fails.
    pub fn moments(
        &self,
        network: &Network,
        parameters: &Parameters,
    ) -> Result<Option<Moments>, TrainError> {
        let Some(AdamState { momentum }) = self.states.get(&network.bias.id) else {
            return Ok(None);
        };
        let mut first = parameters.clone();
        for (_, _, values) in first.tensors() {
            values.fill(0.0);
        }
        let mut second = first.clone();
        let both = std::iter::zip(first.trained_tensors(), second.trained_tensors());
        for (id, ((_, _, first), (_, _, second))) in trained_ids(network).zip(both) {
            if let Some(AdamState { momentum }) = self.states.get(&id) {
                *first = values(momentum.moment_1.clone())?;
                *second = values(momentum.moment_2.clone())?;
            }
        }
        Ok(Some(Moments {
            steps: momentum.time,
            first,
            second,
        }))
    }

    /// Remembers `moments` of `network`, on `device`.
    pub fn remember(&mut self, network: &Network, moments: Moments, device: &Device) {
        let Moments {
            steps,
            mut first,
            mut second,
        } = moments;
        let list = |values: &mut Vec<f32>| {
            let count = values.len();
            Tensor::from_data(TensorData::new(std::mem::take(values), [count]), device)
        };
        let both = std::iter::zip(first.trained_tensors(), second.trained_tensors());
        for (id, ((_, _, first), (_, _, second))) in trained_ids(network).zip(both) {
            let momentum = AdaptiveMomentumState::new(steps, list(first), list(second));
            self.states.insert(id, AdamState::new(momentum));
        }
    }
}

/// The trained tensors of a network, in the order of [`Parameters::trained_tensors`].
fn trained_ids(network: &Network) -> impl Iterator<Item = ParamId> {
    let of_block = |block: &ConvBlock| [block.kernels.id, block.gain.id, block.offset.id];
    let blocks = network.blocks.iter().flat_map(of_block);
    blocks.chain([network.weights.id, network.bias.id])
}
