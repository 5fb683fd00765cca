//! What a stream's window shows, for an editor that wants to draw it.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::hearing::Hearing;
use crate::front_end::WindowPicture;

/// The newest picture of a stream's window. The worker makes one when it has been asked, and never
/// otherwise, so it costs nothing while nobody looks.
#[derive(Debug, Default)]
pub struct Spectrogram {
    is_asked: AtomicBool,
    newest: Mutex<Option<Arc<WindowPicture>>>,
    /// The tag that somebody asks about, from 1; 0 for none.
    question: AtomicUsize,
    answer: Mutex<Option<Arc<Hearing>>>,
}

impl Spectrogram {
    /// Returns the newest picture, if one has been made, and asks the worker for the next.
    #[must_use]
    pub fn ask(&self) -> Option<Arc<WindowPicture>> {
        self.is_asked.store(true, Ordering::Relaxed);
        self.lock().clone()
    }

    /// Makes a picture if somebody has asked for one.
    pub fn answer(&self, make: impl FnOnce() -> WindowPicture) {
        if self.is_asked.swap(false, Ordering::Relaxed) {
            let picture = Arc::new(make());
            *self.lock() = Some(picture);
        }
    }

    /// Returns where the network has heard `tag`, if that is known, and asks the worker to find out again: by
    /// running the network on windows with silent parts, between its updates, with a fifth of a core. It goes
    /// on while this is called at least once a second.
    #[must_use]
    pub fn ask_where(&self, tag: usize) -> Option<Arc<Hearing>> {
        self.question
            .store(tag.saturating_add(1), Ordering::Relaxed);
        let answer = self.answer_slot().clone();
        answer.filter(|hearing| hearing.tag == tag)
    }

    /// The tag that somebody has asked about since the last call.
    pub(super) fn take_question(&self) -> Option<usize> {
        self.question.swap(0, Ordering::Relaxed).checked_sub(1)
    }

    /// Gives the answer to a question.
    pub fn put_answer(&self, hearing: Hearing) {
        *self.answer_slot() = Some(Arc::new(hearing));
    }

    pub(super) fn forget_answer(&self) {
        *self.answer_slot() = None;
    }

    fn answer_slot(&self) -> MutexGuard<'_, Option<Arc<Hearing>>> {
        self.answer.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn lock(&self) -> MutexGuard<'_, Option<Arc<WindowPicture>>> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
