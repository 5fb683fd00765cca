//! What the plugin's core asks of a VST3 host.
//!
//! The core asks while it is being called. The host is told afterwards, when nothing is locked.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};

use vst3::Steinberg::Vst::RestartFlags_::{kParamTitlesChanged, kParamValuesChanged};
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandlerTrait,
    IHostApplication, IHostApplicationTrait,
};
use vst3::{
    ComPtr,
    Steinberg::{FUnknown, int32, kResultOk},
};

use super::text::read_wide;
use crate::core::{Changed, Host, MainHost, Severity};

/// How names of hosts begin that hold a lock while they give the controller a state, and would wait for it for
/// ever when they are told of values meanwhile: Ardour 7.3 and its kin. They read all values afterwards by
/// themselves.
const LOCKED_WHILE_LOADING: [&str; 3] = ["Ardour", "Mixbus", "LiveTrax"];

/// Whether a host may be told of values while it gives the controller a state. `context` is what it says of
/// itself.
pub(super) fn hears_while_loading(context: Option<&ComPtr<FUnknown>>) -> bool {
    let host = context.and_then(|context| context.cast::<IHostApplication>());
    let name = host.and_then(|host| {
        let mut name = [0; 128];
        // SAFETY: the host is counted, and the text is as long as the interface says.
        unsafe {
            let result = host.getName(&mut name);
            (result == kResultOk).then(|| read_wide(name.as_ptr()))?
        }
    });
    let is_locked = |name: String| LOCKED_WHILE_LOADING.iter().any(|it| name.starts_with(it));
    !name.is_some_and(is_locked)
}

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
    has_menus: Cell<bool>,
    menu: Cell<Option<(u32, (i32, i32))>>,
    resize: Cell<Option<(u32, u32)>>,
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

    fn has_menus(&self) -> bool {
        self.has_menus.get()
    }

    fn show_menu(&self, id: u32, at: (i32, i32)) {
        self.menu.set(Some((id, at)));
    }

    fn resize_editor(&self, width: u32, height: u32) {
        self.resize.set(Some((width, height)));
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

    /// Says whether the host has a menu for parameters.
    pub(super) fn set_menus(&self, has_menus: bool) {
        self.has_menus.set(has_menus);
    }

    /// The parameter whose menu is wanted, and where; only once.
    pub(super) fn take_menu(&self) -> Option<(u32, (i32, i32))> {
        self.menu.take()
    }

    /// The size that the view wants to have; only once.
    pub(super) fn take_resize(&self) -> Option<(u32, u32)> {
        self.resize.take()
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

#[cfg(test)]
mod tests {
    use std::ffi::c_void;

    use vst3::Steinberg::Vst::String128;
    use vst3::Steinberg::{TUID, kNotImplemented, tresult};
    use vst3::{Class, ComWrapper};

    use super::*;

    struct Named(&'static str);

    impl Class for Named {
        type Interfaces = (IHostApplication,);
    }

    impl IHostApplicationTrait for Named {
        unsafe fn getName(&self, name: *mut String128) -> tresult {
            // SAFETY: the plugin's place.
            let name = unsafe { name.as_mut() }.expect("a place");
            for (unit, letter) in name.iter_mut().zip(self.0.encode_utf16()) {
                *unit = letter as _;
            }
            kResultOk
        }

        unsafe fn createInstance(
            &self,
            _class: *mut TUID,
            _interface: *mut TUID,
            _object: *mut *mut c_void,
        ) -> tresult {
            kNotImplemented
        }
    }

    #[test]
    fn hosts_that_hold_a_lock_while_loading_are_told_nothing_meanwhile() {
        assert!(hears_while_loading(None));
        for (name, hears) in [
            ("Ardour", false),
            ("Mixbus32C", false),
            ("JUCE", true),
            ("", true),
        ] {
            let context = ComWrapper::new(Named(name)).to_com_ptr::<FUnknown>();
            assert_eq!(hears_while_loading(context.as_ref()), hears, "{name}");
        }
    }
}
