//! Parameter changes of one block, both ways.

use std::cell::{Cell, RefCell};

use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait, ParamID,
    ParamValue,
};
use vst3::Steinberg::{int32, kInvalidArgument, kResultOk, tresult};
use vst3::{Class, ComPtr, ComWrapper};

/// Points of a parameter for which there is room without allocating.
const POINTS: usize = 64;

/// A host's list of parameter changes: a queue of points for each parameter.
pub struct ParameterChanges(ComWrapper<Changes>);

struct Changes {
    queues: Vec<ComWrapper<Queue>>,
    used: Cell<usize>,
}

struct Queue {
    id: Cell<ParamID>,
    points: RefCell<Vec<(int32, ParamValue)>>,
}

impl Class for Changes {
    type Interfaces = (IParameterChanges,);
}

impl Class for Queue {
    type Interfaces = (IParamValueQueue,);
}

impl ParameterChanges {
    /// An empty list with room for so many parameters; more are refused.
    #[must_use]
    pub fn new(parameters: usize) -> Self {
        let queue = || {
            ComWrapper::new(Queue {
                id: Cell::new(0),
                points: RefCell::new(Vec::with_capacity(POINTS)),
            })
        };
        Self(ComWrapper::new(Changes {
            queues: (0..parameters).map(|_| queue()).collect(),
            used: Cell::new(0),
        }))
    }

    /// As a plugin sees it.
    #[must_use]
    pub fn interface(&self) -> ComPtr<IParameterChanges> {
        self.0
            .to_com_ptr()
            .expect("changes have the interface of changes")
    }

    /// Removes everything.
    pub fn clear(&self) {
        self.0.used.set(0);
    }

    /// Appends a point: offset in frames, normalised value.
    pub fn push(&self, id: ParamID, offset_frames: int32, value: ParamValue) {
        if let Some(queue) = self.0.queue_of(id) {
            self.0.queues[queue]
                .points
                .borrow_mut()
                .push((offset_frames, value));
        }
    }

    /// All points as id, offset in frames and normalised value, in the order of the queues.
    #[must_use]
    pub fn points(&self) -> Vec<(ParamID, int32, ParamValue)> {
        let used = &self.0.queues[..self.0.used.get()];
        let points = used.iter().flat_map(|queue| {
            let points = queue.points.borrow().clone();
            let id = queue.id.get();
            points.into_iter().map(move |(at, value)| (id, at, value))
        });
        points.collect()
    }
}

impl Changes {
    /// The queue of `id`, which is created on first use. `None` means that all queues are taken.
    fn queue_of(&self, id: ParamID) -> Option<usize> {
        let used = self.used.get();
        let known = self.queues[..used]
            .iter()
            .position(|queue| queue.id.get() == id);
        known.or_else(|| {
            let queue = self.queues.get(used)?;
            queue.id.set(id);
            queue.points.borrow_mut().clear();
            self.used.set(used + 1);
            Some(used)
        })
    }

    fn raw(&self, index: usize) -> *mut IParamValueQueue {
        let queue = self.queues[index].as_com_ref::<IParamValueQueue>();
        queue.map_or(std::ptr::null_mut(), |queue| queue.as_ptr())
    }
}

impl IParameterChangesTrait for Changes {
    unsafe fn getParameterCount(&self) -> int32 {
        self.used.get() as int32
    }

    unsafe fn getParameterData(&self, index: int32) -> *mut IParamValueQueue {
        match usize::try_from(index) {
            Ok(index) if index < self.used.get() => self.raw(index),
            _ => std::ptr::null_mut(),
        }
    }

    unsafe fn addParameterData(
        &self,
        id: *const ParamID,
        index: *mut int32,
    ) -> *mut IParamValueQueue {
        // SAFETY: the caller names an id.
        let id = unsafe { *id };
        let Some(queue) = self.queue_of(id) else {
            return std::ptr::null_mut();
        };
        // SAFETY: `index` is null or valid.
        unsafe {
            if !index.is_null() {
                *index = queue as int32;
            }
        }
        self.raw(queue)
    }
}

impl IParamValueQueueTrait for Queue {
    unsafe fn getParameterId(&self) -> ParamID {
        self.id.get()
    }

    unsafe fn getPointCount(&self) -> int32 {
        self.points.borrow().len() as int32
    }

    unsafe fn getPoint(
        &self,
        index: int32,
        offset_frames: *mut int32,
        value: *mut ParamValue,
    ) -> tresult {
        let points = self.points.borrow();
        let Some(point) = usize::try_from(index).ok().and_then(|i| points.get(i)) else {
            return kInvalidArgument;
        };
        // SAFETY: the caller gives two places to write to.
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
        index: *mut int32,
    ) -> tresult {
        let mut points = self.points.borrow_mut();
        points.push((offset_frames, value));
        // SAFETY: `index` is null or valid.
        unsafe {
            if !index.is_null() {
                *index = points.len() as int32 - 1;
            }
        }
        kResultOk
    }
}
