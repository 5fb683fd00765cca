//! The options of a recipe that every command that trains has.

use clap::Args;
use trainer::train::Recipe;

use super::devices::DeviceArgs;

#[derive(Debug, Args)]
pub(super) struct RecipeArgs {
    #[command(flatten)]
    pub devices: DeviceArgs,
    /// Factor of the number of maps in every layer. The paper's is 1.
    #[arg(long, default_value_t = Recipe::default().width)]
    width: f64,
    /// Most epochs: how often every clip is seen.
    #[arg(long, default_value_t = Recipe::default().epochs)]
    epochs: usize,
    /// Clips of a step.
    #[arg(long, default_value_t = Recipe::default().batch)]
    batch: usize,
    /// Highest learning rate, after the warm-up. It falls to 0 along a cosine.
    #[arg(long, default_value_t = Recipe::default().learning_rate)]
    lr: f64,
    /// Epochs without a better validation ROC-AUC after which a training ends.
    #[arg(long, value_name = "EPOCHS", default_value_t = Recipe::default().patience)]
    patience: usize,
}

impl RecipeArgs {
    /// The recipe with these options, and the others as by default.
    pub(super) fn recipe(&self) -> Recipe {
        Recipe {
            width: self.width,
            epochs: self.epochs,
            batch: self.batch,
            learning_rate: self.lr,
            patience: self.patience,
            cards: self.devices.cards,
            precision: self.devices.precision(),
            ..Recipe::default()
        }
    }
}
