//! Compares the processor's own passes with the same network in Burn, on the processor and on a
//! graphics card of each kind that is built in (`--features burn`, `vulkan`, `cuda`).

use burn::optim::GradientsParams;
use burn::tensor::activation::log_sigmoid;
use burn::tensor::{Device, Tensor, TensorData};
use trainer::arch::{ARCHITECTURES, Architecture, Parameters};
use trainer::cpu::{Processor, Windows};
use trainer::train::cards::Network;
use trainer::train::{DeviceChoice, Precision};

use crate::gradients::{assert_close, batch, parameters, size};

const TAGS: usize = 3;
const CLIPS: usize = 3;

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

/// Burn on the processor, and on the first graphics card of each kind that is built in.
fn devices() -> Vec<(&'static str, Device)> {
    let mut devices = vec![("flex", Device::flex())];
    let kinds = [
        (DeviceChoice::Cuda, cfg!(feature = "cuda")),
        (DeviceChoice::Vulkan, cfg!(feature = "vulkan")),
    ];
    for (kind, _) in kinds.into_iter().filter(|(_, is_built_in)| *is_built_in) {
        match kind.open(1, Precision::F32) {
            Ok(computer) => devices.extend(
                computer
                    .first_card()
                    .map(|card| (kind.name(), card.clone())),
            ),
            Err(error) => eprintln!("SKIPPED gradients on {}: {error}", kind.name()),
        }
    }
    devices
}

/// Burn's loss and gradients, in the same shape as the processor's.
fn in_burn(
    device: &Device,
    architecture: &Architecture,
    parameters: &Parameters,
    size: [usize; 2],
    windows: &[f32],
    labels: &[f32],
) -> (f32, Parameters) {
    let device = device.clone().autodiff();
    let network = Network::new(architecture, parameters, &device);
    let windows = tensor(windows, [CLIPS, 1, size[0], size[1]], &device);
    let labels = tensor(labels, [CLIPS, TAGS], &device);
    let output = network.forward_training(windows, false, Precision::F32);
    let logits = output.logits;
    let loss = ((labels.neg() + 1.0) * logits.clone() - log_sigmoid(logits)).mean();
    let value = loss.clone().into_data().iter::<f32>().next().unwrap();
    let gradients = GradientsParams::from_grads(loss.backward(), &network);
    let list = |tensor: TensorData| -> Vec<f32> { tensor.iter::<f32>().collect() };
    let mut found = parameters.clone();
    let blocks = found
        .blocks
        .iter_mut()
        .zip(&network.blocks)
        .zip(output.statistics);
    for ((found, block), [mean, variance]) in blocks {
        found.kernels = list(gradients.get::<4>(block.kernels.id).unwrap().into_data());
        found.gain = list(gradients.get::<1>(block.gain.id).unwrap().into_data());
        found.offset = list(gradients.get::<1>(block.offset.id).unwrap().into_data());
        found.mean = list(mean.into_data());
        found.variance = list(variance.into_data());
    }
    found.weights = list(gradients.get::<4>(network.weights.id).unwrap().into_data());
    found.bias = list(gradients.get::<1>(network.bias.id).unwrap().into_data());
    (value, found)
}

#[test]
fn every_architectures_gradients_are_those_of_burn() {
    let devices = devices();
    for architecture in ARCHITECTURES {
        let size = size(architecture);
        let mut parameters = parameters(architecture, size[0]);
        let (windows, labels) = batch(size, 2);
        let mut processor = Processor::new(architecture);
        let windows_of = Windows {
            values: &windows,
            clips: CLIPS,
            size,
        };
        let mut found = processor.gradients(&parameters, windows_of, &labels, None);
        for (device_name, device) in &devices {
            let (loss, mut expected) =
                in_burn(device, architecture, &parameters, size, &windows, &labels);
            let name = format!("{} on {device_name}", architecture.name);
            assert!(
                (found.loss - loss).abs() < 1e-5,
                "{name}: {} {loss}",
                found.loss
            );
            let pairs = found
                .parameters
                .tensors()
                .into_iter()
                .zip(expected.tensors());
            for ((tensor, _, found), (_, _, expected)) in pairs {
                assert_close(&format!("{name} {tensor}"), found, expected, 2e-3);
            }
        }
        let rows = if architecture.scaled_rows { 2 } else { 0 };
        let tensors = rows + 5 * architecture.blocks.len() + 2;
        assert_eq!(parameters.tensors().len(), tensors, "{}", architecture.name);
    }
}

#[test]
fn every_architectures_predictions_are_those_of_burn_at_any_length() {
    let devices = devices();
    for architecture in ARCHITECTURES {
        for frames in [50, 173, 1366, 3000] {
            let size = [size(architecture)[0], frames];
            let parameters = parameters(architecture, size[0]);
            let (windows, _) = batch(size, 3);
            let mut processor = Processor::new(architecture);
            let windows_of = Windows {
                values: &windows,
                clips: CLIPS,
                size,
            };
            let found = processor.predict(&parameters, windows_of);
            for (device_name, device) in &devices {
                let network = Network::new(architecture, &parameters, device);
                let windows = tensor(&windows, [CLIPS, 1, size[0], size[1]], device);
                let output = network.forward(windows);
                let expected: Vec<f32> = output.into_data().iter::<f32>().collect();
                assert_eq!(found.len(), expected.len());
                for (found, expected) in found.iter().zip(&expected) {
                    let name = architecture.name;
                    assert!(
                        (found - expected).abs() < 1e-5,
                        "{name} {frames} on {device_name}: {found} {expected}"
                    );
                }
            }
        }
    }
}
