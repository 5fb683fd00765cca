//! The worker's thread: takes orders, drains every stream's ring, and gives the network to one
//! stream after the other.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::{Receiver, Sender};
use ringbuf::{HeapCons, HeapProd};

use crate::link::Link;
use crate::loader::{Answer, Loader};
use crate::pipeline::Pipeline;
use crate::service::Notify;
use crate::tap::Gap;
use crate::{Event, ModelSource, TagUpdate};

/// Time between two looks at the rings while a host plays: short against the update interval.
const LOOK: Duration = Duration::from_millis(10);

/// The same while no stream has had audio for [`QUIET_AFTER`].
const IDLE_LOOK: Duration = Duration::from_millis(50);

/// How long without audio makes the worker idle.
const QUIET_AFTER: Duration = Duration::from_millis(500);

/// A stream on its way to the worker.
pub(crate) struct NewStream {
    pub id: u64,
    pub sample_rate_hz: f64,
    pub samples: HeapCons<f32>,
    /// Where samples are missing between those of `samples`.
    pub gaps: HeapCons<Gap>,
    pub updates: HeapProd<TagUpdate>,
    pub events: Sender<Event>,
    pub notify: Notify,
    pub link: Arc<Link>,
    pub model: ModelSource,
    pub library_dirs: Vec<PathBuf>,
}

/// What the main threads tell the worker.
pub(crate) enum Control {
    Add(Box<NewStream>),
    SetModel { id: u64, model: ModelSource },
    Remove { id: u64 },
    Quit,
}

/// The worker, before and while it runs.
pub(crate) struct Worker {
    orders: Receiver<Control>,
    pipelines: Vec<Pipeline>,
    /// The network's input, `[row, frame]`, of the stream whose turn it is.
    window: Vec<f32>,
    /// Whose turn it is first, so that no stream starves another.
    turn: usize,
}

impl Worker {
    pub fn new(orders: Receiver<Control>) -> Self {
        Self {
            orders,
            pipelines: Vec::new(),
            window: Vec::new(),
            turn: 0,
        }
    }

    /// Works until told to quit.
    pub fn run(mut self) {
        let loader = Loader::spawn(std::thread::current());
        let mut last_audio = Instant::now();
        loop {
            while let Some(order) = self.next_order() {
                match order {
                    Control::Add(stream) => self.pipelines.push(Pipeline::new(*stream)),
                    Control::SetModel { id, model } => {
                        self.with(id, |pipeline| pipeline.want_model(model));
                    }
                    Control::Remove { id } => self.pipelines.retain(|p| p.id() != id),
                    Control::Quit => return,
                }
            }
            match &loader {
                Ok(loader) => self.exchange_with(loader),
                Err(error) => self.without_loader(&error.to_string()),
            }
            let heard = self.for_each_surviving(Pipeline::drain);
            if heard {
                last_audio = Instant::now();
            }
            let ran = self.run_one_network();
            if !heard && !ran {
                let idle = last_audio.elapsed() > QUIET_AFTER;
                std::thread::park_timeout(if idle { IDLE_LOOK } else { LOOK });
            }
        }
    }

    /// The next order, if there is one; without a stream there is nothing else to do than to wait
    /// for it.
    fn next_order(&self) -> Option<Control> {
        if self.pipelines.is_empty() {
            self.orders.recv().ok().or(Some(Control::Quit))
        } else {
            self.orders.try_recv().ok()
        }
    }

    fn exchange_with(&mut self, loader: &Loader) {
        while let Ok(Answer {
            stream,
            ticket,
            loaded,
        }) = loader.answers.try_recv()
        {
            self.with(stream, |pipeline| pipeline.take_answer(ticket, loaded));
        }
        for pipeline in &mut self.pipelines {
            if let Some(request) = pipeline.next_request() {
                loader.request(request);
            }
        }
    }

    fn without_loader(&mut self, error: &str) {
        for pipeline in &mut self.pipelines {
            if let Some(request) = pipeline.next_request() {
                let reason =
                    format!("models cannot be opened, the system gives no thread: {error}");
                pipeline.take_answer(request.ticket, Err(reason));
            }
        }
    }

    /// Gives the network to the next stream in turn that has a window due.
    fn run_one_network(&mut self) -> bool {
        let count = self.pipelines.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            if self.pipelines[index].is_ready() {
                self.turn = index + 1;
                let pipeline = &mut self.pipelines[index];
                let window = &mut self.window;
                if catch_unwind(AssertUnwindSafe(|| pipeline.run_network(window))).is_err() {
                    self.pipelines.remove(index).give_up();
                }
                return true;
            }
        }
        false
    }

    /// Calls `work` for each stream; one that panics is given up, the others go on.
    fn for_each_surviving(&mut self, mut work: impl FnMut(&mut Pipeline) -> bool) -> bool {
        let mut worked = false;
        let mut index = 0;
        while index < self.pipelines.len() {
            let pipeline = &mut self.pipelines[index];
            match catch_unwind(AssertUnwindSafe(|| work(pipeline))) {
                Ok(did) => {
                    worked |= did;
                    index += 1;
                }
                Err(_) => self.pipelines.remove(index).give_up(),
            }
        }
        worked
    }

    fn with(&mut self, id: u64, work: impl FnOnce(&mut Pipeline)) {
        if let Some(pipeline) = self.pipelines.iter_mut().find(|p| p.id() == id) {
            work(pipeline);
        }
    }
}
