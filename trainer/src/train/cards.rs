//! Training on graphics cards, by Burn.

mod error;
mod learner;
mod network;
mod optimizer;
mod parts;
#[cfg(feature = "vulkan")]
mod vulkan;

use burn::optim::GradientsParams;
use burn::tensor::{Device, FloatDType, Tensor};

pub use network::{ConvBlock, Network, TrainingOutput};

pub(super) use learner::CardLearner;
#[cfg(feature = "vulkan")]
pub(super) use vulkan::cards as vulkan;

use super::Precision;
#[cfg(any(feature = "cuda", feature = "vulkan"))]
use super::TrainError;

/// Graphics cards that train together.
#[derive(Clone, Debug)]
pub(super) struct Devices {
    /// Where Burn's tensors live, the first before all; never empty.
    devices: Vec<Device>,
    /// What convolutions compute in.
    precision: Precision,
}

/// The gradients of a batch, and its statistics.
struct Learnt {
    loss: f32,
    gradients: GradientsParams,
    /// Mean and unbiased variance of each block's maps.
    statistics: Vec<[Tensor<1>; 2]>,
}

impl Devices {
    /// Burn on the processor, in place of so many cards.
    pub(super) fn processors(cards: usize, precision: Precision) -> Self {
        Self {
            devices: vec![Device::flex(); cards],
            precision,
        }
    }

    /// The first of them.
    pub(super) fn first(&self) -> Option<&Device> {
        self.devices.first()
    }

    /// The first graphics cards of those `found`, or the reason why one of them is unfit.
    #[cfg(any(feature = "cuda", feature = "vulkan"))]
    pub(super) fn open(
        kind: &str,
        found: Vec<Result<Device, String>>,
        cards: usize,
        precision: Precision,
    ) -> Result<Self, TrainError> {
        // Burn panics if it is asked for a card that does not exist.
        if found.len() < cards.max(1) {
            return Err(TrainError::Device(match found.len() {
                0 => format!("no graphics card for {kind} was found"),
                found => format!("{cards} graphics cards were asked for, and {found} found"),
            }));
        }
        let first = found.into_iter().take(cards.max(1));
        let devices: Result<Vec<Device>, String> = first.collect();
        let devices = devices.map_err(TrainError::Device)?;
        let able =
            |device: &Device| dtype(precision).is_none_or(|dtype| device.supports_dtype(dtype));
        if !devices.iter().all(able) {
            return Err(TrainError::Device(format!(
                "a graphics card cannot compute in {}; leave --precision out",
                precision.name()
            )));
        }
        Ok(Self { devices, precision })
    }

    /// The cards' names.
    #[cfg(any(feature = "cuda", feature = "vulkan"))]
    pub(super) fn names(&self) -> String {
        let unnamed = || "unnamed card".to_owned();
        let names = self.devices.iter();
        let names: Vec<String> = names
            .map(|device| device.identity().map_or_else(unnamed, |card| card.name))
            .collect();
        names.join(" + ")
    }
}

/// NVIDIA's graphics cards.
#[cfg(feature = "cuda")]
pub(super) fn cuda() -> Vec<Result<Device, String>> {
    let found = Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec();
    found.into_iter().map(Ok).collect()
}

/// The type that convolutions cast to, if any.
fn dtype(precision: Precision) -> Option<FloatDType> {
    match precision {
        Precision::F32 => None,
        Precision::Bf16 => Some(FloatDType::BF16),
    }
}
