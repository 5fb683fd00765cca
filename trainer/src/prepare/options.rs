//! The options of every preparation.

use std::num::NonZeroUsize;
use std::path::PathBuf;

use tagline_engine::Analyzer;

use crate::data::{Input, Plan};
use crate::work::processors;

/// The options that every kind of data set has.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder of the prepared data set.
    pub out: PathBuf,
    /// The inputs to compute.
    pub inputs: Vec<Input>,
    /// Files that are decoded at the same time.
    pub jobs: NonZeroUsize,
    /// Most windows from one file. They are evenly spread and never overlap.
    pub windows: NonZeroUsize,
    /// Shortest file that is used, in seconds. A file that is shorter than a window is repeated
    /// until it fills one.
    pub least_seconds: f64,
    /// Files of a shard.
    pub shard_items: usize,
}

impl Options {
    /// The log-mel of one window from each file of at least 3 s, on every processor.
    #[must_use]
    pub fn new(out: PathBuf) -> Self {
        Self {
            out,
            inputs: vec![Input::Mel],
            jobs: processors(),
            windows: NonZeroUsize::MIN,
            // The plugin's first estimate needs as much.
            least_seconds: Analyzer::FIRST_WINDOW_SECONDS,
            shard_items: Plan::SHARD_ITEMS,
        }
    }
}
