//! Events of one block.

use std::cell::RefCell;

use vst3::Steinberg::Vst::{Event, IEventList, IEventListTrait};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

/// Most events of a block.
const EVENTS: usize = 4_096;

/// A host's list of events.
pub struct EventList(ComWrapper<Events>);

struct Events(RefCell<Vec<Event>>);

impl Class for Events {
    type Interfaces = (IEventList,);
}

impl Default for EventList {
    fn default() -> Self {
        Self(ComWrapper::new(Events(RefCell::new(Vec::with_capacity(
            EVENTS,
        )))))
    }
}

impl EventList {
    /// As a plugin sees it.
    #[must_use]
    pub fn interface(&self) -> ComPtr<IEventList> {
        self.0
            .to_com_ptr()
            .expect("events have the interface of events")
    }

    /// Removes everything.
    pub fn clear(&self) {
        self.0.0.borrow_mut().clear();
    }

    /// Appends an event.
    pub fn push(&self, event: Event) {
        self.0.0.borrow_mut().push(event);
    }

    /// All events, in their order.
    #[must_use]
    pub fn events(&self) -> Vec<Event> {
        self.0.0.borrow().clone()
    }
}

impl IEventListTrait for Events {
    unsafe fn getEventCount(&self) -> int32 {
        self.0.borrow().len() as int32
    }

    unsafe fn getEvent(&self, index: int32, event: *mut Event) -> tresult {
        let events = self.0.borrow();
        let Some(found) = usize::try_from(index).ok().and_then(|i| events.get(i)) else {
            return kInvalidArgument;
        };
        // SAFETY: the caller gives a place to write to.
        unsafe { *event = *found };
        kResultOk
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        let mut events = self.0.borrow_mut();
        if events.len() == EVENTS {
            return kResultFalse;
        }
        // SAFETY: the caller gives an event.
        events.push(unsafe { *event });
        kResultOk
    }
}
