//! What can go wrong while hosting.

use std::path::PathBuf;

/// Why the plugin cannot be hosted.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum HostingError {
    /// There is no bundle.
    #[error("{}: no such bundle; `cargo xtask bundle` makes it", .0.display())]
    NoBundle(PathBuf),
    /// The bundle is not a plugin.
    #[error("{}: cannot be loaded as a plugin: {reason}", path.display())]
    Load {
        /// The bundle.
        path: PathBuf,
        /// What the loader said.
        reason: String,
    },
    /// The plugin refused to be made, activated or started.
    #[error("the plugin refused {what}: {reason}")]
    Refused {
        /// What was asked of it.
        what: &'static str,
        /// What it said.
        reason: String,
    },
    /// The plugin lacks something that every version of it has.
    #[error("the plugin lacks the extension {0}")]
    NoExtension(&'static str),
    /// Audio was sent to an instance that is not active.
    #[error("the plugin is not active")]
    NotActive,
    /// A block is longer than announced, or has another number of channels.
    #[error("a block of {frames} frames and {channels} channels does not fit: {reason}")]
    Block {
        /// Length of the block.
        frames: usize,
        /// Its number of channels.
        channels: usize,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// Processing failed in the plugin.
    #[error("the plugin failed to process the block at sample {position_samples}")]
    Process {
        /// Stream position of the block's first sample.
        position_samples: u64,
    },
}

impl HostingError {
    /// The plugin has answered `result` of VST3 when it was asked for `what`.
    pub(crate) fn answered(what: &'static str, result: i32) -> Self {
        Self::Refused {
            what,
            reason: format!("it answers {result:#x}"),
        }
    }
}
