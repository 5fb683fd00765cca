//! An instance of the plugin as the pointer that its C functions take.

use std::ffi::{c_char, c_void};
use std::ptr;

use clap_sys::events::{clap_input_events, clap_output_events};
use clap_sys::ext::params::{CLAP_EXT_PARAMS, clap_plugin_params};
use clap_sys::factory::plugin_factory::{CLAP_PLUGIN_FACTORY_ID, clap_plugin_factory};
use clap_sys::host::clap_host;
use clap_sys::plugin::clap_plugin;
use clap_sys::process::clap_process;
use clap_sys::version::CLAP_VERSION;

/// A host that has no extension and answers nothing.
fn host() -> &'static clap_host {
    unsafe extern "C" fn no_extension(_: *const clap_host, _: *const c_char) -> *const c_void {
        ptr::null()
    }
    unsafe extern "C" fn nothing(_: *const clap_host) {}
    Box::leak(Box::new(clap_host {
        clap_version: CLAP_VERSION,
        host_data: ptr::null_mut(),
        name: c"Test".as_ptr(),
        vendor: c"Test".as_ptr(),
        url: c"".as_ptr(),
        version: c"1".as_ptr(),
        get_extension: Some(no_extension),
        request_restart: Some(nothing),
        request_process: Some(nothing),
        request_callback: Some(nothing),
    }))
}

/// An instance, as a pointer.
pub(super) struct Instance(pub(super) *const clap_plugin);

impl Instance {
    /// A fresh instance that has announced blocks of at most 64 frames.
    pub(super) fn active() -> Self {
        // SAFETY: the calls that every host makes, in their order, with pointers that live on.
        unsafe {
            let entry = &tagline::clap_entry;
            assert!((entry.init.expect("init"))(
                c"/nowhere/Tagline.clap".as_ptr()
            ));
            let get_factory = entry.get_factory.expect("get_factory");
            let factory: *const clap_plugin_factory =
                get_factory(CLAP_PLUGIN_FACTORY_ID.as_ptr()).cast();
            let create = (*factory).create_plugin.expect("create_plugin");
            assert!(create(factory, ptr::null(), c"audio.tagline.tagline".as_ptr()).is_null());
            assert!(create(factory, host(), ptr::null()).is_null());
            assert!(create(factory, host(), c"audio.tagline.other".as_ptr()).is_null());
            let plugin = create(factory, host(), c"audio.tagline.tagline".as_ptr());
            assert!((*plugin).init.expect("init")(plugin));
            let activate = (*plugin).activate.expect("activate");
            assert!(activate(plugin, 48_000.0, 1, 64));
            assert!((*plugin).start_processing.expect("start")(plugin));
            Self(plugin)
        }
    }

    pub(super) fn process(&self, call: *const clap_process) -> i32 {
        // SAFETY: the instance lives, and the function must cope with the call.
        unsafe { (*self.0).process.expect("process")(self.0, call) }
    }

    pub(super) fn flush(
        &self,
        inputs: *const clap_input_events,
        outputs: *const clap_output_events,
    ) {
        // SAFETY: the instance lives, and the function must cope with the lists.
        unsafe {
            let get_extension = (*self.0).get_extension.expect("get_extension");
            assert!(get_extension(self.0, ptr::null()).is_null());
            let params = get_extension(self.0, CLAP_EXT_PARAMS.as_ptr());
            let params = &*params.cast::<clap_plugin_params>();
            params.flush.expect("flush")(self.0, inputs, outputs);
        }
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // SAFETY: the calls that every host makes at the end.
        unsafe {
            (*self.0).stop_processing.expect("stop")(self.0);
            (*self.0).deactivate.expect("deactivate")(self.0);
            (*self.0).destroy.expect("destroy")(self.0);
        }
    }
}
