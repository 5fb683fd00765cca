//! Adam on graphics cards, and what it remembers between steps.
//!
//! This calls Burn's Adam with one tensor at a time, as a list of values. Burn's optimizer of whole
//! modules does not serve: it reads its state into the default device, which may be another one or
//! not exist, and it clips gradients by sums that graphics cards add up in any order.

use std::collections::HashMap;

use burn::module::{Param, ParamId};
use burn::optim::{
    Adam, AdamConfig, AdamState, AdaptiveMomentumState, GradientsParams, Optimizer as _,
};
use burn::tensor::{Device, Tensor, TensorData};

use super::network::{ConvBlock, Network, values};
use super::parts::sum;
use crate::arch::Parameters;
use crate::train::TrainError;
use crate::train::adam::{EPSILON, Moments};

/// Updates a network's trained tensors.
pub(super) struct Optimizer {
    adam: Adam,
    /// Largest norm of a tensor's gradient.
    clip_norm: f64,
    states: HashMap<ParamId, AdamState<1>>,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::Architecture;
    use crate::train::adam::Adam as OnProcessor;

    /// Numbers of both signs and very different sizes, and zeros.
    fn numbers(architecture: &Architecture, seed: u64) -> Parameters {
        let mut numbers = Parameters::random(architecture, 0.05, 96, 3, seed);
        for (at, value) in numbers.blocks[0].gain.iter_mut().enumerate() {
            *value = [0.0, -0.0, 3e-7, -40.0][at % 4];
        }
        numbers
    }

    #[test]
    fn adam_on_the_processor_gives_the_bits_of_burns() {
        let architecture = Architecture::named("fcn5").unwrap();
        let device = Device::flex();
        for clip_norm in [1e-3, 1.0, 1e6] {
            let mut found = numbers(architecture, 1);
            let network = Network::new(architecture, &found, &device.clone().autodiff());
            let mut network = network;
            let mut burns = Optimizer::new(clip_norm);
            let mut adam = OnProcessor::new(clip_norm);
            for step in 0..4 {
                let mut gradients = numbers(architecture, 10 + step);
                let mut of_burn = GradientsParams::new();
                let ids = trained_ids(&network);
                for (id, (_, shape, values)) in ids.zip(gradients.trained_tensors()) {
                    let data = TensorData::new(values.clone(), shape.clone());
                    match shape.len() {
                        1 => of_burn.register(id, Tensor::<1>::from_data(data, &device)),
                        _ => of_burn.register(id, Tensor::<4>::from_data(data, &device)),
                    }
                }
                burns.step(&mut network, &mut of_burn, 0.01);
                adam.step(&mut found, gradients, 0.01);
            }
            let mut expected = network.parameters().unwrap();
            let mut moments = burns.moments(&network, &expected).unwrap().unwrap();
            let mut remembered = adam.moments().unwrap().clone();
            assert_eq!(remembered.steps, moments.steps);
            for (found, expected) in [
                (&mut found, &mut expected),
                (&mut remembered.first, &mut moments.first),
                (&mut remembered.second, &mut moments.second),
            ] {
                let pairs = found.trained_tensors().into_iter();
                for ((name, _, found), (_, _, expected)) in pairs.zip(expected.trained_tensors()) {
                    let bits =
                        |values: &[f32]| values.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
                    assert_eq!(bits(found), bits(expected), "{name}");
                }
            }
        }
    }
}
