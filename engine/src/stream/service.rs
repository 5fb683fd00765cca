//! The analysis service: one worker thread for all streams of the process. It starts with the first
//! stream and is joined with the last.

use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};

use crossbeam_channel::{Receiver, Sender, unbounded};
use ringbuf::HeapRb;
use ringbuf::traits::Split;

use super::controls::Controls;
use super::event::{Event, Notify};
use super::history::History;
use super::new_stream::NewStream;
use super::spectrogram::Spectrogram;
use super::status::StreamStatus;
use super::tap::{Queues, Tap};
use super::worker::{Control, Worker};
use crate::front_end::{FrontEnd, FrontEndError};
use crate::model::ModelSource;
use crate::network::BackendChoice;

/// Most updates that wait for the audio thread. The longest offline block can hold so many.
const UPDATES_IN_FLIGHT: usize = 128;

/// Most gaps that wait for the worker. There is one for each time that the ring was full and had room
/// again.
const GAPS_IN_FLIGHT: usize = 256;

/// Most marks of the transport that wait for the worker. There is one for each start, stop, jump and change
/// of tempo.
const MARKS_IN_FLIGHT: usize = 128;

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

/// The largest ring (32 MB). It has room for two of the longest blocks that are heard whole. No host is
/// known to use longer ones; their rest would be dropped and counted.
const MAX_RING_SAMPLES: usize = 1 << 23;

/// Room for what the host plays while the worker is busy: 4 s, or 3 MB at rates above 192 kHz. There
/// is room for at least two blocks, up to [`MAX_RING_SAMPLES`].
fn ring_samples(sample_rate_hz: f64, max_block_samples: u32) -> usize {
    let seconds = (4.0 * sample_rate_hz) as usize;
    let blocks = (max_block_samples as usize).saturating_mul(2);
    seconds.min(786_432).max(blocks.min(MAX_RING_SAMPLES))
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How a stream begins.
pub struct StreamConfig {
    /// The host's sample rate, in Hz.
    pub sample_rate_hz: f64,
    /// Most samples that the host pushes at once.
    pub max_block_samples: u32,
    /// The first model.
    pub model: ModelSource,
    /// What runs the model.
    pub backend: BackendChoice,
    /// Folders in which ONNX Runtime's library is looked for first.
    pub library_dirs: Vec<PathBuf>,
    /// Seconds between updates.
    pub update_seconds: f64,
    /// Time constant of the smoothing, in seconds. 0 stands for no smoothing.
    pub smoothing_seconds: f64,
    /// How many of the last seconds count. Infinity stands for the model's whole window. See
    /// [`Tap::set_focus_seconds`].
    pub focus_seconds: f64,
    /// Whether tags are calibrated, if the model has a calibration. Else they are the network's own.
    pub calibrated: bool,
    /// Asks the main thread to read the events. The worker's thread calls it after each [`Event`].
    pub notify: Box<dyn Fn() + Send>,
}

/// Keeps the service running, with its open models, while there is no stream. A plugin that its host
/// deactivates and activates again need not wait for threads and models then.
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
        // Nobody holds the service any more. A new one may start beside it while its threads end. This
        // waits for the threads, as the library may be unloaded after the last instance has gone.
        drop(running);
        if let Some(service) = ended {
            let _ = service.control.send(Control::Quit);
            service.thread.unpark();
            let _ = service.join.join();
        }
    }
}

/// The main thread's end of a stream. Dropping it ends the stream. The last stream ends the service,
/// too, unless there is a [`Hold`].
pub struct Stream {
    id: u64,
    control: Sender<Control>,
    events: Receiver<Event>,
    notify: Notify,
    controls: Arc<Controls>,
    history: Arc<History>,
    spectrogram: Arc<Spectrogram>,
    _hold: Hold,
}

impl Stream {
    /// Asks for another model. An [`Event`] tells the outcome.
    pub fn set_model(&self, model: ModelSource) {
        // The worker lives as long as any stream: the channel cannot be closed.
        let _ = self.control.send(Control::SetModel { id: self.id, model });
    }

    /// The oldest event that has not been read.
    #[must_use]
    pub fn next_event(&self) -> Option<Event> {
        self.events.try_recv().ok()
    }

    /// Whether the stream has ended unexpectedly. It takes no other model then.
    #[must_use]
    pub fn has_ended(&self) -> bool {
        self.controls.ended.load(Ordering::Acquire)
    }

    /// Keeps the service running beyond this stream.
    ///
    /// # Errors
    /// There is none while the stream lives, as the service runs.
    pub fn hold(&self) -> Result<Hold, ServiceError> {
        Service::hold(&mut lock(&RUNNING)).map(|(_, hold)| hold)
    }

    /// The stream's counters.
    #[must_use]
    pub fn status(&self) -> &Arc<StreamStatus> {
        &self.controls.status
    }

    /// Pictures of what the network hears.
    #[must_use]
    pub fn spectrogram(&self) -> &Arc<Spectrogram> {
        &self.spectrogram
    }

    /// The tags of the last minutes.
    #[must_use]
    pub fn history(&self) -> &Arc<History> {
        &self.history
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.notify.silence();
        self.controls.ended.store(true, Ordering::Release);
        let _ = self.control.send(Control::Remove { id: self.id });
    }
}

/// The analysis service of the process.
///
/// ```
/// use tagline_engine::{BackendChoice, Event, ModelSource, Service, StreamConfig};
///
/// let config = StreamConfig {
///     sample_rate_hz: 48_000.0,
///     max_block_samples: 512,
///     model: ModelSource::BuiltIn,
///     backend: BackendChoice::Auto,
///     library_dirs: vec![],
///     update_seconds: 1.0,
///     smoothing_seconds: 0.0,
///     focus_seconds: f64::INFINITY,
///     calibrated: true,
///     notify: Box::new(|| {}),
/// };
/// let (stream, mut tap) = Service::start(config)?;
///
/// // The audio thread pushes its blocks and reads what is new. Here it renders offline, so it may
/// // wait for the analysis.
/// tap.set_offline(true);
/// let mut updates = 0;
/// for block in [0.1; 5 * 48_000].chunks(512) {
///     tap.push(block.iter().copied());
///     assert!(tap.wait_until_analysed());
///     while let Some(update) = tap.pop() {
///         assert_eq!(update.tag_count, 50);
///         updates += 1;
///     }
/// }
/// assert!(updates > 0);
///
/// // The main thread reads the events.
/// assert!(matches!(stream.next_event(), Some(Event::ModelReady { .. })));
/// # Ok::<(), tagline_engine::ServiceError>(())
/// ```
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
    /// Starts a stream, and the worker if this is the first. The caller's thread opens no file.
    ///
    /// # Errors
    /// [`ServiceError`] if the rate is impossible, or the system gives no thread or no memory.
    pub fn start(config: StreamConfig) -> Result<(Stream, Tap), ServiceError> {
        // The model's front-end is not known yet, but all have the same limits for the rate.
        FrontEnd::check_host_rate(config.sample_rate_hz)?;
        let controls = Controls::new();
        controls.update_seconds.set(config.update_seconds as f32);
        controls
            .smoothing_seconds
            .set(config.smoothing_seconds as f32);
        controls.focus_seconds.set(config.focus_seconds as f32);
        controls
            .calibrated
            .store(config.calibrated, Ordering::Relaxed);
        controls.set_backend(config.backend);
        let controls = Arc::new(controls);
        let capacity = ring_samples(config.sample_rate_hz, config.max_block_samples);
        let (samples_in, samples_out) = HeapRb::<f32>::try_new(capacity)
            .map_err(|_| ServiceError::Memory {
                max_block_samples: config.max_block_samples,
            })?
            .split();
        let (gaps_in, gaps_out) = HeapRb::new(GAPS_IN_FLIGHT).split();
        let (updates_in, updates_out) = HeapRb::new(UPDATES_IN_FLIGHT).split();
        let (marks_in, marks_out) = HeapRb::new(MARKS_IN_FLIGHT).split();
        let history = Arc::<History>::default();
        let spectrogram = Arc::<Spectrogram>::default();
        let (events_in, events_out) = unbounded();
        let notify = Notify::new(config.notify);

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
            marks: marks_out,
            history: Arc::clone(&history),
            spectrogram: Arc::clone(&spectrogram),
            events: events_in,
            notify: notify.clone(),
            controls: Arc::clone(&controls),
            model: config.model,
            library_dirs: config.library_dirs,
        })));
        service.thread.unpark();
        let tap = Tap::new(
            Queues {
                samples: samples_in,
                gaps: gaps_in,
                marks: marks_in,
                updates: updates_out,
            },
            Arc::clone(&controls),
            config.sample_rate_hz,
            service.thread.clone(),
        );
        let stream = Stream {
            id,
            control: service.control.clone(),
            events: events_out,
            notify,
            controls,
            history,
            spectrogram,
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
