//! Gestures on their way from the audio thread to the host's main thread.
//!
//! Nothing is queued. A bit for each parameter says which gestures should be open and which have
//! begun since the main thread looked last, and each value is only the newest. So a host whose main
//! thread comes late, or never, finds no backlog.

use std::cell::Cell;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering::{AcqRel, Acquire, Relaxed, Release};

use vst3::ComPtr;
use vst3::Steinberg::Vst::{IComponentHandler, IComponentHandlerTrait};

/// Parameters that can be in a gesture: the visible ones, whose ids are their indexes.
const MOST: usize = 64;

/// What the audio thread leaves for the main thread.
pub(super) struct Gestures {
    /// Gestures that should be open.
    wanted: AtomicU64,
    /// Gestures that have begun since the main thread looked last.
    begun: AtomicU64,
    /// Values that belong into a gesture and are not told yet.
    dirty: AtomicU64,
    /// The newest of these values, normalised, as f64 bits.
    values: [AtomicU64; MOST],
}

impl Default for Gestures {
    fn default() -> Self {
        Self {
            wanted: AtomicU64::new(0),
            begun: AtomicU64::new(0),
            dirty: AtomicU64::new(0),
            values: std::array::from_fn(|_| AtomicU64::new(0)),
        }
    }
}

fn bit(id: u32) -> u64 {
    1_u64.checked_shl(id).unwrap_or(0)
}

impl Gestures {
    /// A gesture begins.
    pub(super) fn begin(&self, id: u32) {
        self.wanted.fetch_or(bit(id), Release);
        self.begun.fetch_or(bit(id), Release);
    }

    /// A gesture has this value, normalised.
    pub(super) fn perform(&self, id: u32, value: f64) {
        if let Some(place) = self.values.get(id as usize) {
            place.store(value.to_bits(), Relaxed);
            self.dirty.fetch_or(bit(id), Release);
        }
    }

    /// A gesture ends.
    pub(super) fn end(&self, id: u32) {
        self.wanted.fetch_and(!bit(id), Release);
    }

    /// Forgets what has gone by. Gestures that should be open now stay.
    pub(super) fn forget_past(&self) {
        self.dirty.store(0, Release);
        self.begun.store(0, Release);
    }

    /// No gesture should be open any more.
    pub(super) fn end_all(&self) {
        self.wanted.store(0, Release);
        self.forget_past();
    }
}

/// Main thread: what the host has been told.
#[derive(Default)]
pub(super) struct Told {
    /// Gestures that the host believes open.
    open: Cell<u64>,
}

impl Told {
    /// Tells the host what it has not heard: begins, values, ends.
    pub(super) fn tell(&self, gestures: &Gestures, handler: &ComPtr<IComponentHandler>) {
        // In this order: a value that is seen has its beginning seen, too.
        let dirty = gestures.dirty.swap(0, AcqRel);
        let begun = gestures.begun.swap(0, AcqRel);
        let wanted = gestures.wanted.load(Acquire);
        let begins = (begun | wanted) & !self.open.get();
        self.open.set(self.open.get() | begins);
        let ends = self.open.get() & !wanted;
        let values = dirty & self.open.get();
        self.open.set(self.open.get() & !ends);
        // SAFETY: the handler is counted, this is the main thread, and the ids are the plugin's.
        unsafe {
            for id in ids(begins) {
                handler.beginEdit(id);
            }
            for id in ids(values) {
                let value = gestures.values[id as usize].load(Relaxed);
                handler.performEdit(id, f64::from_bits(value));
            }
            for id in ids(ends) {
                handler.endEdit(id);
            }
        }
    }

    /// Ends every gesture that the host believes open.
    pub(super) fn end_all(&self, handler: &ComPtr<IComponentHandler>) {
        for id in ids(self.open.take()) {
            // SAFETY: the handler is counted, this is the main thread, and the id is the plugin's.
            unsafe { handler.endEdit(id) };
        }
    }
}

/// The ids whose bits are set.
fn ids(bits: u64) -> impl Iterator<Item = u32> {
    (0..MOST as u32).filter(move |id| bits >> id & 1 == 1)
}
