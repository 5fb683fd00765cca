//! What the worker tells the main thread.

use std::sync::{Arc, Mutex, PoisonError};

use crate::model::{ModelInfo, ModelPlace, ModelSource};
use crate::network::{Backend, BackendReport};

/// What the worker tells the main thread.
#[derive(Clone, Debug)]
pub enum Event {
    /// A model is in force.
    ModelReady {
        /// Counts up with each model. See [`TagUpdate::generation`](crate::TagUpdate).
        generation: u32,
        /// What the model says of itself.
        info: Arc<ModelInfo>,
        /// Where it was found.
        place: ModelPlace,
        /// What runs it, and why no other backend does.
        report: BackendReport,
    },
    /// The model that was asked for cannot be used.
    ModelFailed {
        /// The model that was asked for.
        source: ModelSource,
        /// What is wrong, where, and what to do.
        message: String,
        /// Whether there is no previous model. Then nothing is analysed until another event.
        stopped: bool,
    },
    /// The model in force failed while running. Nothing is analysed until another one is chosen.
    Stopped {
        /// What is wrong, and what to do.
        message: String,
        /// Whether the stream itself has ended. Then it takes no other model, and a model that is on
        /// its way will not come.
        ended: bool,
    },
    /// The backend failed while running, and tract has taken over.
    BackendReplaced {
        /// What the backend said, and what runs now.
        message: String,
        /// What runs now.
        running: Backend,
    },
}

/// Asks a main thread to read the events.
pub(super) type Callback = Box<dyn Fn() + Send>;

/// Tells the main thread that there are events, until the stream ends.
///
/// The stream removes the callback when it is dropped, so that nobody calls a host that has gone.
/// Neither side is the audio thread, so a lock is fine.
#[derive(Clone)]
pub(super) struct Notify(Arc<Mutex<Option<Callback>>>);

impl Notify {
    pub fn new(callback: Callback) -> Self {
        Self(Arc::new(Mutex::new(Some(callback))))
    }

    pub fn call(&self) {
        if let Some(notify) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            notify();
        }
    }

    /// Removes the callback. It has returned when this returns.
    pub fn silence(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
