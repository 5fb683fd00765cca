//! Windows: a timer of the thread's message loop.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError, Weak};

use super::{INTERVAL_MS, Ticked, guarded};

type Callback = unsafe extern "system" fn(*mut c_void, u32, usize, u32);

#[link(name = "user32")]
unsafe extern "system" {
    fn SetTimer(
        window: *mut c_void,
        id: usize,
        milliseconds: u32,
        callback: Option<Callback>,
    ) -> usize;
    fn KillTimer(window: *mut c_void, id: usize) -> i32;
}

/// A plugin whose timer runs. It is only used on the thread that has set the timer.
struct Plugin(Weak<dyn Ticked>);

// SAFETY: a thread gets the timers that it has set, and no other's.
unsafe impl Send for Plugin {}

/// The plugins by their timers' ids: a timer without a window carries nothing else.
static PLUGINS: Mutex<Option<HashMap<usize, Plugin>>> = Mutex::new(None);

fn with_plugins<R>(action: impl FnOnce(&mut HashMap<usize, Plugin>) -> R) -> R {
    let mut plugins = PLUGINS.lock().unwrap_or_else(PoisonError::into_inner);
    action(plugins.get_or_insert_with(HashMap::new))
}

unsafe extern "system" fn on_timer(_window: *mut c_void, _message: u32, id: usize, _now: u32) {
    guarded((), || {
        let plugin = with_plugins(|plugins| plugins.get(&id).and_then(|t| t.0.upgrade()));
        if let Some(plugin) = plugin {
            plugin.tick();
        }
    });
}

/// A timer. It ends when it is dropped.
pub(in crate::vst3) struct Timer(usize);

impl Timer {
    pub(in crate::vst3) fn start(plugin: Weak<dyn Ticked>) -> Option<Self> {
        // SAFETY: without a window, the timer is the thread's.
        let id = unsafe { SetTimer(std::ptr::null_mut(), 0, INTERVAL_MS, Some(on_timer)) };
        if id == 0 {
            return None;
        }
        with_plugins(|plugins| plugins.insert(id, Plugin(plugin)));
        Some(Self(id))
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: the id is of a timer without a window.
        unsafe { KillTimer(std::ptr::null_mut(), self.0) };
        with_plugins(|plugins| plugins.remove(&self.0));
    }
}
