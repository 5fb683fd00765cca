//! The worker's thread. It takes orders, drains every stream's ring, and runs the networks of one
//! stream after the other.

use std::time::{Duration, Instant};

use crossbeam_channel::Receiver;

use super::loader::{Answer, Loader};
use super::new_stream::NewStream;
use super::pipeline::Pipeline;
use crate::model::ModelSource;
use crate::panics::no_panic;

/// Time between two looks at the rings while a host plays. It is short against the update interval.
const LOOK: Duration = Duration::from_millis(10);

/// The same while no stream has had audio for [`QUIET_AFTER`].
const IDLE_LOOK: Duration = Duration::from_millis(50);

/// The worker is idle after this time without audio.
const QUIET_AFTER: Duration = Duration::from_millis(500);

/// What the main threads tell the worker.
pub(super) enum Control {
    Add(Box<NewStream>),
    SetModel { id: u64, model: ModelSource },
    Remove { id: u64 },
    Quit,
}

/// The worker, before and while it runs.
pub(super) struct Worker {
    orders: Receiver<Control>,
    pipelines: Vec<Pipeline>,
    /// The network's input, `[row, frame]`, for the stream whose turn it is.
    window: Vec<f32>,
    /// The stream that comes next, so that no stream starves another.
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

    /// Works until it is told to quit.
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
            let asked = !ran && self.for_each_surviving(Pipeline::ask_why);
            if !heard && !ran && !asked {
                let idle = last_audio.elapsed() > QUIET_AFTER;
                std::thread::park_timeout(if idle { IDLE_LOOK } else { LOOK });
            }
        }
    }

    /// The next order, if there is one. Without a stream, this waits for it.
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
                    format!("models cannot be opened, as the system gives no thread: {error}");
                pipeline.take_answer(request.wanted.ticket(), Err(reason));
            }
        }
    }

    /// Runs the network of the next stream in turn that has a window due.
    fn run_one_network(&mut self) -> bool {
        let count = self.pipelines.len();
        for step in 0..count {
            let index = (self.turn + step) % count;
            if self.pipelines[index].is_ready() {
                self.turn = index + 1;
                let pipeline = &mut self.pipelines[index];
                let window = &mut self.window;
                let ran = surviving(|| pipeline.run_network(window));
                if ran.is_none() {
                    self.pipelines.remove(index).give_up();
                }
                return true;
            }
        }
        false
    }

    /// Calls `work` for each stream. A stream that panics is given up, and the others go on.
    fn for_each_surviving(&mut self, mut work: impl FnMut(&mut Pipeline) -> bool) -> bool {
        let mut worked = false;
        let mut index = 0;
        while index < self.pipelines.len() {
            let pipeline = &mut self.pipelines[index];
            match surviving(|| work(pipeline)) {
                Some(did) => {
                    worked |= did;
                    index += 1;
                }
                None => self.pipelines.remove(index).give_up(),
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

/// The result of `work`, or `None` if it panics.
fn surviving<T>(work: impl FnOnce() -> T) -> Option<T> {
    no_panic(|| Ok(work()), |_| ()).ok()
}
