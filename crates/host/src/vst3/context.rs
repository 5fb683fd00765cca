//! The host as a plugin is told of it.

use std::ffi::c_void;
use std::rc::Rc;

use vst3::Steinberg::Linux::IRunLoop;
use vst3::Steinberg::Vst::{IHostApplication, IHostApplicationTrait, String128};
use vst3::Steinberg::{FUnknown, TUID, kInvalidArgument, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

use super::run_loop::{RunLoop, lends_its_run_loop};
use super::text::put_wide;

/// The host's context, with its run loop or without.
pub(super) enum Context {
    Plain(ComWrapper<Plain>),
    Looping(ComWrapper<Looping>),
}

pub(super) struct Plain;

pub(super) struct Looping {
    run_loop: Rc<RunLoop>,
}

impl Class for Plain {
    type Interfaces = (IHostApplication,);
}

impl Class for Looping {
    type Interfaces = (IHostApplication, IRunLoop);
}

lends_its_run_loop!(Looping);

impl Context {
    pub(super) fn new(run_loop: Option<Rc<RunLoop>>) -> Self {
        match run_loop {
            None => Self::Plain(ComWrapper::new(Plain)),
            Some(run_loop) => Self::Looping(ComWrapper::new(Looping { run_loop })),
        }
    }

    /// As a plugin sees it.
    pub(super) fn unknown(&self) -> ComPtr<FUnknown> {
        let found = match self {
            Self::Plain(context) => context.to_com_ptr(),
            Self::Looping(context) => context.to_com_ptr(),
        };
        found.expect("every object has this interface")
    }
}

fn name(name: *mut String128) -> tresult {
    // SAFETY: it is null, or a place to write to.
    let Some(name) = (unsafe { name.as_mut() }) else {
        return kInvalidArgument;
    };
    put_wide("Tagline host", name);
    kResultOk
}

fn no_instance(object: *mut *mut c_void) -> tresult {
    // SAFETY: it is null, or a place to write to.
    if let Some(object) = unsafe { object.as_mut() } {
        *object = std::ptr::null_mut();
    }
    kNotImplemented
}

impl IHostApplicationTrait for Plain {
    unsafe fn getName(&self, to: *mut String128) -> tresult {
        name(to)
    }

    unsafe fn createInstance(
        &self,
        _class: *mut TUID,
        _interface: *mut TUID,
        object: *mut *mut c_void,
    ) -> tresult {
        no_instance(object)
    }
}

impl IHostApplicationTrait for Looping {
    unsafe fn getName(&self, to: *mut String128) -> tresult {
        name(to)
    }

    unsafe fn createInstance(
        &self,
        _class: *mut TUID,
        _interface: *mut TUID,
        object: *mut *mut c_void,
    ) -> tresult {
        no_instance(object)
    }
}
