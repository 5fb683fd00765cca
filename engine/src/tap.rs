//! The audio thread's end of a stream. Nothing here allocates, frees, locks, waits or makes a
//! system call, except [`Tap::wait_until_analysed`], which is for offline rendering only.

use crate::{BackendChoice, MAX_TAGS};

/// Tag probabilities of one window, on their way to the audio thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TagUpdate {
    /// Stream position from which they hold, in host samples pushed since the tap was made.
    pub position_samples: u64,
    /// Seconds of audio they rest on.
    pub seconds_heard: f32,
    /// Which model they are of: counts up with each [`Event::ModelReady`](crate::Event).
    pub generation: u32,
    /// How many of `probabilities` are used.
    pub tag_count: u32,
    /// Time the network took, in milliseconds.
    pub inference_ms: f32,
    /// Probabilities, 0 to 1, in the model's tag order.
    pub probabilities: [f32; MAX_TAGS],
}

/// The audio thread's end of a stream: audio in, tag updates out.
pub struct Tap {}

impl Tap {
    /// Feeds one sample a call of `mono`. What does not fit is dropped and counted.
    pub fn push(&mut self, _mono: impl ExactSizeIterator<Item = f32>) {
        unimplemented!()
    }

    /// The oldest update not yet read.
    pub fn pop(&mut self) -> Option<TagUpdate> {
        unimplemented!()
    }

    /// Samples pushed (or dropped) since the tap was made.
    #[must_use]
    pub fn position_samples(&self) -> u64 {
        unimplemented!()
    }

    /// Starts the window anew with the next sample pushed.
    pub fn reset(&mut self) {
        unimplemented!()
    }

    /// Asks for another backend; an [`Event`](crate::Event) tells the main thread what came of it.
    /// Cheap when nothing changes, so it may be called with every block.
    pub fn set_backend(&mut self, _backend: BackendChoice) {
        unimplemented!()
    }

    /// Changes the time between updates, in seconds. Cheap when nothing changes.
    pub fn set_update_seconds(&mut self, _seconds: f32) {
        unimplemented!()
    }

    /// Changes the smoothing's time constant, in seconds; 0 for none. Cheap when nothing changes.
    pub fn set_smoothing_seconds(&mut self, _seconds: f32) {
        unimplemented!()
    }

    /// Offline rendering: the worker skips no update, and the audio thread may call
    /// [`Self::wait_until_analysed`].
    pub fn set_offline(&mut self, _offline: bool) {
        unimplemented!()
    }

    /// Offline rendering only: waits until every sample pushed has been analysed and every due
    /// update can be popped. Returns `false` if the service has stopped or makes no progress.
    pub fn wait_until_analysed(&mut self) -> bool {
        unimplemented!()
    }
}
