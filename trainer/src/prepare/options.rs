//! How a data set is prepared, whatever it is.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use tagline_engine::Analyzer;

use crate::data::{Input, Plan};

/// What every kind of data set can be told.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the prepared data set.
    pub out: PathBuf,
    /// What is computed of each clip.
    pub inputs: Vec<Input>,
    /// Files decoded side by side.
    pub jobs: NonZeroUsize,
    /// Most windows taken of one file, evenly spread and never overlapping.
    pub windows: NonZeroUsize,
    /// Shortest file that is used; a shorter one is left out. What is shorter than a window is
    /// repeated until it fills it.
    pub least_seconds: f64,
    /// Files of a shard.
    pub shard_items: usize,
}

impl Options {
    /// The log-mel of one window of each file of 3 s at least, on every processor.
    #[must_use]
    pub fn new(out: PathBuf) -> Self {
        Self {
            out,
            inputs: vec![Input::Mel],
            jobs: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            windows: NonZeroUsize::MIN,
            // The plugin's first estimate rests on as much.
            least_seconds: Analyzer::FIRST_WINDOW_SECONDS,
            shard_items: Plan::SHARD_ITEMS,
        }
    }
}
