//! The paper's experiments over a prepared data set: each system is trained, exported and evaluated
//! on the test split, one after another.
//!
//! The folder of an experiment:
//!
//! | file | holds |
//! |---|---|
//! | `runs/NAME/` | the run of each system, as `trainer train` leaves it |
//! | `runs/NAME/model.onnx` | its model |
//! | `runs/NAME/result.json` | its test scores; where it is, the system is not run again |
//! | `results.json`, `results.md` | all of it, the tables with the paper's numbers |
//! | `figure-2.svg` or `figure-3.svg` | the experiment's figure |

mod bandwidths;
mod error;
mod paper;
mod results;
mod run;

pub use bandwidths::{bins_per_khz, figure_2};
pub use error::ExperimentError;
pub use paper::{Experiment, System};
pub use results::{Results, RunResult};
pub use run::{ExperimentOptions, run};
