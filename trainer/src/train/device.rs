//! What computes: the one place that knows which devices were built in.

use serde::{Deserialize, Serialize};

use super::TrainError;
#[cfg(feature = "burn")]
use super::cards::Devices;

/// Devices that are there.
#[derive(Clone, Debug)]
pub struct Computer {
    /// Their name in a run's description: the kind, and the names of the cards.
    pub(super) name: String,
    pub(super) kind: Kind,
}

#[derive(Clone, Debug)]
pub(super) enum Kind {
    /// [`crate::cpu`].
    Processor,
    /// Burn.
    #[cfg(feature = "burn")]
    Cards(Devices),
}

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DeviceChoice {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA graphics card.
    Cuda,
    /// A graphics card through Vulkan.
    Vulkan,
}

impl DeviceChoice {
    /// Name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cuda => "cuda",
            Self::Vulkan => "vulkan",
        }
    }

    /// Opens so many `cards` of this kind, for convolutions in this `precision`.
    ///
    /// # Errors
    /// [`TrainError::Device`] if the kind was not built in, there are too few cards, or they cannot
    /// compute in this precision.
    pub fn open(self, cards: usize, precision: Precision) -> Result<Computer, TrainError> {
        match self {
            Self::Cpu if cards > 1 => Err(TrainError::Device(
                "--cards is for graphics cards; the processor is one, and all its cores compute"
                    .to_owned(),
            )),
            Self::Cpu if precision != Precision::F32 => Err(TrainError::Device(
                "--precision bf16 is for graphics cards; on the processor it would only be slower"
                    .to_owned(),
            )),
            Self::Cpu => Ok(Computer {
                name: self.name().to_owned(),
                kind: Kind::Processor,
            }),
            #[cfg(feature = "cuda")]
            Self::Cuda => Devices::open(self, super::cards::cuda(), cards, precision),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => Devices::open(self, super::cards::vulkan(), cards, precision),
            #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
            _ => Err(TrainError::Device(format!(
                "this trainer was built without {name}; build it with `--features {name}`",
                name = self.name()
            ))),
        }
    }
}

/// The numbers that convolutions compute in during training. Weights, batch norms, the loss and the
/// optimizer stay in f32. bf16 has the same range, so the loss needs no scaling.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 24 bits of precision.
    #[default]
    F32,
    /// 8 bits of precision and the range of f32.
    Bf16,
}

impl Precision {
    /// Name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::F32 => "f32",
            Self::Bf16 => "bf16",
        }
    }
}
