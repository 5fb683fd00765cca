//! The host's menu for a parameter.

use vst3::ComPtr;
use vst3::Steinberg::IPlugView;
use vst3::Steinberg::Vst::{
    IComponentHandler, IComponentHandler3, IComponentHandler3Trait, IContextMenuTrait,
};

/// Whether the host has a menu for parameters.
pub(super) fn has_menus(handler: &ComPtr<IComponentHandler>) -> bool {
    handler.cast::<IComponentHandler3>().is_some()
}

/// Shows the host's menu for the parameter `id` at a point of `view`.
///
/// # Safety
/// `view` is a view that lives, and this is the main thread.
pub(super) unsafe fn show_menu(
    handler: &ComPtr<IComponentHandler>,
    view: *mut IPlugView,
    id: u32,
    (x, y): (i32, i32),
) {
    let Some(handler) = handler.cast::<IComponentHandler3>() else {
        return;
    };
    // SAFETY: the handler is counted, the view lives, and the menu that comes back is counted for us.
    unsafe {
        if let Some(menu) = ComPtr::from_raw(handler.createContextMenu(view, &id)) {
            menu.popup(x, y);
        }
    }
}
