//! The factory: one class. To look at it opens nothing and starts nothing.

use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};

use vst3::Steinberg::{
    FIDString, FUnknown, IPluginFactory, IPluginFactory2Trait, IPluginFactory3,
    IPluginFactory3Trait, IPluginFactoryTrait, PClassInfo, PClassInfo2, PClassInfoW, PFactoryInfo,
    TUID, int32, kInvalidArgument, kNoInterface, kResultOk, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::abi::{guarded, place};
use super::class::{self, CLASS_ID};
use super::plugin::Plugin;

struct Factory {
    /// The host, as newer hosts show it.
    context: Mutex<Option<ComPtr<FUnknown>>>,
}

impl Class for Factory {
    type Interfaces = (IPluginFactory3,);
}

/// A factory, counted for the host.
pub(super) fn new() -> *mut IPluginFactory {
    let factory = ComWrapper::new(Factory {
        context: Mutex::new(None),
    });
    factory
        .to_com_ptr::<IPluginFactory>()
        .map_or(std::ptr::null_mut(), ComPtr::into_raw)
}

/// Has `put` fill the host's `info` of the class at `index`.
///
/// # Safety
/// `info` is null or the host's to be written.
unsafe fn put_class<T>(index: int32, info: *mut T, put: fn(&mut T)) -> tresult {
    guarded(kInvalidArgument, || {
        // SAFETY: as the caller promises.
        let info = unsafe { place(info) };
        let Some(info) = info.filter(|_| index == 0) else {
            return kInvalidArgument;
        };
        put(info);
        kResultOk
    })
}

impl IPluginFactoryTrait for Factory {
    unsafe fn getFactoryInfo(&self, info: *mut PFactoryInfo) -> tresult {
        // SAFETY: the host's place.
        unsafe { put_class(0, info, class::put_factory_info) }
    }

    unsafe fn countClasses(&self) -> int32 {
        1
    }

    unsafe fn getClassInfo(&self, index: int32, info: *mut PClassInfo) -> tresult {
        // SAFETY: the host's place.
        unsafe { put_class(index, info, class::put_info) }
    }

    unsafe fn createInstance(
        &self,
        class: FIDString,
        interface: FIDString,
        object: *mut *mut c_void,
    ) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: the host's place.
            let Some(object) = (unsafe { place(object) }) else {
                return kInvalidArgument;
            };
            *object = std::ptr::null_mut();
            if class.is_null() || interface.is_null() {
                return kInvalidArgument;
            }
            // SAFETY: ids have 16 bytes; nothing says that they are aligned.
            let wanted = unsafe { class.cast::<TUID>().read_unaligned() };
            if wanted != CLASS_ID {
                return kNoInterface;
            }
            let context = self.context.lock().unwrap_or_else(PoisonError::into_inner);
            let plugin = ComWrapper::new(Plugin::new(context.clone()));
            drop(context);
            let Some(plugin) = plugin.to_com_ptr::<FUnknown>() else {
                return kNoInterface;
            };
            // SAFETY: the object is counted, and the id has 16 bytes.
            unsafe {
                let raw = plugin.as_ptr();
                ((*(*raw).vtbl).queryInterface)(raw, interface.cast(), object)
            }
        })
    }
}

impl IPluginFactory2Trait for Factory {
    unsafe fn getClassInfo2(&self, index: int32, info: *mut PClassInfo2) -> tresult {
        // SAFETY: the host's place.
        unsafe { put_class(index, info, class::put_info_2) }
    }
}

impl IPluginFactory3Trait for Factory {
    unsafe fn getClassInfoUnicode(&self, index: int32, info: *mut PClassInfoW) -> tresult {
        // SAFETY: the host's place.
        unsafe { put_class(index, info, class::put_info_unicode) }
    }

    unsafe fn setHostContext(&self, context: *mut FUnknown) -> tresult {
        guarded(kInvalidArgument, || {
            // SAFETY: null, or an object of the host's.
            let context = unsafe { ComRef::from_raw(context) };
            let context = context.map(|context| context.to_com_ptr());
            let mut place = self.context.lock().unwrap_or_else(PoisonError::into_inner);
            let before = std::mem::replace(&mut *place, context);
            drop(place);
            drop(before);
            kResultOk
        })
    }
}
