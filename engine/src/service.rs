//! The analysis service: one worker thread for all streams of the process, started with the
//! first and joined with the last.

use std::path::PathBuf;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};

use crossbeam_channel::{Receiver, Sender, unbounded};
use ringbuf::HeapRb;
use ringbuf::traits::Split;

use crate::link::Link;
use crate::worker::{Control, NewStream, Worker};
use crate::{
    Backend, BackendChoice, BackendReport, FrontEnd, FrontEndError, ModelInfo, ModelPlace,
    ModelSource, Tap,
};

/// Most tags of one model that reach the audio thread; the rest stays in files.
pub const MAX_TAGS: usize = 50;

/// Updates that wait for the audio thread at most: as many as the longest offline block can hold.
const UPDATES_IN_FLIGHT: usize = 128;

/// Gaps that wait for the worker at most. There is one for each time that the ring was full and has
/// room again.
const GAPS_IN_FLIGHT: usize = 256;

/// Why a stream cannot be started.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ServiceError {
    /// The host's sample rate is impossible.
    #[error(transparent)]
    FrontEnd(#[from] FrontEndError),
    /// The system gives no thread.
    #[error("the analysis thread cannot be started: {0}")]
    Thread(std::io::Error),
    /// The system gives no memory.
    #[error(
        "there is no memory to analyse blocks of {max_block_samples} samples; close other \
         programs, or choose a smaller block size in the host"
    )]
    Memory {
        /// Most samples the host would push at once.
        max_block_samples: u32,
    },
}

/// Room for two of the longest blocks that are heard whole (32 MB); of longer ones, which no host is
/// known to have, the rest is dropped and counted.
const MAX_RING_SAMPLES: usize = 1 << 23;

/// Room for what the host plays while the worker is busy: 4 s, or 3 MB at rates above 192 kHz,
/// and never less than two blocks, up to [`MAX_RING_SAMPLES`].
fn ring_samples(sample_rate_hz: f64, max_block_samples: u32) -> usize {
    let seconds = (4.0 * sample_rate_hz) as usize;
    let blocks = (max_block_samples as usize).saturating_mul(2);
    seconds.min(786_432).max(blocks.min(MAX_RING_SAMPLES))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a stream is.
pub struct StreamConfig {
    /// The host's sample rate, in Hz.
    pub sample_rate_hz: f64,
    /// Most samples the host pushes at once.
    pub max_block_samples: u32,
    /// The model to start with.
    pub model: ModelSource,
    /// What runs it.
    pub backend: BackendChoice,
    /// Where ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// Seconds between updates.
    pub update_seconds: f64,
    /// Time constant of the smoothing, in seconds; 0 for none.
    pub smoothing_seconds: f64,
    /// Whether tags are calibrated, where the model has a calibration, or the network's own.
    pub calibrated: bool,
    /// Called on the worker's thread after each [`Event`]: asks the main thread to read them.
    pub notify: Box<dyn Fn() + Send>,
}

/// What the worker tells the main thread.
#[derive(Clone, Debug)]
pub enum Event {
    /// A model is in force.
    ModelReady {
        /// Counts up with each; see [`TagUpdate::generation`](crate::TagUpdate).
        generation: u32,
        /// What it says of itself.
        info: Arc<ModelInfo>,
        /// Where it was found.
        place: ModelPlace,
        /// What runs it, and why not something else.
        report: BackendReport,
    },
    /// A model was asked for and is not to be had.
    ModelFailed {
        /// The model that was asked for.
        source: ModelSource,
        /// What is wrong, where, and what to do.
        message: String,
        /// Whether there is no previous one: nothing is analysed until another event.
        stopped: bool,
    },
    /// The model in force failed while running: nothing is analysed until another one is chosen.
    Stopped {
        /// What is wrong, and what to do.
        message: String,
        /// Whether the stream itself has ended, so that it takes no other model either: also one that
        /// is on its way will not come.
        ended: bool,
    },
    /// The backend failed while running and tract has taken over.
    BackendReplaced {
        /// What it said, and what runs now.
        message: String,
        /// What runs now.
        running: Backend,
    },
}

/// Counters of a stream, which any thread may read.
#[derive(Debug, Default)]
pub struct StreamStatus {
    /// Updates delivered.
    pub updates: AtomicU64,
    /// Updates that were due and skipped, because the network was still busy.
    pub late_updates: AtomicU64,
    /// Due windows without new sound, for which the tags hold.
    pub silent_updates: AtomicU64,
    /// Samples dropped because the worker did not keep up.
    pub dropped_samples: AtomicU64,
    /// Time of the last inference in milliseconds, as f32 bits.
    pub inference_ms: AtomicU32,
}

impl StreamStatus {
    /// Time of the last inference in milliseconds.
    #[must_use]
    pub fn inference_ms(&self) -> f32 {
        f32::from_bits(self.inference_ms.load(Ordering::Relaxed))
    }
}

/// Tells the main thread that there are events, until the stream ends.
///
/// The stream takes the callback away when it is dropped, so that nobody calls a host that has
/// gone. Neither side is the audio thread, so a lock is fine.
#[derive(Clone)]
pub(crate) struct Notify(Arc<Mutex<Option<Callback>>>);

/// Asks a main thread to read the events.
pub(crate) type Callback = Box<dyn Fn() + Send>;

impl Notify {
    #[cfg(test)]
    pub fn nobody() -> Self {
        Self(Arc::new(Mutex::new(None)))
    }

    pub fn call(&self) {
        if let Some(notify) = &*lock(&self.0) {
            notify();
        }
    }
}

/// Keeps the service running, with the models it has open, while there is no stream: a plugin that
/// its host deactivates and activates again need not wait for threads and models.
#[derive(Debug)]
pub struct Hold(());

impl Drop for Hold {
    fn drop(&mut self) {
        let mut running = lock(&RUNNING);
        let Some(service) = &mut *running else {
            return;
        };
        service.holds -= 1;
        if service.holds > 0 {
            return;
        }
        let ended = running.take();
        // Nobody holds it any more, so that a new one may start beside it while its threads end. They
        // are waited for here: when the last instance has gone, the library may be unloaded.
        drop(running);
        if let Some(service) = ended {
            let _ = service.control.send(Control::Quit);
            service.thread.unpark();
            let _ = service.join.join();
        }
    }
}

/// The main thread's end of a stream. Dropping it ends the stream, and the service with the last
/// that holds it.
pub struct Stream {
    id: u64,
    control: Sender<Control>,
    events: Receiver<Event>,
    notify: Notify,
    link: Arc<Link>,
    _hold: Hold,
}

impl Stream {
    /// Asks for another model; an [`Event`] tells what came of it.
    pub fn set_model(&self, model: ModelSource) {
        // The worker lives as long as any stream: the channel cannot be closed.
        let _ = self.control.send(Control::SetModel { id: self.id, model });
    }

    /// The oldest event not yet read.
    #[must_use]
    pub fn next_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Whether it has come to an unexpected end, so that it takes no model any more.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.link.ended.load(Ordering::Acquire)
    }

    /// Keeps the service running beyond this stream.
    ///
    /// # Errors
    /// None while the stream lives, for the service runs.
    pub fn hold(&self) -> Result<Hold, ServiceError> {
        Service::hold(&mut lock(&RUNNING)).map(|(_, hold)| hold)
    }

    /// The stream's counters.
    #[must_use]
    pub fn status(&self) -> &Arc<StreamStatus> {
        &self.link.status
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        *lock(&self.notify.0) = None;
        self.link.ended.store(true, Ordering::Release);
        let _ = self.control.send(Control::Remove { id: self.id });
    }
}

/// The process-wide analysis service.
pub struct Service {
    control: Sender<Control>,
    thread: Thread,
    join: JoinHandle<()>,
    holds: usize,
    next_id: u64,
}

/// The service, while it has streams. Only main threads lock it.
static RUNNING: Mutex<Option<Service>> = Mutex::new(None);

impl Service {
    /// Starts a stream, and the worker with the first. No file is opened on the caller's thread.
    ///
    /// # Errors
    /// [`ServiceError`] if the rate is impossible, or the system gives no thread or no memory.
    pub fn start(config: StreamConfig) -> Result<(Stream, Tap), ServiceError> {
        // The model's own front-end is known later; the rate's limits are the same for all.
        FrontEnd::check_host_rate(config.sample_rate_hz)?;
        let link = Arc::new(Link::new(
            config.update_seconds as f32,
            config.smoothing_seconds as f32,
            config.backend,
            config.calibrated,
        ));
        let capacity = ring_samples(config.sample_rate_hz, config.max_block_samples);
        let (samples_in, samples_out) = HeapRb::<f32>::try_new(capacity)
            .map_err(|_| ServiceError::Memory {
                max_block_samples: config.max_block_samples,
            })?
            .split();
        let (gaps_in, gaps_out) = HeapRb::new(GAPS_IN_FLIGHT).split();
        let (updates_in, updates_out) = HeapRb::new(UPDATES_IN_FLIGHT).split();
        let (events_in, events_out) = unbounded();
        let notify = Notify(Arc::new(Mutex::new(Some(config.notify))));

        let mut running = lock(&RUNNING);
        let (service, hold) = Self::hold(&mut running)?;
        let id = service.next_id;
        service.next_id += 1;
        let _ = service.control.send(Control::Add(Box::new(NewStream {
            id,
            sample_rate_hz: config.sample_rate_hz,
            samples: samples_out,
            gaps: gaps_out,
            updates: updates_in,
            events: events_in,
            notify: notify.clone(),
            link: Arc::clone(&link),
            model: config.model,
            library_dirs: config.library_dirs,
        })));
        service.thread.unpark();
        let tap = Tap::new(
            samples_in,
            gaps_in,
            updates_out,
            Arc::clone(&link),
            service.thread.clone(),
        );
        let stream = Stream {
            id,
            control: service.control.clone(),
            events: events_out,
            notify,
            link,
            _hold: hold,
        };
        Ok((stream, tap))
    }

    /// Holds the service, and starts it if it is not running.
    fn hold(running: &mut Option<Self>) -> Result<(&mut Self, Hold), ServiceError> {
        let service = match running {
            Some(service) => service,
            none => none.insert(Self::spawn()?),
        };
        service.holds += 1;
        Ok((service, Hold(())))
    }

    fn spawn() -> Result<Self, ServiceError> {
        let (control, orders) = unbounded();
        let worker = Worker::new(orders);
        let join = std::thread::Builder::new()
            .name("tagline-analysis".into())
            .spawn(move || worker.run())
            .map_err(ServiceError::Thread)?;
        let thread = join.thread().clone();
        Ok(Self {
            control,
            thread,
            join,
            holds: 0,
            next_id: 0,
        })
    }
}
