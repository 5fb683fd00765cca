//! The options of what computes, for every command that trains.

use clap::{Args, ValueEnum};
use trainer::train::{DeviceChoice, Precision, Recipe};

#[derive(Debug, Args)]
pub(super) struct DeviceArgs {
    /// What computes.
    #[arg(long, value_enum, default_value_t)]
    device: DeviceArg,
    /// Number of graphics cards that share each batch.
    #[arg(long, value_name = "N", default_value_t = Recipe::default().cards)]
    pub cards: usize,
    /// Numbers that convolutions compute in on graphics cards.
    #[arg(long, value_enum, default_value_t)]
    precision: PrecisionArg,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum DeviceArg {
    /// The processor.
    #[default]
    Cpu,
    /// An NVIDIA graphics card.
    Cuda,
    /// A graphics card through Vulkan.
    Vulkan,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum PrecisionArg {
    /// 24 bits of precision.
    #[default]
    F32,
    /// 8 bits of precision and the range of f32.
    Bf16,
}

impl DeviceArgs {
    pub(super) fn device(&self) -> DeviceChoice {
        match self.device {
            DeviceArg::Cpu => DeviceChoice::Cpu,
            DeviceArg::Cuda => DeviceChoice::Cuda,
            DeviceArg::Vulkan => DeviceChoice::Vulkan,
        }
    }

    pub(super) fn precision(&self) -> Precision {
        match self.precision {
            PrecisionArg::F32 => Precision::F32,
            PrecisionArg::Bf16 => Precision::Bf16,
        }
    }
}
