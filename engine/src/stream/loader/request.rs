//! What streams ask of the loader, and what it answers.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::shared_network::SharedNetwork;
use crate::model::{ModelInfo, ModelPlace, ModelSource};
use crate::network::{BackendChoice, BackendReport};

/// The newest wish of a stream. It is gone when this is dropped.
#[derive(Default)]
pub(in crate::stream) struct Wish(Arc<AtomicU64>);

/// No ticket has this number.
const NOTHING: u64 = 0;

impl Wish {
    /// Replaces the wish.
    pub fn renew(&self) -> Wanted {
        // The worker alone renews it.
        let ticket = self.0.load(Ordering::Relaxed) + 1;
        self.0.store(ticket, Ordering::Relaxed);
        Wanted {
            newest: Arc::clone(&self.0),
            ticket,
        }
    }

    /// Whether `ticket` is that of the newest wish.
    pub fn is(&self, ticket: u64) -> bool {
        self.0.load(Ordering::Relaxed) == ticket
    }
}

impl Drop for Wish {
    fn drop(&mut self) {
        self.0.store(NOTHING, Ordering::Relaxed);
    }
}

/// Says whether one wish still stands.
pub(in crate::stream) struct Wanted {
    newest: Arc<AtomicU64>,
    ticket: u64,
}

impl Wanted {
    /// Whether the stream lives and has not asked for something else since.
    pub fn still(&self) -> bool {
        self.newest.load(Ordering::Relaxed) == self.ticket
    }

    /// As if the stream had been dropped.
    #[cfg(test)]
    pub fn end_the_stream(&self) {
        self.newest.store(NOTHING, Ordering::Relaxed);
    }

    /// As if the stream had another wish.
    #[cfg(test)]
    pub fn ask_for_another(&self) {
        self.newest.store(self.ticket + 1, Ordering::Relaxed);
    }

    /// The number of the wish. It counts up with each wish of a stream.
    pub fn ticket(&self) -> u64 {
        self.ticket
    }
}

/// What a stream asks of the loader.
pub(in crate::stream) struct Request {
    pub stream: u64,
    pub wanted: Wanted,
    pub source: ModelSource,
    pub backend: BackendChoice,
    pub library_dirs: Vec<PathBuf>,
}

/// The loader's answer.
pub(in crate::stream) struct Answer {
    pub stream: u64,
    pub ticket: u64,
    pub loaded: Result<Loaded, String>,
}

/// A model that is ready to run.
#[derive(Clone)]
pub(in crate::stream) struct Loaded {
    pub info: Arc<ModelInfo>,
    pub place: ModelPlace,
    pub report: BackendReport,
    pub network: Arc<SharedNetwork>,
}
