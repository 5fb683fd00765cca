//! A network that several streams share.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::network::Network;

/// A network that all streams with the same model and backend share, so that weights are loaded once.
pub(in crate::stream) struct SharedNetwork {
    network: Mutex<Box<dyn Network>>,
    failed: AtomicBool,
}

impl SharedNetwork {
    pub fn new(network: Box<dyn Network>) -> Arc<Self> {
        Arc::new(Self {
            network: Mutex::new(network),
            failed: AtomicBool::new(false),
        })
    }

    /// The network itself. Only the worker runs it, so the lock never waits.
    pub fn lock(&self) -> MutexGuard<'_, Box<dyn Network>> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Marks the network as failed while running. No other stream gets it then.
    pub fn set_failed(&self) {
        self.failed.store(true, Ordering::Release);
    }

    pub fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}
