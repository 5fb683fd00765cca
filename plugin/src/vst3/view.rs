//! The editor in a window of the host's.

use std::cell::{Cell, RefCell};
use std::ffi::{CStr, c_void};
use std::sync::{Arc, Weak};

use raw_window_handle::{HandleError, HasWindowHandle, RawWindowHandle, WindowHandle};
use vst3::Steinberg::IPlugViewContentScaleSupport_::ScaleFactor;
use vst3::Steinberg::{
    FIDString, IPlugFrame, IPlugView, IPlugViewContentScaleSupport,
    IPlugViewContentScaleSupportTrait, IPlugViewTrait, TBool, ViewRect, char16, int16,
    kInternalError, kInvalidArgument, kPlatformTypeHWND, kPlatformTypeNSView,
    kPlatformTypeX11EmbedWindowID, kResultFalse, kResultOk, kResultTrue, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::abi::{guarded, place};
use super::plugin::Inner;
use crate::core::view::EditorSource;
use crate::editor::{Editor, WindowSize};

/// The kind of window that the editor can be in on this platform.
const PLATFORM: FIDString = if cfg!(target_os = "windows") {
    kPlatformTypeHWND
} else if cfg!(target_os = "macos") {
    kPlatformTypeNSView
} else {
    kPlatformTypeX11EmbedWindowID
};

/// One view: an editor of its own, open while it is in a window.
struct View {
    editor: Editor,
    plugin: Weak<Inner>,
    frame: RefCell<Option<ComPtr<IPlugFrame>>>,
    /// The size that the view has, or will have when it is next in a window.
    size: Cell<WindowSize>,
    /// The host's scale factor, if it has said one.
    scale: Cell<Option<f64>>,
    is_sized: Cell<bool>,
    /// The view's own interface, which does not count itself.
    me: Cell<*mut IPlugView>,
}

impl Class for View {
    type Interfaces = (IPlugView, IPlugViewContentScaleSupport);
}

/// A view, counted for the host.
pub(super) fn new(source: Arc<dyn EditorSource>, plugin: &Arc<Inner>) -> *mut IPlugView {
    let editor = Editor::new(source);
    let size = editor.wanted_size(1.0);
    let view = ComWrapper::new(View {
        editor,
        plugin: Arc::downgrade(plugin),
        frame: RefCell::default(),
        size: Cell::new(size),
        me: Cell::new(std::ptr::null_mut()),
        scale: Cell::default(),
        is_sized: Cell::default(),
    });
    let interface = view.to_com_ptr::<IPlugView>();
    let interface = interface.map_or(std::ptr::null_mut(), ComPtr::into_raw);
    view.me.set(interface);
    interface
}

/// A window of the host's.
struct HostWindow(RawWindowHandle);

impl HostWindow {
    fn of(parent: *mut c_void) -> Option<Self> {
        #[cfg(target_os = "windows")]
        let handle = {
            let window = std::num::NonZeroIsize::new(parent as isize)?;
            raw_window_handle::Win32WindowHandle::new(window).into()
        };
        #[cfg(target_os = "macos")]
        let handle = {
            let view = std::ptr::NonNull::new(parent)?;
            raw_window_handle::AppKitWindowHandle::new(view).into()
        };
        #[cfg(not(any(target_os = "windows", target_os = "macos")))]
        let handle = {
            let window = parent as std::ffi::c_ulong;
            if window == 0 {
                return None;
            }
            raw_window_handle::XlibWindowHandle::new(window).into()
        };
        Some(Self(handle))
    }
}

impl HasWindowHandle for HostWindow {
    fn window_handle(&self) -> Result<WindowHandle<'_>, HandleError> {
        // SAFETY: the host keeps its window until it has removed the view.
        Ok(unsafe { WindowHandle::borrow_raw(self.0) })
    }
}

/// Whether `kind` names this platform's kind of window.
///
/// # Safety
/// `kind` is null or a text that ends with a zero.
unsafe fn is_platform(kind: FIDString) -> bool {
    // SAFETY: as the caller promises, and the interface's own text.
    !kind.is_null() && unsafe { CStr::from_ptr(kind) == CStr::from_ptr(PLATFORM) }
}

impl View {
    /// Opens the editor in the host's window. Nothing stays open if that fails.
    fn open(&self, parent: &HostWindow) -> bool {
        let opened = self.editor.open().and_then(|()| {
            if let Some(scale) = self.scale.get() {
                self.editor.set_scale(scale)?;
            }
            if self.is_sized.get() {
                self.editor.resize(self.size.get())?;
            }
            self.editor.set_parent(parent)?;
            self.editor.show()
        });
        if let Err(error) = &opened {
            tracing::error!("{error}");
            self.editor.close();
        } else if let Some(plugin) = self.plugin.upgrade() {
            plugin.view_comes(self.me.get());
        }
        opened.is_ok()
    }

    fn takes_keys(&self) -> tresult {
        guarded(kResultFalse, || {
            if self.editor.edits_text() {
                kResultTrue
            } else {
                kResultFalse
            }
        })
    }

    fn view_goes(&self) {
        if let Some(plugin) = self.plugin.upgrade() {
            plugin.view_goes(self.me.get());
        }
    }

    fn let_frame_go(&self) {
        let frame = self.frame.take();
        if frame.is_some()
            && let Some(plugin) = self.plugin.upgrade()
        {
            plugin.frame_goes();
        }
    }
}

impl Drop for View {
    fn drop(&mut self) {
        guarded((), || {
            self.view_goes();
            self.editor.close();
            self.let_frame_go();
        });
    }
}

impl IPlugViewTrait for View {
    unsafe fn isPlatformTypeSupported(&self, kind: FIDString) -> tresult {
        // SAFETY: the host's text.
        if unsafe { is_platform(kind) } {
            kResultTrue
        } else {
            kResultFalse
        }
    }

    unsafe fn attached(&self, parent: *mut c_void, kind: FIDString) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's text.
            if !unsafe { is_platform(kind) } {
                return kInvalidArgument;
            }
            match HostWindow::of(parent) {
                Some(parent) if self.open(&parent) => kResultOk,
                Some(_) => kResultFalse,
                None => kInvalidArgument,
            }
        })
    }

    unsafe fn removed(&self) -> tresult {
        guarded(kInternalError, || {
            if let Some(size) = self.editor.size() {
                self.size.set(size);
                self.is_sized.set(true);
            }
            self.view_goes();
            self.editor.close();
            kResultOk
        })
    }

    unsafe fn onWheel(&self, _distance: f32) -> tresult {
        kResultFalse
    }

    /// The window gets its keys from the platform. Here the host asks whether it may use them.
    unsafe fn onKeyDown(&self, _key: char16, _code: int16, _modifiers: int16) -> tresult {
        self.takes_keys()
    }

    unsafe fn onKeyUp(&self, _key: char16, _code: int16, _modifiers: int16) -> tresult {
        self.takes_keys()
    }

    unsafe fn getSize(&self, size: *mut ViewRect) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's place.
            let Some(rect) = (unsafe { place(size) }) else {
                return kInvalidArgument;
            };
            let size = self.editor.size().unwrap_or(self.size.get());
            *rect = ViewRect {
                left: 0,
                top: 0,
                right: size.width as i32,
                bottom: size.height as i32,
            };
            kResultOk
        })
    }

    unsafe fn onSize(&self, size: *mut ViewRect) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's place.
            let Some(rect) = (unsafe { place(size) }) else {
                return kInvalidArgument;
            };
            let size = self.editor.nearest_size(size_of(rect));
            self.size.set(size);
            self.is_sized.set(true);
            if self.editor.size().is_some() && self.editor.resize(size).is_err() {
                return kResultFalse;
            }
            kResultOk
        })
    }

    unsafe fn onFocus(&self, _state: TBool) -> tresult {
        kResultOk
    }

    unsafe fn setFrame(&self, frame: *mut IPlugFrame) -> tresult {
        guarded(kInternalError, || {
            self.let_frame_go();
            // SAFETY: null, or an object of the host's.
            let frame = unsafe { ComRef::from_raw(frame) };
            if let Some(frame) = frame.map(|frame| frame.to_com_ptr()) {
                if let Some(plugin) = self.plugin.upgrade() {
                    plugin.frame_came(&frame);
                }
                self.frame.replace(Some(frame));
            }
            kResultOk
        })
    }

    unsafe fn canResize(&self) -> tresult {
        kResultTrue
    }

    unsafe fn checkSizeConstraint(&self, rect: *mut ViewRect) -> tresult {
        guarded(kInternalError, || {
            // SAFETY: the host's place.
            let Some(rect) = (unsafe { place(rect) }) else {
                return kInvalidArgument;
            };
            let size = self.editor.nearest_size(size_of(rect));
            rect.right = rect.left.saturating_add(size.width as i32);
            rect.bottom = rect.top.saturating_add(size.height as i32);
            kResultTrue
        })
    }
}

fn size_of(rect: &ViewRect) -> WindowSize {
    let length = |from: i32, to: i32| u32::try_from(to.saturating_sub(from)).unwrap_or(0);
    WindowSize {
        width: length(rect.left, rect.right),
        height: length(rect.top, rect.bottom),
    }
}

impl IPlugViewContentScaleSupportTrait for View {
    unsafe fn setContentScaleFactor(&self, factor: ScaleFactor) -> tresult {
        guarded(kInternalError, || {
            if !factor.is_finite() || factor <= 0.0 {
                return kInvalidArgument;
            }
            let scale = f64::from(factor);
            self.scale.set(Some(scale));
            if !self.is_sized.get() {
                self.size.set(self.editor.wanted_size(scale));
            }
            if self.editor.size().is_some() && self.editor.set_scale(scale).is_err() {
                return kResultFalse;
            }
            kResultOk
        })
    }
}
