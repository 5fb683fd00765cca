//! Asking the host for its main thread, from any thread but the audio thread.

use std::sync::{Mutex, MutexGuard, PoisonError};

use clack_plugin::host::HostSharedHandle;

/// The host's `request_callback`, for threads that may outlive the instance by a moment. It does
/// nothing before [`HostCall::connect`] and after [`HostCall::disconnect`].
#[derive(Default)]
pub struct HostCall(Mutex<Option<HostSharedHandle<'static>>>);

impl HostCall {
    /// Calls go to `host` from now on, until [`Self::disconnect`], which must come before `host`
    /// goes.
    pub fn connect(&self, host: HostSharedHandle<'_>) {
        // SAFETY: the owner disconnects before the host's handle dies, and both that and the use
        // of the handle happen under the lock.
        *self.lock() = Some(unsafe { host.with_arbitrary_lifetime() });
    }

    /// Forgets the host.
    pub fn disconnect(&self) {
        *self.lock() = None;
    }

    /// Asks the host to call `on_main_thread`.
    pub fn request_callback(&self) {
        if let Some(host) = &*self.lock() {
            host.request_callback();
        }
    }

    fn lock(&self) -> MutexGuard<'_, Option<HostSharedHandle<'static>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
