//! What computes: the one place that knows which devices were built in.

use burn::tensor::Device;

use super::TrainError;
use crate::arch::Precision;

/// Devices that are there.
#[derive(Clone, Debug)]
pub struct Computer {
    /// What a run's description calls them: the kind, and the cards by their own names.
    pub(super) name: String,
    /// Where Burn's tensors live, the first before all; never empty.
    pub(super) devices: Vec<Device>,
    /// Whether it is the processor, whose gradients are [`crate::cpu`]'s.
    pub(super) is_processor: bool,
    /// What convolutions compute in.
    pub(super) precision: Precision,
}

impl Computer {
    /// The first device, where the network is.
    ///
    /// # Panics
    /// Never: there is one.
    #[must_use]
    pub fn first(&self) -> &Device {
        &self.devices[0]
    }
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

    /// So many `cards` of this kind, for convolutions in this `precision`.
    ///
    /// # Errors
    /// [`TrainError::Device`] where it was not built in, or there are not as many, or they cannot
    /// compute so.
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
                devices: vec![Device::flex()],
                is_processor: true,
                precision,
            }),
            #[cfg(feature = "cuda")]
            Self::Cuda => {
                let found = Device::enumerate(burn::tensor::DeviceType::Cuda).into_vec();
                self.some(found.into_iter().map(Ok).collect(), cards, precision)
            }
            #[cfg(feature = "vulkan")]
            Self::Vulkan => self.some(super::vulkan::cards(), cards, precision),
            #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
            _ => Err(TrainError::Device(format!(
                "this trainer was built without {name}; build it with `--features {name}`",
                name = self.name()
            ))),
        }
    }

    /// The first of the graphics cards `found`, or what makes one of them unfit.
    #[cfg(any(feature = "cuda", feature = "vulkan"))]
    fn some(
        self,
        found: Vec<Result<Device, String>>,
        cards: usize,
        precision: Precision,
    ) -> Result<Computer, TrainError> {
        // Asked for by its number, a card that is not there would be a panic.
        if found.len() < cards.max(1) {
            return Err(TrainError::Device(match found.len() {
                0 => format!("no graphics card for {} was found", self.name()),
                found => format!("{cards} graphics cards were asked for, and {found} found"),
            }));
        }
        let first = found.into_iter().take(cards.max(1));
        let devices: Result<Vec<Device>, String> = first.collect();
        let devices = devices.map_err(TrainError::Device)?;
        let able = |device: &Device| {
            precision
                .dtype()
                .is_none_or(|dtype| device.supports_dtype(dtype))
        };
        if !devices.iter().all(able) {
            return Err(TrainError::Device(format!(
                "a graphics card cannot compute in {}; leave --precision out",
                precision.name()
            )));
        }
        let unnamed = || "unnamed card".to_owned();
        let cards: Vec<String> = devices
            .iter()
            .map(|device| device.identity().map_or_else(unnamed, |card| card.name))
            .collect();
        Ok(Computer {
            name: format!("{}: {}", self.name(), cards.join(" + ")),
            devices,
            is_processor: false,
            precision,
        })
    }
}
