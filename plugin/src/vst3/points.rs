//! Audio thread: the host's parameter changes, by their time.

use vst3::ComRef;
use vst3::Steinberg::Vst::{
    IParamValueQueue, IParamValueQueueTrait, IParameterChanges, IParameterChangesTrait,
};
use vst3::Steinberg::kResultOk;

use crate::core::params::{index_of, param};
use crate::core::{Input, TimedInput};

/// Queues of one block that are looked at: more than there are parameters.
const MOST_QUEUES: usize = 128;

/// Points of one queue that are looked at. A list may claim any number, and the block may not wait for
/// all of them to be refused.
const MOST_POINTS: i32 = 4_096;

/// Where the reading of a queue stands.
pub(super) struct Cursor {
    queue: *mut IParamValueQueue,
    id: u32,
    next: i32,
    count: i32,
    /// The point that comes next.
    time: i32,
    value: f64,
}

impl Cursor {
    /// Reads on to the next point that can be read. Returns whether there is one.
    ///
    /// # Safety
    /// The queue is the host's, for the length of its call.
    unsafe fn advance(&mut self) -> bool {
        // SAFETY: as the caller promises; it is not null.
        let Some(queue) = (unsafe { ComRef::from_raw(self.queue) }) else {
            return false;
        };
        while self.next < self.count {
            let index = self.next;
            self.next += 1;
            // SAFETY: as above, with two places to write to.
            let result = unsafe { queue.getPoint(index, &mut self.time, &mut self.value) };
            if result == kResultOk {
                return true;
            }
        }
        false
    }
}

/// Room for the cursors of a block, made before the first one.
pub(super) struct Cursors(Vec<Cursor>);

impl Default for Cursors {
    fn default() -> Self {
        Self(Vec::with_capacity(MOST_QUEUES))
    }
}

/// All points of a block, each at its sample.
pub(super) struct Points<'a>(&'a mut Vec<Cursor>);

impl<'a> Points<'a> {
    /// The points of `changes`; none of a null pointer.
    ///
    /// # Safety
    /// `changes` is null or the host's, for as long as this value lives.
    pub(super) unsafe fn of(changes: *mut IParameterChanges, room: &'a mut Cursors) -> Self {
        room.0.clear();
        // SAFETY: as the caller promises.
        if let Some(changes) = unsafe { ComRef::from_raw(changes) } {
            // SAFETY: as above.
            let count = unsafe { changes.getParameterCount() };
            for index in 0..count.min(MOST_QUEUES as i32) {
                // SAFETY: as above; the queues live as long as the list.
                unsafe {
                    let queue = changes.getParameterData(index);
                    let Some(of) = ComRef::from_raw(queue) else {
                        continue;
                    };
                    let mut cursor = Cursor {
                        queue,
                        id: of.getParameterId(),
                        next: 0,
                        count: of.getPointCount().min(MOST_POINTS),
                        time: 0,
                        value: 0.0,
                    };
                    if cursor.advance() {
                        room.0.push(cursor);
                    }
                }
            }
        }
        Self(&mut room.0)
    }
}

impl Iterator for Points<'_> {
    type Item = TimedInput;

    fn next(&mut self) -> Option<TimedInput> {
        loop {
            let earliest = self.0.iter().enumerate().min_by_key(|(_, c)| c.time)?;
            let at = earliest.0;
            let cursor = &mut self.0[at];
            let (id, time, share) = (cursor.id, cursor.time, cursor.value);
            // SAFETY: whoever made this vouches for the queues.
            if !unsafe { cursor.advance() } {
                // In order: of two at the same sample the first queue's comes first.
                self.0.remove(at);
            }
            let param = index_of(id).and_then(param);
            if let Some(value) = param.and_then(|param| param.from_normalized(share)) {
                return Some(TimedInput {
                    time: time.max(0) as u32,
                    input: Input::Value { id, value },
                });
            }
        }
    }
}
