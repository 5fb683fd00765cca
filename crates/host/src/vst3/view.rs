//! The plugin's view in a window of the host's.

use std::ffi::{c_char, c_void};
use std::rc::Rc;

use vst3::ComPtr;
use vst3::Steinberg::Vst::IEditControllerTrait;
use vst3::Steinberg::{
    FIDString, IPlugView, IPlugViewTrait, ViewRect, kPlatformTypeHWND, kPlatformTypeNSView,
    kPlatformTypeX11EmbedWindowID, kResultOk,
};

use super::frame::Frame;
use super::{RunLoopFrom, Vst3Plugin};
use crate::HostingError;

/// A view of the plugin, with the host's frame around it.
pub struct Vst3View {
    /// The view itself.
    pub view: ComPtr<IPlugView>,
    frame: Frame,
    is_attached: bool,
}

/// The kind of window that views are put into on this platform.
pub(super) const PLATFORM: FIDString = if cfg!(target_os = "windows") {
    kPlatformTypeHWND
} else if cfg!(target_os = "macos") {
    kPlatformTypeNSView
} else {
    kPlatformTypeX11EmbedWindowID
};

impl Vst3Plugin {
    /// The plugin's editor, in no window yet.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin has none.
    pub fn view(&mut self) -> Result<Vst3View, HostingError> {
        let name = c"editor".as_ptr().cast::<c_char>();
        // SAFETY: the name is the one of the interface, and what comes back is counted for us.
        let view = unsafe { ComPtr::from_raw(self.controller.createView(name)) };
        let view = view.ok_or_else(|| HostingError::answered("to show a view", 0))?;
        let lends = self.host.run_loop == RunLoopFrom::Frame;
        let frame = Frame::new(lends.then(|| Rc::clone(&self.run_loop)));
        Ok(Vst3View {
            view,
            frame,
            is_attached: false,
        })
    }
}

impl Vst3View {
    /// Puts the view into the window `parent`: an X11 id, a window handle, a view.
    ///
    /// # Errors
    /// [`HostingError`] if the plugin refuses.
    pub fn attach(&mut self, parent: usize) -> Result<(), HostingError> {
        self.show_frame();
        // SAFETY: the window is of the kind that is said.
        let result = unsafe { self.view.attached(parent as *mut c_void, PLATFORM) };
        if result != kResultOk {
            return Err(HostingError::answered("this window", result));
        }
        self.is_attached = true;
        Ok(())
    }

    /// Gives the view the host's frame.
    pub fn show_frame(&self) {
        let frame = self.frame.interface();
        // SAFETY: the frame lives as long as the view.
        unsafe { self.view.setFrame(frame.as_ptr()) };
    }

    /// Takes the view out of its window, and its frame away.
    pub fn remove(&mut self) {
        // SAFETY: the view is in a window, or not told to leave one.
        unsafe {
            if std::mem::take(&mut self.is_attached) {
                self.view.removed();
            }
            self.view.setFrame(std::ptr::null_mut());
        }
    }

    /// The size of the view, in pixels (points on macOS).
    #[must_use]
    pub fn size(&self) -> Option<(i32, i32)> {
        let mut rect = rect(0, 0);
        // SAFETY: a place to write to.
        let result = unsafe { self.view.getSize(&mut rect) };
        (result == kResultOk).then_some((rect.right - rect.left, rect.bottom - rect.top))
    }

    /// The size nearest to this one that the view can have.
    #[must_use]
    pub fn constrained(&self, width: i32, height: i32) -> Option<(i32, i32)> {
        let mut rect = rect(width, height);
        // SAFETY: a place to read and write.
        let result = unsafe { self.view.checkSizeConstraint(&mut rect) };
        (result == kResultOk).then_some((rect.right - rect.left, rect.bottom - rect.top))
    }

    /// Tells the view its size.
    pub fn set_size(&self, width: i32, height: i32) -> bool {
        // SAFETY: a place to read.
        unsafe { self.view.onSize(&mut rect(width, height)) == kResultOk }
    }

    /// The sizes that the plugin asked for, oldest first.
    #[must_use]
    pub fn asked_sizes(&self) -> Vec<(i32, i32)> {
        self.frame.resized()
    }
}

fn rect(width: i32, height: i32) -> ViewRect {
    ViewRect {
        left: 0,
        top: 0,
        right: width,
        bottom: height,
    }
}

impl Drop for Vst3View {
    fn drop(&mut self) {
        self.remove();
    }
}
