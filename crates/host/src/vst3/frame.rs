//! The frame that a host puts around a plugin's view.

use std::cell::RefCell;
use std::rc::Rc;

use vst3::Steinberg::Linux::IRunLoop;
use vst3::Steinberg::{
    IPlugFrame, IPlugFrameTrait, IPlugView, IPlugViewTrait, ViewRect, kInvalidArgument, tresult,
};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::run_loop::{RunLoop, lends_its_run_loop};

/// The host's frame, with its run loop or without.
pub(super) enum Frame {
    Plain(ComWrapper<Plain>),
    Looping(ComWrapper<Looping>),
}

pub(super) struct Plain {
    resized: RefCell<Vec<(i32, i32)>>,
}

pub(super) struct Looping {
    resized: RefCell<Vec<(i32, i32)>>,
    run_loop: Rc<RunLoop>,
}

impl Class for Plain {
    type Interfaces = (IPlugFrame,);
}

impl Class for Looping {
    type Interfaces = (IPlugFrame, IRunLoop);
}

lends_its_run_loop!(Looping);

impl Frame {
    pub(super) fn new(run_loop: Option<Rc<RunLoop>>) -> Self {
        match run_loop {
            None => Self::Plain(ComWrapper::new(Plain {
                resized: RefCell::default(),
            })),
            Some(run_loop) => Self::Looping(ComWrapper::new(Looping {
                resized: RefCell::default(),
                run_loop,
            })),
        }
    }

    /// As a plugin sees it.
    pub(super) fn interface(&self) -> ComPtr<IPlugFrame> {
        let found = match self {
            Self::Plain(frame) => frame.to_com_ptr(),
            Self::Looping(frame) => frame.to_com_ptr(),
        };
        found.expect("a frame has the interface of frames")
    }

    /// The sizes that the plugin asked for, oldest first.
    pub(super) fn resized(&self) -> Vec<(i32, i32)> {
        match self {
            Self::Plain(frame) => frame.resized.borrow().clone(),
            Self::Looping(frame) => frame.resized.borrow().clone(),
        }
    }
}

fn resize(
    resized: &RefCell<Vec<(i32, i32)>>,
    view: *mut IPlugView,
    size: *mut ViewRect,
) -> tresult {
    // SAFETY: both are null, or what they say.
    let (view, rect) = unsafe { (ComRef::from_raw(view), size.as_ref()) };
    let (Some(view), Some(rect)) = (view, rect) else {
        return kInvalidArgument;
    };
    let wanted = (rect.right - rect.left, rect.bottom - rect.top);
    resized.borrow_mut().push(wanted);
    // SAFETY: the view is alive, as it calls.
    unsafe { view.onSize(size) }
}

impl IPlugFrameTrait for Plain {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        resize(&self.resized, view, size)
    }
}

impl IPlugFrameTrait for Looping {
    unsafe fn resizeView(&self, view: *mut IPlugView, size: *mut ViewRect) -> tresult {
        resize(&self.resized, view, size)
    }
}
