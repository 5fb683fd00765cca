//! Adam, and what it remembers between steps.
//!
//! Burn's Adam serves one tensor at a time here. Burn's optimizer of whole modules reads its state
//! into the default device, which need not be the one that trains or even be there, and clips
//! gradients by sums that graphics cards add up in any order.

use std::collections::HashMap;

use burn::module::{Param, ParamId};
use burn::optim::{
    Adam, AdamConfig, AdamState, AdaptiveMomentumState, GradientsParams, Optimizer as _,
};
use burn::tensor::{Device, Tensor, TensorData};

use super::cards::sum;
use crate::arch::{Network, Parameters};

/// Adam's usual constant beside the root of the second moment.
const EPSILON: f32 = 1e-8;

/// Updates a network's trained tensors.
pub(super) struct Optimizer {
    rule: Rule,
    kernels: States<4>,
    vectors: States<1>,
}

type States<const D: usize> = HashMap<ParamId, AdamState<D>>;

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
            rule: Rule {
                adam: AdamConfig::new().with_epsilon(EPSILON).build(),
                clip_norm,
            },
            kernels: States::new(),
            vectors: States::new(),
        }
    }

    /// One step at `rate`.
    pub fn step(&mut self, network: &mut Network, gradients: &mut GradientsParams, rate: f64) {
        let Self {
            rule,
            kernels,
            vectors,
        } = self;
        for block in &mut network.blocks {
            rule.update(&mut block.kernels, kernels, gradients, rate);
            rule.update(&mut block.gain, vectors, gradients, rate);
            rule.update(&mut block.offset, vectors, gradients, rate);
        }
        rule.update(&mut network.weights, kernels, gradients, rate);
        rule.update(&mut network.bias, vectors, gradients, rate);
    }

    /// What is remembered of `network`; `None` before the first step.
    pub fn moments(&self, network: &Network) -> Option<Moments> {
        let mut first = network.parameters();
        first
            .tensors()
            .into_iter()
            .for_each(|(_, _, v)| v.fill(0.0));
        let mut moments = Moments {
            steps: self.vectors.get(&network.bias.id)?.momentum.time,
            second: first.clone(),
            first,
        };
        let Moments { first, second, .. } = &mut moments;
        let blocks = std::iter::zip(&mut first.blocks, &mut second.blocks);
        for (block, (first, second)) in network.blocks.iter().zip(blocks) {
            let [kernels, gain, offset] = [
                (&mut first.kernels, &mut second.kernels),
                (&mut first.gain, &mut second.gain),
                (&mut first.offset, &mut second.offset),
            ];
            read(&self.kernels, &block.kernels, kernels);
            read(&self.vectors, &block.gain, gain);
            read(&self.vectors, &block.offset, offset);
        }
        let weights = (&mut first.weights, &mut second.weights);
        read(&self.kernels, &network.weights, weights);
        let bias = (&mut first.bias, &mut second.bias);
        read(&self.vectors, &network.bias, bias);
        Some(moments)
    }

    /// Remembers `moments` of `network`, on `device`.
    pub fn remember(&mut self, network: &Network, moments: &Moments, device: &Device) {
        let Moments {
            steps,
            first,
            second,
        } = moments;
        let at = (*steps, device);
        let blocks = std::iter::zip(&first.blocks, &second.blocks);
        for (block, (first, second)) in network.blocks.iter().zip(blocks) {
            let kernels = (&*first.kernels, &*second.kernels);
            write(&mut self.kernels, &block.kernels, kernels, at);
            write(
                &mut self.vectors,
                &block.gain,
                (&first.gain, &second.gain),
                at,
            );
            let offset = (&*first.offset, &*second.offset);
            write(&mut self.vectors, &block.offset, offset, at);
        }
        let weights = (&*first.weights, &*second.weights);
        write(&mut self.kernels, &network.weights, weights, at);
        write(
            &mut self.vectors,
            &network.bias,
            (&first.bias, &second.bias),
            at,
        );
    }
}

/// How a tensor is updated.
struct Rule {
    adam: Adam,
    /// Largest norm of a tensor's gradient.
    clip_norm: f64,
}

impl Rule {
    fn update<const D: usize>(
        &self,
        parameter: &mut Param<Tensor<D>>,
        states: &mut States<D>,
        gradients: &mut GradientsParams,
        rate: f64,
    ) {
        let id = parameter.id;
        let Some(gradient) = gradients.remove::<D>(id) else {
            return;
        };
        let gradient = self.clip(gradient);
        let value = parameter.val().inner();
        let (value, state) = self.adam.step(rate, value, gradient, states.remove(&id));
        states.extend(state.map(|state| (id, state)));
        *parameter = Param::initialized(id, Tensor::from_inner(value)).set_require_grad(true);
    }

    fn clip<const D: usize>(&self, gradient: Tensor<D>) -> Tensor<D> {
        let norm = sum(gradient.clone().square()).sqrt() + f32::MIN_POSITIVE;
        let factor = (norm.recip() * self.clip_norm).clamp_max(1.0);
        gradient * factor.unsqueeze()
    }
}

/// Copies a tensor's two moments.
fn read<const D: usize>(
    states: &States<D>,
    parameter: &Param<Tensor<D>>,
    (first, second): (&mut Vec<f32>, &mut Vec<f32>),
) {
    if let Some(AdamState { momentum }) = states.get(&parameter.id) {
        let list = |tensor: &Tensor<D>| tensor.to_data().iter::<f32>().collect();
        *first = list(&momentum.moment_1);
        *second = list(&momentum.moment_2);
    }
}

/// Sets a tensor's two moments.
fn write<const D: usize>(
    states: &mut States<D>,
    parameter: &Param<Tensor<D>>,
    (first, second): (&[f32], &[f32]),
    (steps, device): (usize, &Device),
) {
    let tensor = |values: &[f32]| {
        Tensor::from_data(TensorData::new(values.to_vec(), parameter.dims()), device)
    };
    let momentum = AdaptiveMomentumState::new(steps, tensor(first), tensor(second));
    states.insert(parameter.id, AdamState::new(momentum));
}
