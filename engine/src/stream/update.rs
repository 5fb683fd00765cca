//! What the audio thread gets of each window.

/// Most tags of one model that reach the audio thread. Offline tagging gives all tags.
pub const MAX_TAGS: usize = 50;

/// Tag probabilities of one window, on their way to the audio thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TagUpdate {
    /// Stream position from which they hold, in host samples pushed since the tap was made.
    pub position_samples: u64,
    /// Seconds of audio that the window shows.
    pub seconds_heard: f32,
    /// The model that gave them: counts up with each [`Event::ModelReady`](crate::Event).
    pub generation: u32,
    /// How many of `probabilities` are used.
    pub tag_count: u32,
    /// Time that the network took, in milliseconds.
    pub inference_ms: f32,
    /// Whether calibrated values were asked for, instead of the network's own.
    pub calibrated: bool,
    /// Probabilities, 0 to 1, in the model's tag order.
    pub probabilities: [f32; MAX_TAGS],
}
