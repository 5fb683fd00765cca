//! A network that learns on graphics cards.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor};

use super::Devices;
use super::network::{Network, values};
use super::optimizer::Optimizer;
use super::parts::{Cards, input};
use crate::arch::{Architecture, MOMENTUM, Parameters};
use crate::cpu::Windows;
use crate::train::adam::Moments;
use crate::train::{Batch, TrainError};

/// Network, Adam, gradients and predictions by Burn.
pub(in crate::train) struct CardLearner {
    network: Network,
    optimizer: Optimizer,
    /// Where they live.
    device: Device,
    cards: Cards,
}

impl CardLearner {
    /// The network with these numbers, ready for its first step.
    pub fn new(
        architecture: &'static Architecture,
        parameters: &Parameters,
        clip_norm: f64,
        cards: &Devices,
    ) -> Self {
        let devices = cards.devices.iter().cloned();
        let devices: Vec<Device> = devices.map(Device::autodiff).collect();
        let device = devices[0].clone();
        Self {
            network: Network::new(architecture, parameters, &device),
            optimizer: Optimizer::new(clip_norm),
            device,
            cards: Cards::new(devices, cards.precision),
        }
    }

    pub fn parameters(&self) -> Result<Parameters, TrainError> {
        Ok(self.network.parameters()?)
    }

    pub fn moments(&self, parameters: &Parameters) -> Result<Option<Moments>, TrainError> {
        self.optimizer.moments(&self.network, parameters)
    }

    pub fn remember(&mut self, moments: Moments) {
        let inner = self.device.clone().inner();
        self.optimizer.remember(&self.network, moments, &inner);
    }

    pub fn step(&mut self, batch: &Batch, rate: f64, seed: u64) -> Result<f32, TrainError> {
        let mut learnt = self.cards.learn(&self.network, batch, seed)?;
        self.optimizer
            .step(&mut self.network, &mut learnt.gradients, rate);
        for (block, [mean, variance]) in self.network.blocks.iter_mut().zip(learnt.statistics) {
            block.mean = follow(&block.mean, mean);
            block.variance = follow(&block.variance, variance);
        }
        Ok(learnt.loss)
    }

    pub fn predict(&self, windows: Windows<'_>) -> Result<Vec<f32>, TrainError> {
        let device = self.device.clone().inner();
        let probabilities = self.network.valid().forward(input(windows, &device));
        Ok(values(probabilities)?)
    }
}

/// A running statistic after one more batch.
fn follow(running: &Param<Tensor<1>>, batch: Tensor<1>) -> Param<Tensor<1>> {
    let value = running.val() * (1.0 - MOMENTUM) + batch * MOMENTUM;
    Param::initialized(running.id, value.detach())
}

#[cfg(test)]
mod tests;
