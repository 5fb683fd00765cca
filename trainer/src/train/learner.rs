//! A network that learns, one step at a time.

use burn::module::{Module, Param};
use burn::optim::grad_clipping::GradientClippingConfig;
use burn::optim::{AdamConfig, GradientsParams, ModuleOptimizer, OptimizerRecord};
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Bytes, Device, Tensor, TensorData};

use super::batches::Batch;
use super::device::Computer;
use crate::arch::{Architecture, Network, Parameters};
use crate::cpu::{Processor, Windows};

/// How far the running statistics go towards a batch's.
const MOMENTUM: f64 = 0.1;

/// A network, its optimizer, and what computes.
///
/// Network and optimizer are Burn's. So are gradients and predictions on a graphics card; on the
/// processor they are [`crate::cpu`]'s.
pub struct Learner {
    network: Network,
    optimizer: ModuleOptimizer,
    device: Device,
    processor: Option<Processor>,
}

/// The gradients of a batch, and its statistics.
struct Learnt {
    loss: f32,
    gradients: GradientsParams,
    /// Mean and unbiased variance of each block's maps.
    statistics: Vec<[Tensor<1>; 2]>,
}

impl Learner {
    /// The network with these numbers, ready for its first step on `computer`.
    #[must_use]
    pub fn new(
        architecture: &'static Architecture,
        parameters: &Parameters,
        clip_norm: f64,
        computer: &Computer,
    ) -> Self {
        let device = computer.device.clone().autodiff();
        let clipping = GradientClippingConfig::Norm(clip_norm as f32);
        let optimizer = AdamConfig::new()
            .with_epsilon(1e-8)
            .with_grad_clipping(Some(clipping))
            .init();
        Self {
            network: Network::new(architecture, parameters, &device),
            optimizer,
            device,
            processor: computer.is_processor.then(|| Processor::new(architecture)),
        }
    }

    /// The network's numbers as they are now.
    #[must_use]
    pub fn parameters(&self) -> Parameters {
        self.network.parameters()
    }

    /// The optimizer's state.
    ///
    /// # Errors
    /// What Burn says.
    pub fn optimizer(&self) -> Result<Vec<u8>, String> {
        // Burn writes its tensors in the order of a hash table, which is another in every process,
        // and reads them in that of their names: so the same state gives the same bytes.
        let bytes = self.optimizer.into_bytes();
        let sorted = bytes.and_then(OptimizerRecord::from_bytes);
        sorted
            .and_then(OptimizerRecord::into_bytes)
            .map(|bytes| bytes.to_vec())
            .map_err(|error| error.to_string())
    }

    /// Goes on with an optimizer's state from [`Self::optimizer`].
    ///
    /// # Errors
    /// What Burn says.
    pub fn load_optimizer(&mut self, bytes: &[u8]) -> Result<(), String> {
        let bytes = Bytes::from_bytes_vec(bytes.to_vec());
        let loaded = self.optimizer.clone().from_bytes(bytes);
        self.optimizer = loaded.map_err(|error| error.to_string())?;
        Ok(())
    }

    /// One step of Adam at `rate` on `batch`, with dropout by `seed`; the loss before it.
    pub fn step(&mut self, batch: &Batch, rate: f64, seed: u64) -> f32 {
        let learnt = match self.processor.take() {
            Some(mut processor) => {
                let learnt = self.learn_on(&mut processor, batch, seed);
                self.processor = Some(processor);
                learnt
            }
            None => self.learn_in_burn(batch, seed),
        };
        let network = self.network.clone();
        self.network = self.optimizer.step(rate, network, learnt.gradients);
        for (block, [mean, variance]) in self.network.blocks.iter_mut().zip(learnt.statistics) {
            block.mean = follow(&block.mean, mean);
            block.variance = follow(&block.variance, variance);
        }
        learnt.loss
    }

    /// Probabilities `[clip, tag]`.
    pub fn predict(&mut self, windows: Windows<'_>) -> Vec<f32> {
        if let Some(processor) = &mut self.processor {
            return processor.predict(&self.network.parameters(), windows);
        }
        let device = self.device.clone().inner();
        let output = self.network.valid().forward(input(windows, &device));
        output.into_data().iter::<f32>().collect()
    }

    fn learn_on(&self, processor: &mut Processor, batch: &Batch, seed: u64) -> Learnt {
        let parameters = self.network.parameters();
        let found = processor.gradients(&parameters, batch.windows(), &batch.labels, Some(seed));
        let device = self.device.clone().inner();
        let mut gradients = GradientsParams::new();
        let mut statistics = Vec::new();
        for (block, found) in self.network.blocks.iter().zip(found.parameters.blocks) {
            register(&mut gradients, &block.kernels, found.kernels, &device);
            register(&mut gradients, &block.gain, found.gain, &device);
            register(&mut gradients, &block.offset, found.offset, &device);
            statistics.push([found.mean, found.variance].map(|values| line(values, &self.device)));
        }
        register(
            &mut gradients,
            &self.network.weights,
            found.parameters.weights,
            &device,
        );
        register(
            &mut gradients,
            &self.network.bias,
            found.parameters.bias,
            &device,
        );
        Learnt {
            loss: found.loss,
            gradients,
            statistics,
        }
    }

    fn learn_in_burn(&self, batch: &Batch, seed: u64) -> Learnt {
        self.device.seed(seed);
        let windows = input(batch.windows(), &self.device);
        let tags = batch.labels.len() / batch.clips;
        let tensor = |value: fn(f32) -> f32| {
            let values: Vec<f32> = batch.labels.iter().copied().map(value).collect();
            Tensor::<2>::from_data(TensorData::new(values, [batch.clips, tags]), &self.device)
        };
        let labels = tensor(|label| if label.is_nan() { 0.0 } else { label });
        let known = tensor(|label| f32::from(u8::from(!label.is_nan())));
        let output = self.network.forward_training(windows, true);
        let loss = cross_entropy(output.logits, labels, known);
        let value = loss.clone().into_data().iter::<f32>().next();
        Learnt {
            loss: value.unwrap_or(f32::NAN),
            gradients: GradientsParams::from_grads(loss.backward(), &self.network),
            statistics: output.statistics,
        }
    }
}

fn input(windows: Windows<'_>, device: &Device) -> Tensor<4> {
    let [bands, frames] = windows.size;
    let data = TensorData::new(windows.values.to_vec(), [windows.clips, 1, bands, frames]);
    Tensor::from_data(data, device)
}

fn line(values: Vec<f32>, device: &Device) -> Tensor<1> {
    let shape = [values.len()];
    Tensor::from_data(TensorData::new(values, shape), device)
}

fn register<const D: usize>(
    gradients: &mut GradientsParams,
    parameter: &Param<Tensor<D>>,
    values: Vec<f32>,
    device: &Device,
) {
    let data = TensorData::new(values, parameter.dims());
    gradients.register(parameter.id, Tensor::<D>::from_data(data, device));
}

/// Mean binary cross-entropy of logits whose labels are `known` (1, or 0 where they are not):
/// (1 − y) x − log σ(x), which never overflows.
fn cross_entropy(logits: Tensor<2>, labels: Tensor<2>, known: Tensor<2>) -> Tensor<1> {
    let each = (labels.neg() + 1.0) * logits.clone() - log_sigmoid(logits);
    (each * known.clone()).sum() / known.sum().clamp_min(1.0)
}

/// A running statistic after one more batch.
fn follow(running: &Param<Tensor<1>>, batch: Tensor<1>) -> Param<Tensor<1>> {
    let value = running.val() * (1.0 - MOMENTUM) + batch * MOMENTUM;
    Param::initialized(running.id, value.detach())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arch::{Block, Kernel};
    use crate::data::Input;

    /// Without dropout, whose draws differ from device to device.
    static PLAIN: Architecture = Architecture {
        name: "plain",
        title: "Plain",
        input: Input::Mel,
        scaled_rows: false,
        blocks: &[
            Block {
                kernel: Kernel::Square,
                maps: 4,
                pool: Some([4, 4]),
                dropout: false,
            },
            Block {
                kernel: Kernel::Square,
                maps: 6,
                pool: Some([2, 5]),
                dropout: false,
            },
        ],
    };

    #[test]
    fn burns_own_gradients_lead_to_the_same_network() {
        let batch = Batch {
            clips: 3,
            size: [8, 20],
            windows: (0..480_u16)
                .map(|at| f32::from(at * 7 % 31) / 10.0 - 1.5)
                .collect(),
            labels: vec![0.0, 1.0, f32::NAN, 0.0, 1.0, 0.0],
        };
        let parameters = Parameters::random(&PLAIN, 1.0, 8, 2, 0);
        let train = |is_processor| {
            let computer = Computer {
                device: Device::flex(),
                is_processor,
            };
            let mut learner = Learner::new(&PLAIN, &parameters, 1.0, &computer);
            let losses: Vec<f32> = (0..5)
                .map(|seed| learner.step(&batch, 0.01, seed))
                .collect();
            let probabilities = learner.predict(batch.windows());
            (losses, probabilities, learner.parameters())
        };
        let (losses, probabilities, mut found) = train(true);
        let (in_burn, expected, mut in_burns) = train(false);
        let close = |found: &[f32], expected: &[f32]| {
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-3, "{found} {expected}");
            }
        };
        close(&losses, &in_burn);
        close(&probabilities, &expected);
        assert!(losses[4] < losses[0], "{losses:?}");
        for ((_, _, found), (_, _, expected)) in found.tensors().into_iter().zip(in_burns.tensors())
        {
            close(found, expected);
        }
        assert_ne!(found, parameters);
    }
}
