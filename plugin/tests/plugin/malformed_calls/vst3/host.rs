//! The host's objects: lists that claim what they do not have and refuse what they should take.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use proptest::prelude::*;
use vst3::Steinberg::Vst::{
    Event, IEventList, IEventListTrait, IParamValueQueue, IParamValueQueueTrait, IParameterChanges,
    IParameterChangesTrait, ParamID, ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultFalse, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

use super::call::{ListOfChanges, ListOfPoints, Takes};

/// A pointer as a block has it.
pub(super) fn raw<I: vst3::Interface>(object: Option<ComPtr<I>>) -> *mut I {
    // The list lives on, so that the pointer need not be counted.
    object.map_or(std::ptr::null_mut(), |object| object.as_ptr())
}

/// What the plugin has told in a block.
#[derive(Clone)]
pub(super) struct Told {
    frames: i32,
    wrong: Rc<RefCell<Vec<String>>>,
}

impl Told {
    pub(super) fn within(frames: i32) -> Self {
        Self {
            frames,
            wrong: Rc::default(),
        }
    }

    fn time(&self, time: i32) {
        if !(0..self.frames.max(1)).contains(&time) {
            let text = format!("told at {time} of {}", self.frames);
            self.wrong.borrow_mut().push(text);
        }
    }

    fn value(&self, id: u32, value: f64) {
        if id >= 64 || !(0.0..=1.0).contains(&value) {
            let text = format!("parameter {id} is {value}");
            self.wrong.borrow_mut().push(text);
        }
    }

    /// Fails if anything of it was wrong.
    pub(super) fn check(&self) -> Result<(), TestCaseError> {
        let wrong = self.wrong.borrow();
        prop_assert!(wrong.is_empty(), "{:?}", wrong);
        Ok(())
    }
}

/// How a list takes what the plugin tells.
#[derive(Clone)]
struct Taking {
    room: Rc<Cell<usize>>,
    told: Told,
}

impl Taking {
    fn new(takes: Takes, told: &Told) -> Self {
        let room = match takes {
            Takes::AtMost(room) => room,
            Takes::Nothing | Takes::NoPoints => 0,
        };
        Self {
            room: Rc::new(Cell::new(room)),
            told: told.clone(),
        }
    }

    fn takes_one(&self) -> bool {
        let left = self.room.get().checked_sub(1);
        self.room.set(left.unwrap_or(0));
        left.is_some()
    }
}

pub(super) struct Changes(ComWrapper<ChangesObject>);

struct ChangesObject {
    queues: Vec<Option<ComWrapper<Queue>>>,
    count: i32,
    /// The queue for all that the plugin tells.
    output: Option<ComWrapper<Queue>>,
}

struct Queue {
    id: Cell<u32>,
    points: Vec<(i32, f64)>,
    count: i32,
    taking: Option<Taking>,
}

impl Class for ChangesObject {
    type Interfaces = (IParameterChanges,);
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

fn queue(queue: Option<&ComWrapper<Queue>>) -> *mut IParamValueQueue {
    let queue = queue.and_then(|queue| queue.as_com_ref::<IParamValueQueue>());
    queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
}

impl Changes {
    /// These, for the plugin to read.
    pub(super) fn of(list: &ListOfChanges) -> Self {
        let of_points = |points: &ListOfPoints| {
            ComWrapper::new(Queue {
                id: Cell::new(points.id),
                points: points.points.clone(),
                count: points.count,
                taking: None,
            })
        };
        let queues = list
            .queues
            .iter()
            .map(|queue| queue.as_ref().map(of_points));
        Self(ComWrapper::new(ChangesObject {
            queues: queues.collect(),
            count: list.count,
            output: None,
        }))
    }

    /// An empty list for the plugin to write to.
    pub(super) fn taking(takes: Takes, told: &Told) -> Self {
        let queue = || {
            ComWrapper::new(Queue {
                id: Cell::new(0),
                points: Vec::new(),
                count: 0,
                taking: Some(Taking::new(takes, told)),
            })
        };
        Self(ComWrapper::new(ChangesObject {
            queues: Vec::new(),
            count: 0,
            output: (!matches!(takes, Takes::Nothing)).then(queue),
        }))
    }

    pub(super) fn interface(&self) -> ComPtr<IParameterChanges> {
        self.0.to_com_ptr().expect("its interface")
    }
}

impl IParameterChangesTrait for ChangesObject {
    unsafe fn getParameterCount(&self) -> int32 {
        self.count
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        let found = usize::try_from(index).ok().and_then(|i| self.queues.get(i));
        queue(found.and_then(Option::as_ref))
    }

    unsafe fn addParameterData(
        &self,
        id: *const ParamID,
        _index: *mut int32,
    ) -> *mut IParamValueQueue {
        if let Some(output) = &self.output {
            // SAFETY: the plugin names an id.
            output.id.set(unsafe { *id });
        }
        queue(self.output.as_ref())
    }
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id.get()
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.count
    }

    unsafe fn getPoint(
        &self,
        index: int32,
        offset_frames: *mut int32,
        value: *mut ParamValue,
    ) -> tresult {
        let found = usize::try_from(index).ok().and_then(|i| self.points.get(i));
        let Some(point) = found else {
            return kInvalidArgument;
        };
        // SAFETY: the plugin gives two places to write to.
        unsafe {
            *offset_frames = point.0;
            *value = point.1;
        }
        kResultOk
    }

    unsafe fn addPoint(
        &self,
        offset_frames: int32,
        value: ParamValue,
        _index: *mut int32,
    ) -> tresult {
        let Some(taking) = &self.taking else {
            return kResultFalse;
        };
        taking.told.time(offset_frames);
        taking.told.value(self.id.get(), value);
        if taking.takes_one() {
            kResultOk
        } else {
            kResultFalse
        }
    }
}

pub(super) struct Events(ComWrapper<EventsObject>);

struct EventsObject {
    count: i32,
    taking: Option<Taking>,
}

impl Class for EventsObject {
    type Interfaces = (IEventList,);
}

impl Events {
    /// A list that claims so many events and has none.
    pub(super) fn of(count: &i32) -> Self {
        Self(ComWrapper::new(EventsObject {
            count: *count,
            taking: None,
        }))
    }

    /// An empty list for the plugin to write to.
    pub(super) fn taking(takes: Takes, told: &Told) -> Self {
        Self(ComWrapper::new(EventsObject {
            count: 0,
            taking: Some(Taking::new(takes, told)),
        }))
    }

    pub(super) fn interface(&self) -> ComPtr<IEventList> {
        self.0.to_com_ptr().expect("its interface")
    }
}

impl IEventListTrait for EventsObject {
    unsafe fn getEventCount(&self) -> int32 {
        self.count
    }

    unsafe fn getEvent(&self, _index: int32, _event: *mut Event) -> tresult {
        kInvalidArgument
    }

    unsafe fn addEvent(&self, event: *mut Event) -> tresult {
        let Some(taking) = self.taking.as_ref().filter(|taking| taking.takes_one()) else {
            return kResultFalse;
        };
        // SAFETY: the plugin gives a whole event.
        taking.told.time(unsafe { (*event).sampleOffset });
        kResultOk
    }
}
