//! The run loop that a host on Linux lends to its plugins.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use vst3::ComPtr;
use vst3::Steinberg::Linux::{IEventHandler, ITimerHandler, ITimerHandlerTrait, TimerInterval};
use vst3::Steinberg::{kInvalidArgument, kNotImplemented, kResultOk, tresult};

/// Timers that plugins have set, run by whoever holds the loop.
#[derive(Default)]
pub struct RunLoop {
    timers: RefCell<Vec<ComPtr<ITimerHandler>>>,
    /// Event handlers that were asked for; this host's plugins need none.
    event_handlers: Cell<usize>,
}

impl RunLoop {
    /// A loop without timers.
    #[must_use]
    pub fn new() -> Rc<Self> {
        Rc::default()
    }

    /// Number of timers.
    #[must_use]
    pub fn timers(&self) -> usize {
        self.timers.borrow().len()
    }

    /// Calls every timer's handler on this thread: in this host, time passes as fast as blocks do.
    pub fn run(&self) {
        // A handler may set and end timers, its own too.
        let timers = self.timers.borrow().clone();
        for handler in timers {
            let is_set = |set: &ComPtr<ITimerHandler>| set.as_ptr() == handler.as_ptr();
            if self.timers.borrow().iter().any(is_set) {
                // SAFETY: the handler is counted, so it lives.
                unsafe { handler.onTimer() };
            }
        }
    }

    pub(super) fn register_event_handler(&self, _handler: *mut IEventHandler) -> tresult {
        self.event_handlers.set(self.event_handlers.get() + 1);
        kNotImplemented
    }

    pub(super) fn register_timer(
        &self,
        handler: *mut ITimerHandler,
        _milliseconds: TimerInterval,
    ) -> tresult {
        // SAFETY: a handler that the plugin gives is an object, which is counted from here on.
        let handler = unsafe { vst3::ComRef::from_raw(handler) };
        let Some(handler) = handler else {
            return kInvalidArgument;
        };
        self.timers.borrow_mut().push(handler.to_com_ptr());
        kResultOk
    }

    pub(super) fn unregister_timer(&self, handler: *mut ITimerHandler) -> tresult {
        let found = {
            let mut timers = self.timers.borrow_mut();
            let at = timers.iter().position(|set| set.as_ptr() == handler);
            at.map(|at| timers.remove(at))
        };
        // It is let go without a borrow: it may be the last that holds the handler.
        match found {
            Some(_) => kResultOk,
            None => kInvalidArgument,
        }
    }
}

/// The interface of the run loop, for a class with a field `run_loop`.
macro_rules! lends_its_run_loop {
    ($class:ty) => {
        impl vst3::Steinberg::Linux::IRunLoopTrait for $class {
            unsafe fn registerEventHandler(
                &self,
                handler: *mut vst3::Steinberg::Linux::IEventHandler,
                _descriptor: vst3::Steinberg::Linux::FileDescriptor,
            ) -> vst3::Steinberg::tresult {
                self.run_loop.register_event_handler(handler)
            }

            unsafe fn unregisterEventHandler(
                &self,
                _handler: *mut vst3::Steinberg::Linux::IEventHandler,
            ) -> vst3::Steinberg::tresult {
                vst3::Steinberg::kInvalidArgument
            }

            unsafe fn registerTimer(
                &self,
                handler: *mut vst3::Steinberg::Linux::ITimerHandler,
                milliseconds: vst3::Steinberg::Linux::TimerInterval,
            ) -> vst3::Steinberg::tresult {
                self.run_loop.register_timer(handler, milliseconds)
            }

            unsafe fn unregisterTimer(
                &self,
                handler: *mut vst3::Steinberg::Linux::ITimerHandler,
            ) -> vst3::Steinberg::tresult {
                self.run_loop.unregister_timer(handler)
            }
        }
    };
}
pub(super) use lends_its_run_loop;
