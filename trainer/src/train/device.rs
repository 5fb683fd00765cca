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
            #[cfg(feature = "cuda")]
            Self::Cuda => first(self, burn::tensor::DeviceType::Cuda),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => first(self, burn::tensor::DeviceType::Vulkan),
            #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
            _ => Err(TrainError::Device(format!(
                "this trainer was built without {name}; build it with `--features {name}`",
                name = self.name()
            ))),
        }
    }
}

/// The first graphics card of a kind.
#[cfg(any(feature = "cuda", feature = "vulkan"))]
fn first(choice: DeviceChoice, kind: burn::tensor::DeviceType) -> Result<Computer, TrainError> {
    // Asked for by its number, a card that is not there would be a panic.
    let found = Device::enumerate(kind).into_vec().into_iter().next();
    let device = found.ok_or_else(|| {
        TrainError::Device(format!("no graphics card for {} was found", choice.name()))
    })?;
    Ok(Computer {
        device,
        is_processor: false,
    })
}
