//! The host's menu for a parameter. It notes where it was shown.

use vst3::Steinberg::Vst::{
    IContextMenu, IContextMenuItem, IContextMenuTarget, IContextMenuTrait, ParamID,
};
use vst3::Steinberg::{UCoord, int32, kNotImplemented, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

use super::calls::{Asked, Calls, note};

struct Menu {
    id: ParamID,
    calls: Calls,
}

impl Class for Menu {
    type Interfaces = (IContextMenu,);
}

/// A menu for the parameter `id`, counted for the plugin.
pub(super) fn new(id: ParamID, calls: Calls) -> *mut IContextMenu {
    let menu = ComWrapper::new(Menu { id, calls });
    let interface = menu.to_com_ptr::<IContextMenu>();
    interface.map_or(std::ptr::null_mut(), ComPtr::into_raw)
}

impl IContextMenuTrait for Menu {
    unsafe fn getItemCount(&self) -> int32 {
        0
    }

    unsafe fn getItem(
        &self,
        _index: int32,
        _item: *mut IContextMenuItem,
        _target: *mut *mut IContextMenuTarget,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn addItem(
        &self,
        _item: *const IContextMenuItem,
        _target: *mut IContextMenuTarget,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn removeItem(
        &self,
        _item: *const IContextMenuItem,
        _target: *mut IContextMenuTarget,
    ) -> tresult {
        kNotImplemented
    }

    unsafe fn popup(&self, x: UCoord, y: UCoord) -> tresult {
        note(&self.calls, Asked::Menu(self.id, (x, y)));
        kResultOk
    }
}
