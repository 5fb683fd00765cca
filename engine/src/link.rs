//! What the audio thread and the worker share of one stream, beside the two rings: atomics only.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};

use crate::{Backend, BackendChoice, StreamStatus};

/// Written by the audio thread, read by the worker, except where a field says otherwise.
#[derive(Debug)]
pub(crate) struct Link {
    /// Count of samples in the ring's history before which everything is to be forgotten.
    pub reset_at: AtomicU64,
    /// Whether the host renders offline, so that no update may be skipped.
    pub offline: AtomicBool,
    /// Time between updates, in seconds, as f32 bits.
    pub update_seconds: AtomicU32,
    /// Time constant of the smoothing, in seconds, as f32 bits.
    pub smoothing_seconds: AtomicU32,
    backend: AtomicU8,
    /// Whether tags are calibrated.
    pub calibrated: AtomicBool,
    /// Written by the worker: samples of the ring's history that are analysed, updates delivered.
    pub analysed: AtomicU64,
    /// Written by the worker, before `analysed`: no update falls due before this many samples of the
    /// ring's history, unless settings or the model change.
    pub quiet_until: AtomicU64,
    /// Written by the worker: the ticket of the newest request for a model.
    pub newest_ticket: AtomicU64,
    /// Written by the worker, or by the main thread that ends the stream: nobody will analyse it any
    /// more.
    pub ended: AtomicBool,
    /// The stream's counters.
    pub status: Arc<StreamStatus>,
}

impl Link {
    pub fn new(
        update_seconds: f32,
        smoothing_seconds: f32,
        backend: BackendChoice,
        calibrated: bool,
    ) -> Self {
        Self {
            reset_at: AtomicU64::new(0),
            offline: AtomicBool::new(false),
            update_seconds: AtomicU32::new(update_seconds.to_bits()),
            smoothing_seconds: AtomicU32::new(smoothing_seconds.to_bits()),
            backend: AtomicU8::new(encode(backend)),
            calibrated: AtomicBool::new(calibrated),
            analysed: AtomicU64::new(0),
            quiet_until: AtomicU64::new(0),
            newest_ticket: AtomicU64::new(0),
            ended: AtomicBool::new(false),
            status: Arc::new(StreamStatus::default()),
        }
    }

    pub fn set_backend(&self, backend: BackendChoice) {
        self.backend.store(encode(backend), Ordering::Relaxed);
    }

    pub fn backend(&self) -> BackendChoice {
        decode(self.backend.load(Ordering::Relaxed))
    }
}

const BACKENDS: [Backend; 4] = [
    Backend::Tract,
    Backend::OnnxRuntimeCpu,
    Backend::Cuda,
    Backend::DirectMl,
];

fn encode(choice: BackendChoice) -> u8 {
    match choice {
        BackendChoice::Auto => 0,
        BackendChoice::Only(backend) => {
            1 + BACKENDS.iter().position(|&b| b == backend).unwrap_or(0) as u8
        }
    }
}

fn decode(code: u8) -> BackendChoice {
    match code
        .checked_sub(1)
        .and_then(|index| BACKENDS.get(usize::from(index)))
    {
        Some(&backend) => BackendChoice::Only(backend),
        None => BackendChoice::Auto,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_backend_choice_crosses_the_threads_unchanged() {
        let link = Link::new(1.0, 0.0, BackendChoice::Auto, true);
        assert_eq!(link.backend(), BackendChoice::Auto);
        for backend in BACKENDS {
            link.set_backend(BackendChoice::Only(backend));
            assert_eq!(link.backend(), BackendChoice::Only(backend));
        }
    }
}
