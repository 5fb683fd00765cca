//! A timer on the host's main thread.

use std::cell::RefCell;
use std::sync::Weak;

use vst3::Steinberg::Linux::{IRunLoop, IRunLoopTrait, ITimerHandler, ITimerHandlerTrait};
use vst3::Steinberg::{FUnknown, kResultOk};
use vst3::com_scrape_types::{Inherits, Interface};
use vst3::{Class, ComPtr, ComRef, ComWrapper};

use super::abi::guarded;

/// How often the timer comes, in milliseconds.
pub(super) const INTERVAL_MS: u32 = 30;

/// What a timer calls on the main thread, on and on.
pub(super) trait Ticked {
    /// It is time again.
    fn tick(&self);
}

/// What the host's run loop calls.
struct Ticker {
    plugin: RefCell<Option<Weak<dyn Ticked>>>,
}

impl Class for Ticker {
    type Interfaces = (ITimerHandler,);
}

impl ITimerHandlerTrait for Ticker {
    unsafe fn onTimer(&self) {
        guarded((), || {
            let plugin = self.plugin.borrow().as_ref().and_then(Weak::upgrade);
            if let Some(plugin) = plugin {
                plugin.tick();
            }
        });
    }
}

/// A timer of the host's run loop. It ends when it is dropped.
struct InRunLoop {
    run_loop: ComPtr<IRunLoop>,
    ticker: ComWrapper<Ticker>,
}

impl InRunLoop {
    fn start(run_loop: ComPtr<IRunLoop>, plugin: Weak<dyn Ticked>) -> Option<Self> {
        let ticker = ComWrapper::new(Ticker {
            plugin: RefCell::new(Some(plugin)),
        });
        let handler = ticker.to_com_ptr::<ITimerHandler>()?;
        // SAFETY: both objects are counted.
        let result = unsafe { run_loop.registerTimer(handler.as_ptr(), INTERVAL_MS.into()) };
        (result == kResultOk).then_some(Self { run_loop, ticker })
    }
}

impl Drop for InRunLoop {
    fn drop(&mut self) {
        // A host may keep the ticker for a moment longer.
        self.ticker.plugin.replace(None);
        if let Some(handler) = self.ticker.to_com_ptr::<ITimerHandler>() {
            // SAFETY: both objects are counted.
            unsafe { self.run_loop.unregisterTimer(handler.as_ptr()) };
        }
    }
}

/// A timer, from wherever there is one.
pub(super) struct Timer {
    _kind: Kind,
}

enum Kind {
    InRunLoop {
        _timer: InRunLoop,
    },
    #[cfg(any(target_os = "windows", target_os = "macos"))]
    OfSystem {
        _timer: system::Timer,
    },
}

impl Timer {
    /// A timer of the system's, where the system has one for the thread that asks.
    pub(super) fn of_system(plugin: &Weak<dyn Ticked>) -> Option<Self> {
        #[cfg(any(target_os = "windows", target_os = "macos"))]
        {
            let timer = system::Timer::start(Weak::clone(plugin))?;
            Some(Self {
                _kind: Kind::OfSystem { _timer: timer },
            })
        }
        #[cfg(not(any(target_os = "windows", target_os = "macos")))]
        {
            let _ = plugin;
            None
        }
    }

    /// A timer of the run loop that `object`, of the host, has or is.
    pub(super) fn in_run_loop_of<I>(
        object: ComRef<'_, I>,
        plugin: &Weak<dyn Ticked>,
    ) -> Option<Self>
    where
        I: Interface + Inherits<FUnknown>,
    {
        let run_loop = object.cast::<IRunLoop>()?;
        let timer = InRunLoop::start(run_loop, Weak::clone(plugin))?;
        Some(Self {
            _kind: Kind::InRunLoop { _timer: timer },
        })
    }
}

#[cfg(target_os = "windows")]
#[path = "timer/windows.rs"]
mod system;

#[cfg(target_os = "macos")]
#[path = "timer/macos.rs"]
mod system;
