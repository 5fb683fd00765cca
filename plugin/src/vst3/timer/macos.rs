//! macOS: a timer of the main run loop.

use std::ffi::c_void;
use std::sync::Weak;

use super::{INTERVAL_MS, Ticked, guarded};

type Callback = unsafe extern "C" fn(*mut c_void, *mut c_void);

/// `CFRunLoopTimerContext`.
#[repr(C)]
struct Context {
    version: isize,
    info: *mut c_void,
    retain: *const c_void,
    release: *const c_void,
    describe: *const c_void,
}

#[link(name = "CoreFoundation", kind = "framework")]
unsafe extern "C" {
    static kCFRunLoopCommonModes: *const c_void;
    fn CFAbsoluteTimeGetCurrent() -> f64;
    fn CFRunLoopGetMain() -> *mut c_void;
    fn CFRunLoopTimerCreate(
        allocator: *const c_void,
        first: f64,
        interval: f64,
        flags: usize,
        order: isize,
        callback: Callback,
        context: *mut Context,
    ) -> *mut c_void;
    fn CFRunLoopAddTimer(run_loop: *mut c_void, timer: *mut c_void, mode: *const c_void);
    fn CFRunLoopTimerInvalidate(timer: *mut c_void);
    fn CFRelease(object: *const c_void);
}

unsafe extern "C" fn on_timer(_timer: *mut c_void, info: *mut c_void) {
    guarded((), || {
        // SAFETY: the box that the timer was made with, which lives as long as it.
        let plugin = unsafe { &*info.cast::<Weak<dyn Ticked>>() }.upgrade();
        if let Some(plugin) = plugin {
            plugin.tick();
        }
    });
}

/// A timer. It ends when it is dropped, on the main thread.
pub(in crate::vst3) struct Timer {
    timer: *mut c_void,
    plugin: *mut Weak<dyn Ticked>,
}

impl Timer {
    pub(in crate::vst3) fn start(plugin: Weak<dyn Ticked>) -> Option<Self> {
        let plugin = Box::into_raw(Box::new(plugin));
        let seconds = f64::from(INTERVAL_MS) / 1_000.0;
        let mut context = Context {
            version: 0,
            info: plugin.cast(),
            retain: std::ptr::null(),
            release: std::ptr::null(),
            describe: std::ptr::null(),
        };
        // SAFETY: the functions of Core Foundation as it documents them; the box outlives the
        // timer.
        unsafe {
            let timer = CFRunLoopTimerCreate(
                std::ptr::null(),
                CFAbsoluteTimeGetCurrent() + seconds,
                seconds,
                0,
                0,
                on_timer,
                &mut context,
            );
            if timer.is_null() {
                drop(Box::from_raw(plugin));
                return None;
            }
            CFRunLoopAddTimer(CFRunLoopGetMain(), timer, kCFRunLoopCommonModes);
            Some(Self { timer, plugin })
        }
    }
}

impl Drop for Timer {
    fn drop(&mut self) {
        // SAFETY: made by `start`; once invalidated, the timer never calls again.
        unsafe {
            CFRunLoopTimerInvalidate(self.timer);
            CFRelease(self.timer);
            drop(Box::from_raw(self.plugin));
        }
    }
}
