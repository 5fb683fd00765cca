//! What the audio thread and the worker share of one stream beside the queues: atomics alone.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use super::status::StreamStatus;
use crate::network::BackendChoice;

/// The audio thread writes these, and the worker reads them, unless a field says otherwise.
#[derive(Debug)]
pub(super) struct Controls {
    /// Number of samples in the ring's history before which everything is forgotten.
    pub reset_at: AtomicU64,
    /// Whether the host renders offline, so that no update may be skipped.
    pub offline: AtomicBool,
    /// Time between updates, in seconds.
    pub update_seconds: Seconds,
    /// Time constant of the smoothing, in seconds.
    pub smoothing_seconds: Seconds,
    /// How many of the last seconds count. Infinity stands for the whole window.
    pub focus_seconds: Seconds,
    /// Index of the [`BackendChoice`].
    backend: AtomicU8,
    /// Whether tags are calibrated.
    pub calibrated: AtomicBool,
    /// Written by the worker: samples of the ring's history that are analysed, with their updates
    /// delivered.
    pub analysed: AtomicU64,
    /// Written by the worker, before `analysed`: no update falls due before this many samples of the
    /// ring's history, unless settings or the model change.
    pub quiet_until: AtomicU64,
    /// Written by the worker, or by the main thread when it ends the stream: nobody will analyse the
    /// stream any more.
    pub ended: AtomicBool,
    /// The stream's counters.
    pub status: Arc<StreamStatus>,
}

impl Controls {
    /// Controls with the default settings.
    pub fn new() -> Self {
        Self {
            reset_at: AtomicU64::new(0),
            offline: AtomicBool::new(false),
            update_seconds: Seconds::new(1.0),
            smoothing_seconds: Seconds::new(0.0),
            focus_seconds: Seconds::new(f32::INFINITY),
            backend: AtomicU8::new(BackendChoice::Auto.index() as u8),
            calibrated: AtomicBool::new(true),
            analysed: AtomicU64::new(0),
            quiet_until: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            status: Arc::new(StreamStatus::default()),
        }
    }

    pub fn set_backend(&self, backend: BackendChoice) {
        self.backend.store(backend.index() as u8, Ordering::Relaxed);
    }

    pub fn backend(&self) -> BackendChoice {
        let index = self.backend.load(Ordering::Relaxed);
        BackendChoice::from_index(index.into()).unwrap_or_default()
    }
}

/// A time in seconds that two threads share.
#[derive(Debug)]
pub(super) struct Seconds(AtomicU32);

impl Seconds {
    fn new(seconds: f32) -> Self {
        Self(AtomicU32::new(seconds.to_bits()))
    }

    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Ordering::Relaxed))
    }

    pub fn set(&self, seconds: f32) {
        self.0.store(seconds.to_bits(), Ordering::Relaxed);
    }

    /// Whether it has this very value. Unlike `==`, this holds for NaN, too.
    pub fn is(&self, seconds: f32) -> bool {
        self.0.load(Ordering::Relaxed) == seconds.to_bits()
    }
}

/// Samples that are missing in the ring's history.
#[derive(Clone, Copy, Debug)]
pub(super) struct Gap {
    /// Samples of the ring's history before it.
    pub ring_samples: u64,
    /// Samples dropped since the tap was made, up to the end of this gap.
    pub dropped_samples: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_backend_choice_crosses_the_threads_unchanged() {
        let controls = Controls::new();
        assert_eq!(controls.backend(), BackendChoice::Auto);
        for choice in BackendChoice::ALL {
            controls.set_backend(choice);
            assert_eq!(controls.backend(), choice);
        }
    }
}
