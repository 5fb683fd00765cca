//! The audio thread's end of a stream. Nothing here allocates, frees, locks, waits or makes a
//! system call, except while rendering offline: see [`Tap::wait_until_analysed`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};
use ringbuf::{HeapCons, HeapProd};

use crate::link::Link;
use crate::{BackendChoice, MAX_TAGS};

/// Tag probabilities of one window, on their way to the audio thread.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TagUpdate {
    /// Stream position from which they hold, in host samples pushed since the tap was made.
    pub position_samples: u64,
    /// Seconds of audio they rest on.
    pub seconds_heard: f32,
    /// Which model they are of: counts up with each [`Event::ModelReady`](crate::Event).
    pub generation: u32,
    /// How many of `probabilities` are used.
    pub tag_count: u32,
    /// Time the network took, in milliseconds.
    pub inference_ms: f32,
    /// Whether calibrated values were wanted, instead of the network's own.
    pub calibrated: bool,
    /// Probabilities, 0 to 1, in the model's tag order.
    pub probabilities: [f32; MAX_TAGS],
}

/// How long an offline pass waits for a worker that makes no progress: longer than models take to load
/// on machines that are not busy otherwise, but it is no proof that none will come.
pub const OFFLINE_PATIENCE: Duration = Duration::from_secs(60);

/// How long the waiting thread sleeps between two looks.
const NAP: Duration = Duration::from_micros(100);

/// Samples that are missing in the ring's history.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Gap {
    /// Samples of the ring's history before it.
    pub ring_samples: u64,
    /// Samples dropped since the tap was made, up to its end.
    pub dropped_samples: u64,
}

/// The audio thread's end of a stream: audio in, tag updates out.
pub struct Tap {
    samples: HeapProd<f32>,
    gaps: HeapProd<Gap>,
    /// Of the dropped samples, those that the worker has been told of.
    told_dropped: u64,
    updates: HeapCons<TagUpdate>,
    link: Arc<Link>,
    worker: Thread,
    /// Samples that went into the ring.
    rung: u64,
    dropped: u64,
    /// Updates up to this position belong to before the last reset.
    reset_position: u64,
    offline: bool,
    /// Offline: samples in the ring's history up to which no update falls due, as far as is known.
    quiet_until: u64,
    /// Offline: samples that may lie in the ring before the worker is waited for.
    most_waiting: u64,
}

impl Tap {
    pub(crate) fn new(
        samples: HeapProd<f32>,
        gaps: HeapProd<Gap>,
        updates: HeapCons<TagUpdate>,
        link: Arc<Link>,
        worker: Thread,
    ) -> Self {
        Self {
            most_waiting: samples.capacity().get() as u64 / 2,
            samples,
            gaps,
            told_dropped: 0,
            updates,
            link,
            worker,
            rung: 0,
            dropped: 0,
            reset_position: 0,
            offline: false,
            quiet_until: 0,
        }
    }

    /// Feeds one block of mono samples. What does not fit is dropped and counted.
    pub fn push(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        let offered = mono.len();
        let taken = if self.tell_gap() {
            self.samples.push_iter(mono)
        } else {
            0
        };
        self.rung += taken as u64;
        if taken < offered {
            self.dropped += (offered - taken) as u64;
            self.link
                .status
                .dropped_samples
                .store(self.dropped, Ordering::Relaxed);
        }
    }

    /// Tells the worker of samples dropped since the last one in the ring, before there is one after
    /// them. Returns `false` if none can come after them yet.
    fn tell_gap(&mut self) -> bool {
        if self.told_dropped == self.dropped {
            return true;
        }
        let gap = Gap {
            ring_samples: self.rung,
            dropped_samples: self.dropped,
        };
        let told = !self.samples.is_full() && self.gaps.try_push(gap).is_ok();
        if told {
            self.told_dropped = self.dropped;
        }
        told
    }

    /// The oldest update not yet read.
    pub fn pop(&mut self) -> Option<TagUpdate> {
        loop {
            let update = self.updates.try_pop()?;
            if update.position_samples > self.reset_position {
                return Some(update);
            }
        }
    }

    /// Samples pushed (or dropped) since the tap was made.
    #[must_use]
    pub fn position_samples(&self) -> u64 {
        self.rung + self.dropped
    }

    /// Starts the window anew with the next sample pushed.
    pub fn reset(&mut self) {
        self.reset_position = self.position_samples();
        self.quiet_until = 0;
        self.link.reset_at.store(self.rung, Ordering::Release);
    }

    /// Asks for another backend; an [`Event`](crate::Event) tells the main thread what came of it.
    /// Cheap, so it may be called with every block.
    pub fn set_backend(&mut self, backend: BackendChoice) {
        if backend != self.link.backend() {
            self.quiet_until = 0;
            self.link.set_backend(backend);
        }
    }

    /// Changes the time between updates, in seconds. Cheap; only while rendering offline, a change
    /// waits until what was pushed before is analysed, so that it always falls on the same sample.
    pub fn set_update_seconds(&mut self, seconds: f32) {
        let current = &self.link.update_seconds;
        if current.load(Ordering::Relaxed) == seconds.to_bits() {
            return;
        }
        if self.offline && self.quiet_until > 0 {
            self.catch_up();
        }
        self.quiet_until = 0;
        self.link
            .update_seconds
            .store(seconds.to_bits(), Ordering::Relaxed);
    }

    /// Changes the smoothing's time constant, in seconds; 0 for none. Cheap.
    pub fn set_smoothing_seconds(&mut self, seconds: f32) {
        self.link
            .smoothing_seconds
            .store(seconds.to_bits(), Ordering::Relaxed);
    }

    /// Whether tags are calibrated from the next update on, or the network's own. Cheap.
    pub fn set_calibrated(&mut self, calibrated: bool) {
        self.link.calibrated.store(calibrated, Ordering::Relaxed);
    }

    /// Offline rendering: the worker skips no update, and the audio thread may call
    /// [`Self::wait_until_analysed`].
    pub fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
        self.link.offline.store(offline, Ordering::Relaxed);
    }

    /// Offline rendering only: waits until every update that is due by now can be popped. Returns
    /// `false` if the worker has ended or makes no progress.
    pub fn wait_until_analysed(&mut self) -> bool {
        // Most blocks of a bounce complete no window, and there is nothing to wait for.
        let waiting = self.rung - self.link.analysed.load(Ordering::Relaxed).min(self.rung);
        if self.rung < self.quiet_until && waiting < self.most_waiting {
            return !self.link.ended.load(Ordering::Acquire);
        }
        self.catch_up()
    }

    /// Waits until every sample pushed has been analysed.
    fn catch_up(&mut self) -> bool {
        let mut seen = 0;
        let mut since = Instant::now();
        loop {
            let analysed = self.link.analysed.load(Ordering::Acquire);
            if analysed >= self.rung {
                self.quiet_until = self.link.quiet_until.load(Ordering::Relaxed);
                return true;
            }
            if analysed != seen {
                seen = analysed;
                since = Instant::now();
            }
            if self.link.ended.load(Ordering::Acquire) || since.elapsed() > OFFLINE_PATIENCE {
                return false;
            }
            self.worker.unpark();
            std::thread::sleep(NAP);
        }
    }
}
