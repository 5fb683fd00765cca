//! What a plugin tells the host of its parameters, with the thread it comes on.

use std::sync::{Arc, Mutex, PoisonError};

use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler2, IComponentHandler2Trait, IComponentHandler3,
    IComponentHandler3Trait, IComponentHandlerTrait, IContextMenu, IEditController,
    IEditControllerTrait, ParamID, ParamValue, ParameterInfo,
};
use vst3::Steinberg::{FIDString, IPlugView, TBool, int32, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

use super::calls::{Asked, Calls, HandlerCall, note};
use super::menu;

/// The host's component handler. It reads all parameters anew while it is told that they have
/// changed, as many a host does.
pub(super) struct Handler(ComWrapper<Recorder>);

struct Recorder {
    calls: Calls,
    controller: Mutex<Option<ComPtr<IEditController>>>,
}

impl Class for Recorder {
    type Interfaces = (IComponentHandler, IComponentHandler2, IComponentHandler3);
}

impl Handler {
    pub(super) fn new(controller: ComPtr<IEditController>) -> Self {
        Self(ComWrapper::new(Recorder {
            calls: Calls::default(),
            controller: Mutex::new(Some(controller)),
        }))
    }

    pub(super) fn interface(&self) -> ComPtr<IComponentHandler> {
        self.0
            .to_com_ptr()
            .expect("a handler has the interface of handlers")
    }

    /// Everything since the last call, oldest first.
    pub(super) fn take(&self) -> Vec<HandlerCall> {
        let mut calls = self.0.calls.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut calls)
    }

    /// Lets go of the plugin.
    pub(super) fn forget(&self) {
        let mut controller = self.0.controller.lock();
        if let Ok(controller) = &mut controller {
            controller.take();
        }
    }
}

impl Recorder {
    fn record(&self, asked: Asked) -> tresult {
        note(&self.calls, asked);
        kResultOk
    }

    fn read_anew(&self) {
        let controller = self.controller.lock().ok().and_then(|c| c.clone());
        let Some(controller) = controller else { return };
        // SAFETY: the controller is counted, and the structure is one of numbers.
        unsafe {
            for index in 0..controller.getParameterCount() {
                let mut info: ParameterInfo = std::mem::zeroed();
                controller.getParameterInfo(index, &mut info);
                controller.getParamNormalized(info.id);
            }
        }
    }
}

impl IComponentHandlerTrait for Recorder {
    unsafe fn beginEdit(&self, id: ParamID) -> tresult {
        self.record(Asked::Begin(id))
    }

    unsafe fn performEdit(&self, id: ParamID, value: ParamValue) -> tresult {
        self.record(Asked::Perform(id, value))
    }

    unsafe fn endEdit(&self, id: ParamID) -> tresult {
        self.record(Asked::End(id))
    }

    unsafe fn restartComponent(&self, flags: int32) -> tresult {
        let result = self.record(Asked::Restart(flags));
        self.read_anew();
        result
    }
}

impl IComponentHandler3Trait for Recorder {
    unsafe fn createContextMenu(
        &self,
        _view: *mut IPlugView,
        id: *const ParamID,
    ) -> *mut IContextMenu {
        // SAFETY: null, or a parameter's id.
        let id = unsafe { id.as_ref() }.copied();
        id.map_or(std::ptr::null_mut(), |id| {
            menu::new(id, Arc::clone(&self.calls))
        })
    }
}

impl IComponentHandler2Trait for Recorder {
    unsafe fn setDirty(&self, state: TBool) -> tresult {
        self.record(Asked::Dirty(state != 0))
    }

    unsafe fn requestOpenEditor(&self, _name: FIDString) -> tresult {
        kNotImplemented
    }

    unsafe fn startGroupEdit(&self) -> tresult {
        kNotImplemented
    }

    unsafe fn finishGroupEdit(&self) -> tresult {
        kNotImplemented
    }
}
