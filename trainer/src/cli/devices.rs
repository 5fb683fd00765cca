//! What trains, for every command that trains.

use clap::Args;

use crate::arch::Precision;
use crate::train::{DeviceChoice, Recipe};

#[derive(Debug, Args)]
pub(super) struct DeviceArgs {
    /// What computes.
    #[arg(long, value_enum, default_value_t)]
    pub device: DeviceChoice,
    /// Graphics cards that share each batch.
    #[arg(long, value_name = "N", default_value_t = Recipe::default().cards)]
    pub cards: usize,
    /// What convolutions compute in, on graphics cards.
    #[arg(long, value_enum, default_value_t)]
    pub precision: Precision,
}
