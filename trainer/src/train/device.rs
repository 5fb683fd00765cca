//! What computes: the one place that knows which devices were built in.

#[cfg(feature = "burn")]
use super::cards::Devices;
use super::{Precision, TrainError};

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
            Self::Cuda => self.with_cards(super::cards::cuda(), cards, precision),
            #[cfg(feature = "vulkan")]
            Self::Vulkan => self.with_cards(super::cards::vulkan(), cards, precision),
            #[cfg(not(all(feature = "cuda", feature = "vulkan")))]
            _ => Err(TrainError::Device(format!(
                "this trainer was built without {name}; build it with `--features {name}`",
                name = self.name()
            ))),
        }
    }

    /// The first graphics cards of those that were found.
    #[cfg(any(feature = "cuda", feature = "vulkan"))]
    fn with_cards(
        self,
        found: Vec<Result<burn::tensor::Device, String>>,
        cards: usize,
        precision: Precision,
    ) -> Result<Computer, TrainError> {
        let devices = Devices::open(self.name(), found, cards, precision)?;
        Ok(Computer {
            name: format!("{}: {}", self.name(), devices.names()),
            kind: Kind::Cards(devices),
        })
    }
}

#[cfg(feature = "burn")]
impl Computer {
    /// Burn on the processor, in place of so many cards, for comparisons.
    #[must_use]
    pub fn burns_processor(cards: usize, precision: Precision) -> Self {
        Self {
            name: format!("{cards} cards"),
            kind: Kind::Cards(Devices::processors(cards, precision)),
        }
    }

    /// The first graphics card, if graphics cards compute.
    #[must_use]
    pub fn first_card(&self) -> Option<&burn::tensor::Device> {
        match &self.kind {
            Kind::Processor => None,
            Kind::Cards(cards) => cards.first(),
        }
    }
}
