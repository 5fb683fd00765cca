//! Short trainings.

use std::path::Path;

use trainer::arch::Architecture;
use trainer::train::{DeviceChoice, Recipe, TrainOptions};

/// One epoch of a narrow network on the data set `data` in `folder`, into its folder `run`.
pub fn options(folder: &Path, run: &str) -> TrainOptions {
    TrainOptions {
        architecture: Architecture::named("fcn5-compact").unwrap(),
        data: folder.join("data"),
        run: folder.join(run),
        device: DeviceChoice::Cpu,
        recipe: Recipe {
            width: 0.1,
            epochs: 1,
            batch: 2,
            ..Recipe::default()
        },
    }
}
