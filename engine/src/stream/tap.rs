//! The audio thread's end of a stream. Nothing here allocates, frees, locks, waits or makes a
//! system call, except while a host renders offline: see [`Tap::wait_until_analysed`].

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::thread::Thread;
use std::time::{Duration, Instant};

use ringbuf::traits::{Consumer, Observer, Producer};
use ringbuf::{HeapCons, HeapProd};

use super::controls::{Controls, Gap, Seconds};
use super::transport::{Mark, Transport};
use super::update::TagUpdate;
use crate::network::BackendChoice;

/// How long an offline pass waits for a worker that makes no progress. A model takes less time to load,
/// unless the machine is very busy.
pub const OFFLINE_PATIENCE: Duration = Duration::from_secs(60);

/// How long the waiting thread sleeps before it looks again.
const NAP: Duration = Duration::from_micros(100);

/// The audio thread's ends of a stream's queues.
pub(super) struct Queues {
    pub samples: HeapProd<f32>,
    pub gaps: HeapProd<Gap>,
    pub marks: HeapProd<Mark>,
    pub updates: HeapCons<TagUpdate>,
}

/// The audio thread's end of a stream: audio in, tag updates out. [`Service`](crate::Service) shows how
/// it is used.
///
/// Settings act from the next sample pushed on, so an offline pass gives the same tags at any block
/// size.
pub struct Tap {
    queues: Queues,
    /// Dropped samples of which the worker has been told.
    told_dropped: u64,
    /// Where the host's song stood when the worker was told last.
    told_mark: Option<Mark>,
    sample_rate_hz: f64,
    controls: Arc<Controls>,
    worker: Thread,
    /// Samples put into the ring.
    rung: u64,
    dropped: u64,
    /// Updates up to this position belong to the time before the last reset.
    reset_position: u64,
    offline: bool,
    /// Offline: no update falls due before this many samples of the ring's history, as far as is
    /// known.
    quiet_until: u64,
    /// Offline: the audio thread waits for the worker when the ring holds more samples than this.
    most_waiting: u64,
}

impl Tap {
    pub(super) fn new(
        queues: Queues,
        controls: Arc<Controls>,
        sample_rate_hz: f64,
        worker: Thread,
    ) -> Self {
        Self {
            most_waiting: queues.samples.capacity().get() as u64 / 2,
            queues,
            told_dropped: 0,
            told_mark: None,
            sample_rate_hz,
            controls,
            worker,
            rung: 0,
            dropped: 0,
            reset_position: 0,
            offline: false,
            quiet_until: 0,
        }
    }

    /// Feeds one block of mono samples. Samples that do not fit are dropped and counted.
    pub fn push(&mut self, mono: impl ExactSizeIterator<Item = f32>) {
        let offered = mono.len();
        let taken = if self.tell_gap() {
            self.queues.samples.push_iter(mono)
        } else {
            0
        };
        self.rung += taken as u64;
        if taken < offered {
            self.dropped += (offered - taken) as u64;
            self.controls
                .status
                .dropped_samples
                .store(self.dropped, Ordering::Relaxed);
        }
    }

    /// Tells the worker of the samples dropped since the last one in the ring. This must happen before
    /// the next one goes in. Returns `false` if no sample can go in yet.
    fn tell_gap(&mut self) -> bool {
        if self.told_dropped == self.dropped {
            return true;
        }
        let gap = Gap {
            ring_samples: self.rung,
            dropped_samples: self.dropped,
        };
        let queues = &mut self.queues;
        let told = !queues.samples.is_full() && queues.gaps.try_push(gap).is_ok();
        if told {
            self.told_dropped = self.dropped;
        }
        told
    }

    /// The oldest update not yet read.
    pub fn pop(&mut self) -> Option<TagUpdate> {
        loop {
            let update = self.queues.updates.try_pop()?;
            if update.position_samples > self.reset_position {
                return Some(update);
            }
        }
    }

    /// Says where the host's song stands at the next sample pushed, for the [`History`](crate::History).
    /// This is cheap, so it may be called with every block.
    pub fn set_transport(&mut self, transport: Transport) {
        let mark = Mark {
            position_samples: self.position_samples(),
            transport,
        };
        let goes_on = |told: Mark| told.leads_to(&mark, self.sample_rate_hz);
        if !self.told_mark.is_some_and(goes_on) && self.queues.marks.try_push(mark).is_ok() {
            self.told_mark = Some(mark);
        }
    }

    /// Samples pushed (or dropped) since the tap was made.
    #[must_use]
    pub fn position_samples(&self) -> u64 {
        self.rung + self.dropped
    }

    /// Starts a new window with the next sample pushed.
    pub fn reset(&mut self) {
        self.reset_position = self.position_samples();
        self.quiet_until = 0;
        self.controls.reset_at.store(self.rung, Ordering::Release);
    }

    /// Asks for another backend. An [`Event`](crate::Event) tells the main thread the outcome. This is
    /// cheap, so it may be called with every block.
    pub fn set_backend(&mut self, backend: BackendChoice) {
        if backend != self.controls.backend() {
            self.quiet_until = 0;
            self.controls.set_backend(backend);
        }
    }

    /// Changes the time between updates, in seconds. This is cheap, except while a host renders
    /// offline: then a change waits until everything pushed before is analysed.
    pub fn set_update_seconds(&mut self, seconds: f32) {
        self.set_for_the_analyzer(seconds, |controls| &controls.update_seconds);
    }

    /// Changes the focus: how many of the last seconds count. The analysis repeats them until they
    /// fill the model's window. The focus is at least 3 s; infinity stands for the whole window. It
    /// costs what [`Self::set_update_seconds`] costs.
    pub fn set_focus_seconds(&mut self, seconds: f32) {
        self.set_for_the_analyzer(seconds, |controls| &controls.focus_seconds);
    }

    /// Changes a setting of the analyzer. Offline, the worker first analyses everything pushed before,
    /// so that the change always falls on the same sample.
    fn set_for_the_analyzer(&mut self, seconds: f32, setting: fn(&Controls) -> &Seconds) {
        if setting(&self.controls).is(seconds) {
            return;
        }
        if self.offline && self.quiet_until > 0 {
            self.catch_up();
        }
        self.quiet_until = 0;
        setting(&self.controls).set(seconds);
    }

    /// Changes the smoothing's time constant, in seconds. 0 stands for no smoothing. This is cheap.
    pub fn set_smoothing_seconds(&mut self, seconds: f32) {
        self.controls.smoothing_seconds.set(seconds);
    }

    /// Chooses between calibrated tags and the network's own, from the next update on. This is cheap.
    pub fn set_calibrated(&mut self, calibrated: bool) {
        self.controls
            .calibrated
            .store(calibrated, Ordering::Relaxed);
    }

    /// Says whether the host renders offline. The worker then skips no update, and the audio thread
    /// may call [`Self::wait_until_analysed`].
    pub fn set_offline(&mut self, offline: bool) {
        self.offline = offline;
        self.controls.offline.store(offline, Ordering::Relaxed);
    }

    /// Waits until every update that is due by now can be popped. Call it only while the host renders
    /// offline. Returns `false` if the worker has ended or makes no progress.
    pub fn wait_until_analysed(&mut self) -> bool {
        // Most blocks of a bounce complete no window. Then there is nothing to wait for.
        let waiting = self.rung
            - self
                .controls
                .analysed
                .load(Ordering::Relaxed)
                .min(self.rung);
        if self.rung < self.quiet_until && waiting < self.most_waiting {
            return !self.controls.ended.load(Ordering::Acquire);
        }
        self.catch_up()
    }

    /// Waits until every sample pushed has been analysed.
    fn catch_up(&mut self) -> bool {
        let mut seen = 0;
        let mut since = Instant::now();
        loop {
            let analysed = self.controls.analysed.load(Ordering::Acquire);
            if analysed >= self.rung {
                self.quiet_until = self.controls.quiet_until.load(Ordering::Relaxed);
                return true;
            }
            if analysed != seen {
                seen = analysed;
                since = Instant::now();
            }
            if self.controls.ended.load(Ordering::Acquire) || since.elapsed() > OFFLINE_PATIENCE {
                return false;
            }
            self.worker.unpark();
            std::thread::sleep(NAP);
        }
    }
}
