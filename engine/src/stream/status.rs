//! A stream's counters.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// Counters of a stream, which any thread may read.
#[derive(Debug, Default)]
pub struct StreamStatus {
    /// Updates delivered.
    pub updates: AtomicU64,
    /// Updates that were due and skipped, because the network was still busy.
    pub late_updates: AtomicU64,
    /// Due windows without new sound, for which the tags hold.
    pub silent_updates: AtomicU64,
    /// Samples dropped because the worker did not keep up.
    pub dropped_samples: AtomicU64,
    /// Time of the last inference in milliseconds, as f32 bits.
    pub inference_ms: AtomicU32,
    /// Memory that the network keeps of the stream's earlier windows, in bytes.
    pub kept_bytes: AtomicU64,
}

impl StreamStatus {
    /// Time of the last inference in milliseconds.
    #[must_use]
    pub fn inference_ms(&self) -> f32 {
        f32::from_bits(self.inference_ms.load(Ordering::Relaxed))
    }
}
