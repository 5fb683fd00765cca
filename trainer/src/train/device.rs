//! What computes: the one place that knows which devices were built in.

use burn::tensor::Device;

use super::TrainError;

/// A device that is there.
#[derive(Clone, Debug)]
pub struct Computer {
    /// Where Burn's tensors live.
    pub(super) device: Device,
    /// Whether it is the processor, whose gradients are [`crate::cpu`]'s.
    pub(super) is_processor: bool,
}

/// What computes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
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

    /// What it stands for.
    ///
    /// # Errors
    /// [`TrainError::Device`] where it was not built in.
    pub fn open(self) -> Result<Computer, TrainError> {
        match self {
            Self::Cpu => Ok(Computer {
                device: Device::flex(),
                is_processor: true,
            }),
            Self::Cuda | Self::Vulkan => Err(TrainError::Device(format!(
                "this trainer was built without {name}; build it with `--features {name}`",
                name = self.name()
            ))),
        }
    }
}
