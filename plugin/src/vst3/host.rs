//! What the plugin's core asks of a VST3 host.
//!
//! The core asks while it is being called. The host is told afterwards, when nothing is locked.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use vst3::Steinberg::Vst::RestartFlags_::{kParamTitlesChanged, kParamValuesChanged};
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
};
use vst3::{ComPtr, Steinberg::int32};

use crate::core::{Changed, Host, MainHost, Severity};

/// For every thread: whether the main thread is asked for.
#[derive(Default)]
pub(super) struct Requests(AtomicBool);

impl Requests {
    /// Whether the main thread is asked for; only once.
    pub(super) fn take(&self) -> bool {
        self.0.swap(false, Ordering::Acquire)
    }
}

impl Host for Requests {
    fn request_main_thread(&self) {
        self.0.store(true, Ordering::Release);
    }
}

/// Main thread: what the host is to be told.
#[derive(Default)]
pub(super) struct News {
    changed: Cell<Changed>,
    is_dirty: Cell<bool>,
    wants_flush: Cell<bool>,
}

impl MainHost for Rc<News> {
    fn parameters_changed(&self, changed: Changed) {
        self.changed.set(self.changed.get().and(changed));
    }

    fn state_changed(&self) {
        self.is_dirty.set(true);
    }

    fn request_flush(&self) {
        self.wants_flush.set(true);
    }

    /// VST3 has no log. The editor shows what users must know.
    fn log(&self, severity: Severity, message: &str) {
        match severity {
            Severity::Warning => tracing::warn!("{message}"),
            Severity::Error => tracing::error!("{message}"),
        }
    }
}

impl News {
    /// Whether something waits in the core's `flush`; only once.
    pub(super) fn take_flush(&self) -> bool {
        self.wants_flush.take()
    }

    /// Something still waits.
    pub(super) fn flush_later(&self) {
        self.wants_flush.set(true);
    }

    /// Tells the host that values have changed, if they have. The rest waits.
    pub(super) fn tell_values(&self, handler: &ComPtr<IComponentHandler>) {
        let changed = self.changed.get();
        if changed.values {
            self.changed.set(Changed {
                values: false,
                ..changed
            });
            // SAFETY: the handler is counted, and this is the main thread.
            unsafe { handler.restartComponent(kParamValuesChanged as int32) };
        }
    }

    /// Tells the host what it has not heard.
    pub(super) fn tell(&self, handler: &ComPtr<IComponentHandler>) {
        let changed = self.changed.take();
        let mut flags = 0;
        if changed.values {
            flags |= kParamValuesChanged;
        }
        if changed.infos || changed.texts {
            flags |= kParamTitlesChanged;
        }
        if flags != 0 {
            // SAFETY: the handler is counted, and this is the main thread.
            unsafe { handler.restartComponent(flags as int32) };
        }
        if self.is_dirty.take()
            && let Some(handler) = handler.cast::<IComponentHandler2>()
        {
            // SAFETY: as above.
            unsafe { handler.setDirty(1) };
        }
    }
}
