//! The options of a training.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::Precision;
use super::{DeviceChoice, TrainError};
use crate::arch::Architecture;

/// Most epochs.
const MOST_EPOCHS: usize = 1_000_000;

/// A training: which network, on which data, into which folder, how.
#[derive(Clone, Debug)]
pub struct TrainOptions {
    /// The network.
    pub architecture: &'static Architecture,
    /// Folder of prepared data.
    pub data: PathBuf,
    /// Folder of the run. It is made if it does not exist; otherwise its run goes on.
    pub run: PathBuf,
    /// What computes.
    pub device: DeviceChoice,
    /// The options that decide the result.
    pub recipe: Recipe,
}

/// The options that decide a training's result, besides network and data.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipe {
    /// Factor of the number of maps in every layer.
    pub width: f64,
    /// Number of epochs: how often every clip is seen.
    pub epochs: usize,
    /// Clips of a step.
    pub batch: usize,
    /// Highest learning rate, at the end of the warm-up and the beginning of the cosine.
    pub learning_rate: f64,
    /// Share of the steps, at the beginning, in which the learning rate rises from 0.
    pub warm_up: f64,
    /// Epochs without a better validation ROC-AUC after which the training ends.
    pub patience: usize,
    /// Largest norm of each tensor's gradient.
    pub clip_norm: f64,
    /// Seed of weights, order, crops and dropout.
    pub seed: u64,
    /// Train on random lengths from [`SHORTEST_SECONDS`] to the whole window, repeated until they
    /// fill it as the plugin does.
    pub variable_length: bool,
    /// Share of the epochs, at the beginning, that train on random halves of the window, in half
    /// the time.
    pub half_windows: f64,
    /// Alter each window's level, equalisation and noise, and mix some with others, anew in each
    /// epoch.
    #[serde(default)]
    pub augment: bool,
    /// Alter less: only what leaves the labels of a window as they are.
    #[serde(default)]
    pub gentle: bool,
    /// See clips with rare tags more often, and those with common ones alone less.
    #[serde(default)]
    pub balance: bool,
    /// What is the beginning, instead of random numbers: a model file, or the best epoch of the run in
    /// a folder.
    #[serde(default)]
    pub start: Option<PathBuf>,
    /// Clips whose name begins with one of these are not trained on.
    #[serde(default)]
    pub without: Vec<String>,
    /// Graphics cards that share each batch.
    #[serde(default = "one")]
    pub cards: usize,
    /// What convolutions compute in.
    #[serde(default)]
    pub precision: Precision,
}

fn one() -> usize {
    1
}

/// Shortest audio of `variable_length`, in seconds.
pub const SHORTEST_SECONDS: f64 = 3.0;

impl Default for Recipe {
    fn default() -> Self {
        Self {
            width: 1.0,
            epochs: 30,
            batch: 8,
            learning_rate: 3e-3,
            warm_up: 0.05,
            patience: 10,
            clip_norm: 1.0,
            seed: 0,
            variable_length: false,
            half_windows: 0.0,
            augment: false,
            gentle: false,
            balance: false,
            start: None,
            without: Vec::new(),
            cards: 1,
            precision: Precision::F32,
        }
    }
}

impl Recipe {
    /// Checks that every number makes sense.
    ///
    /// # Errors
    /// [`TrainError::Option`] names the first that does not.
    pub fn validate(&self) -> Result<(), TrainError> {
        let check = |option, fine: bool, reason| {
            if fine {
                Ok(())
            } else {
                Err(TrainError::Option { option, reason })
            }
        };
        let positive = |value: f64| value.is_finite() && value > 0.0;
        let part = |value: f64| (0.0..=1.0).contains(&value);
        let wide = positive(self.width) && self.width <= 16.0;
        check("width", wide, "must be above 0 and at most 16")?;
        let few = (1..=MOST_EPOCHS).contains(&self.epochs);
        check("epochs", few, "must be at least 1 and at most 1000000")?;
        check("cards", self.cards > 0, "must be at least 1")?;
        // A batch norm over a single value gives 0.
        check("batch", self.batch > 1, "must be at least 2")?;
        let rate = positive(self.learning_rate) && self.learning_rate <= 1.0;
        check("lr", rate, "must be above 0 and at most 1")?;
        check("warm-up", part(self.warm_up), "must be between 0 and 1")?;
        check("patience", self.patience > 0, "must be at least 1")?;
        check("clip", positive(self.clip_norm), "must be above 0")?;
        let halves = part(self.half_windows);
        check("half-windows", halves, "must be between 0 and 1")
    }
}
