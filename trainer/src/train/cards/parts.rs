//! Gradients by Burn on one or several graphics cards. Each takes its part of the batch, and their
//! gradients are added up on the first, where the network is.
//!
//! The loss of a part is its share of the batch's loss, so the gradients add up to those of the
//! whole batch. Each card norms its maps by the statistics of its own part, as is usual in data
//! parallelism. The running statistics follow the mean of all cards.

use std::ops::Range;

use burn::module::Module;
use burn::optim::{GradientsAccumulator, GradientsParams};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};

use super::Learnt;
use super::network::{Network, values};
use crate::cpu::Windows;
use crate::train::batches::Batch;
use crate::train::{Precision, TrainError};

/// A batch norm over a single value gives 0, so a part needs two clips.
const FEWEST_CLIPS: usize = 2;

/// Devices that learn together.
pub(super) struct Cards {
    /// Never empty; the first is where the network is.
    devices: Vec<Device>,
    precision: Precision,
}

impl Cards {
    /// # Panics
    /// Without any device.
    pub fn new(devices: Vec<Device>, precision: Precision) -> Self {
        assert!(!devices.is_empty(), "something must compute");
        Self { devices, precision }
    }

    /// The gradients of a batch, on the first device.
    ///
    /// # Errors
    /// [`TrainError::Card`].
    pub fn learn(&self, network: &Network, batch: &Batch, seed: u64) -> Result<Learnt, TrainError> {
        let known = batch.labels.iter().filter(|label| !label.is_nan()).count();
        let part = |(number, clips): (usize, Range<usize>)| Part {
            device: &self.devices[number],
            batch,
            clips,
            known,
            seed: seed.wrapping_add(number as u64),
            precision: self.precision,
        };
        let parts: Vec<Part<'_>> = parts(batch.clips, self.devices.len())
            .enumerate()
            .map(part)
            .collect();
        if let [only] = parts.as_slice() {
            return only.learn(network);
        }
        let learnt: Result<Vec<Learnt>, TrainError> = std::thread::scope(|scope| {
            let home = &self.devices[0];
            let started: Vec<_> = parts
                .iter()
                .map(|part| {
                    let network = network.clone();
                    scope.spawn(move || part.learn_away(network, home))
                })
                .collect();
            let finished = started.into_iter().map(|thread| thread.join());
            finished
                .map(|part| part.unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        });
        Ok(together(network, learnt?, &parts))
    }
}

/// The clips of each part: nearly equal in number, and at least [`FEWEST_CLIPS`].
fn parts(clips: usize, cards: usize) -> impl Iterator<Item = Range<usize>> {
    let count = cards.min(clips / FEWEST_CLIPS).max(1);
    (0..count).map(move |part| part * clips / count..(part + 1) * clips / count)
}

/// Adds up the results of the parts of a batch.
fn together(network: &Network, learnt: Vec<Learnt>, parts: &[Part<'_>]) -> Learnt {
    let mut gradients = GradientsAccumulator::new();
    let mut loss = 0.0;
    let mut statistics: Vec<[Tensor<1>; 2]> = Vec::new();
    for (learnt, part) in learnt.into_iter().zip(parts) {
        gradients.accumulate(network, learnt.gradients);
        loss += learnt.loss;
        let share = part.clips.len() as f64 / part.batch.clips as f64;
        let of_part = learnt
            .statistics
            .into_iter()
            .map(|both| both.map(|one| one * share));
        if statistics.is_empty() {
            statistics = of_part.collect();
        } else {
            for (all, part) in statistics.iter_mut().zip(of_part) {
                let [mean, variance] = part;
                *all = [all[0].clone() + mean, all[1].clone() + variance];
            }
        }
    }
    Learnt {
        loss,
        gradients: gradients.grads(),
        statistics,
    }
}

/// What one card does for a step.
struct Part<'a> {
    device: &'a Device,
    batch: &'a Batch,
    /// Which of the batch's clips.
    clips: Range<usize>,
    /// Labels of the whole batch that are known.
    known: usize,
    seed: u64,
    precision: Precision,
}

impl Part<'_> {
    /// Learns with a copy of the network on the part's own device, and moves the result to `home`.
    fn learn_away(&self, network: Network, home: &Device) -> Result<Learnt, TrainError> {
        let copy = network.fork(self.device);
        let learnt = self.learn(&copy)?;
        let to_home = |both: [Tensor<1>; 2]| both.map(|one| one.to_device(home));
        Ok(Learnt {
            loss: learnt.loss,
            gradients: learnt.gradients.to_device(&home.clone().inner(), &copy),
            statistics: learnt.statistics.into_iter().map(to_home).collect(),
        })
    }

    fn learn(&self, network: &Network) -> Result<Learnt, TrainError> {
        self.device.seed(self.seed);
        let tags = self.batch.labels.len() / self.batch.clips;
        let windows = self.batch.windows();
        let length = windows.values.len() / self.batch.clips;
        let windows = Windows {
            clips: self.clips.len(),
            values: &windows.values[self.clips.start * length..self.clips.end * length],
            ..windows
        };
        let labels = &self.batch.labels[self.clips.start * tags..self.clips.end * tags];
        let tensor = |value: fn(f32) -> f32| {
            let values: Vec<f32> = labels.iter().copied().map(value).collect();
            let data = TensorData::new(values, [self.clips.len(), tags]);
            Tensor::<2>::from_data(data, self.device)
        };
        let yes = tensor(|label| if label.is_nan() { 0.0 } else { label });
        let known = tensor(|label| f32::from(u8::from(!label.is_nan())));
        let windows = input(windows, self.device);
        let output = network.forward_training(windows, true, self.precision);
        let loss = cross_entropy(output.logits, yes, known) / self.known.max(1) as f64;
        let value = values(loss.clone())?;
        Ok(Learnt {
            loss: value.first().copied().unwrap_or(f32::NAN),
            gradients: GradientsParams::from_grads(loss.backward(), network),
            statistics: output.statistics,
        })
    }
}

/// Windows as the network's input.
pub(super) fn input(windows: Windows<'_>, device: &Device) -> Tensor<4> {
    let [bands, frames] = windows.size;
    let data = TensorData::new(windows.values.to_vec(), [windows.clips, 1, bands, frames]);
    Tensor::from_data(data, device)
}

/// The sum of the binary cross-entropy of logits whose labels are `known` (1, or 0 where they are
/// not): (1 − y) x − log σ(x), which never overflows.
fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>, known: Tensor<2>) -> Tensor<1> {
    let each = (labels.neg() + 1.0) * logits.clone() - log_sigmoid(logits);
    sum(each * known)
}

/// The sum of all values in a fixed order. On graphics cards, `Tensor::sum` adds in the order in
/// which threads happen to finish.
pub(super) fn sum<const D: usize>(values: Tensor<D>) -> Tensor<1> {
    let count = values.shape().num_elements();
    values.reshape([count]).sum_dim(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_clip_is_in_one_part_and_no_part_has_a_single_clip() {
        for clips in 1..40 {
            for cards in 1..9 {
                let parts: Vec<Range<usize>> = parts(clips, cards).collect();
                assert!(parts.len() <= cards);
                let all: Vec<usize> = parts.iter().cloned().flatten().collect();
                assert_eq!(all, (0..clips).collect::<Vec<_>>());
                assert!(clips < 2 || parts.iter().all(|part| part.len() >= FEWEST_CLIPS));
            }
        }
    }
}
