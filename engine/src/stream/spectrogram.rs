//! What a stream's window shows, for an editor that wants to draw it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::front_end::WindowPicture;

/// The newest picture of a stream's window. The worker makes one when it has been asked, and never
/// otherwise, so it costs nothing while nobody looks.
#[derive(Debug, Default)]
pub struct Spectrogram {
    is_asked: AtomicBool,
    newest: Mutex<Option<Arc<WindowPicture>>>,
}

impl Spectrogram {
    /// Returns the newest picture, if one has been made, and asks the worker for the next.
    #[must_use]
    pub fn ask(&self) -> Option<Arc<WindowPicture>> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.lock().clone()
    }

    /// Makes a picture if somebody has asked for one.
    pub(super) fn answer(&self, make: impl FnOnce() -> WindowPicture) {
        if self.is_asked.swap(false, Ordering::Relaxed) {
            let picture = Arc::new(make());
            *self.lock() = Some(picture);
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<WindowPicture>>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
