//! What the audio thread has of a plugin, and how the host has set it up.

use super::points::Cursors;
use crate::core::Processor;

/// How the host has set processing up.
#[derive(Clone, Copy, Debug)]
pub(super) struct Setup {
    pub(super) sample_rate_hz: f64,
    /// Longest block, in frames.
    pub(super) max_frames: u32,
    pub(super) is_offline: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            sample_rate_hz: 44_100.0,
            max_frames: 1_024,
            is_offline: false,
        }
    }
}

/// What the audio thread has.
#[derive(Default)]
pub(super) struct AudioSide {
    /// The core's processor, while the plugin is active.
    pub(super) processor: Option<Processor>,
    /// Blocks processed so far.
    pub(super) blocks: u64,
    /// Where the parameters' queues of a block are read.
    pub(super) cursors: Cursors,
}
