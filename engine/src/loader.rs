//! Opening models beside the worker, so that a slow one never holds up the streams that run.
//!
//! There is one thread for all of them, for two trials at once would falsify each other's times. What
//! waits for it, waits for the model before to be opened and tried out. But between the windows of a
//! trial, whoever asks for the built-in model, or for one that is open, is served, and a trial that
//! nobody waits for any more ends.

mod cache;

use std::collections::VecDeque;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{JoinHandle, Thread};

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::link::Link;
use crate::network::open_network_while;
use crate::{BackendChoice, BackendReport, ModelInfo, ModelPlace, ModelSource, Network};
use cache::Cache;

/// A network that every stream with the same model and backend shares: weights are loaded once.
pub(crate) struct SharedNetwork {
    network: Mutex<Box<dyn Network>>,
    failed: AtomicBool,
}

impl SharedNetwork {
    pub fn new(network: Box<dyn Network>) -> Arc<Self> {
        Arc::new(Self {
            network: Mutex::new(network),
            failed: AtomicBool::new(false),
        })
    }

    /// The network itself. Only the worker runs it, so the lock never waits.
    pub fn lock(&self) -> MutexGuard<'_, Box<dyn Network>> {
        self.network.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that it has failed while running: nobody else is to get it.
    pub fn set_failed(&self) {
        self.failed.store(true, Ordering::Release);
    }

    fn has_failed(&self) -> bool {
        self.failed.load(Ordering::Acquire)
    }
}

/// What a stream asks of the loader.
pub(crate) struct Request {
    pub stream: u64,
    /// Counts up with each request of a stream, so that only the newest answer is taken.
    pub ticket: u64,
    pub source: ModelSource,
    pub backend: BackendChoice,
    pub library_dirs: Vec<PathBuf>,
    /// Says whether the stream still wants it.
    pub link: Arc<Link>,
}

impl Request {
    /// Whether the stream lives, and has not asked for something else since.
    fn is_wanted(&self) -> bool {
        !self.link.ended.load(Ordering::Acquire)
            && self.link.newest_ticket.load(Ordering::Relaxed) <= self.ticket
    }
}

/// The loader's answer.
pub(crate) struct Answer {
    pub stream: u64,
    pub ticket: u64,
    pub loaded: Result<Loaded, String>,
}

/// A model ready to run.
#[derive(Clone)]
pub(crate) struct Loaded {
    pub info: Arc<ModelInfo>,
    pub place: ModelPlace,
    pub report: BackendReport,
    pub network: Arc<SharedNetwork>,
}

/// The loader's thread, as the worker holds it. Dropping it ends and joins the thread.
pub(crate) struct Loader {
    requests: Option<Sender<Request>>,
    pub answers: Receiver<Answer>,
    join: Option<JoinHandle<()>>,
}

impl Loader {
    /// Starts the thread; it wakes `worker` after each answer.
    pub fn spawn(worker: Thread) -> std::io::Result<Self> {
        let (requests, inbox) = unbounded();
        let (outbox, answers) = unbounded();
        let server = Server::new(inbox, outbox, worker);
        let join = std::thread::Builder::new()
            .name("tagline-loader".into())
            .spawn(move || server.run())?;
        Ok(Self {
            requests: Some(requests),
            answers,
            join: Some(join),
        })
    }

    pub fn request(&self, request: Request) {
        if let Some(requests) = &self.requests {
            let _ = requests.send(request);
        }
    }
}

impl Drop for Loader {
    fn drop(&mut self) {
        self.requests = None;
        if let Some(join) = self.join.take() {
            let _ = join.join();
        }
    }
}

/// The loader, on its thread.
struct Server {
    inbox: Receiver<Request>,
    /// Taken from `inbox` and not served yet.
    waiting: VecDeque<Request>,
    outbox: Sender<Answer>,
    worker: Thread,
    cache: Cache,
}

impl Server {
    fn new(inbox: Receiver<Request>, outbox: Sender<Answer>, worker: Thread) -> Self {
        Self {
            inbox,
            waiting: VecDeque::new(),
            outbox,
            worker,
            cache: Cache::default(),
        }
    }

    /// Serves one request after the other until nobody can send any more.
    fn run(mut self) {
        while let Some(request) = self.next() {
            self.serve(&request, Self::serve_quick);
        }
    }

    fn next(&mut self) -> Option<Request> {
        let waiting = self.waiting.pop_front();
        waiting.or_else(|| self.inbox.recv().ok())
    }

    /// Answers `request`, if it is still wanted; `between` is called between the windows of a trial.
    fn serve(&mut self, request: &Request, between: fn(&mut Self, &Request)) {
        if !request.is_wanted() {
            return;
        }
        let loaded = catch_unwind(AssertUnwindSafe(|| self.load(request, between)))
            .unwrap_or_else(|_| Err("opening the model failed unexpectedly".into()));
        if request.is_wanted() {
            let _ = self.outbox.send(Answer {
                stream: request.stream,
                ticket: request.ticket,
                loaded,
            });
            self.worker.unpark();
        }
    }

    /// Serves those that wait for `current` and need not: with a model that is open, or the built-in
    /// one, which takes less than a second.
    fn serve_quick(&mut self, current: &Request) {
        let is_other = current.source != ModelSource::BuiltIn;
        let mut rest = VecDeque::new();
        self.waiting.extend(self.inbox.try_iter());
        while let Some(request) = self.waiting.pop_front() {
            let built_in = is_other && request.source == ModelSource::BuiltIn;
            if built_in || self.cache.loaded_before(&request).is_some() {
                self.serve(&request, |_, _| ());
            } else {
                rest.push_back(request);
            }
        }
        self.waiting = rest;
    }

    fn load(
        &mut self,
        request: &Request,
        between: fn(&mut Self, &Request),
    ) -> Result<Loaded, String> {
        if let Some(loaded) = self.cache.loaded_before(request) {
            return Ok(loaded);
        }
        let (model, place) = request.source.open().map_err(|error| error.to_string())?;
        let info = model.info();
        let (network, report) = match self.cache.opened_before(&info.sha256, request.backend) {
            Some(opened) => opened,
            None => {
                let mut go_on = || {
                    between(self, request);
                    request.is_wanted()
                };
                let (network, report) =
                    open_network_while(&model, request.backend, &request.library_dirs, &mut go_on)
                        .map_err(|error| {
                            format!("{place}: {error}; choose another model, or export it anew")
                        })?;
                (SharedNetwork::new(network), report)
            }
        };
        let loaded = Loaded {
            info: Arc::clone(info),
            place,
            report,
            network,
        };
        self.cache.keep(&loaded, request.backend);
        Ok(loaded)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;
    use tagline_tests::FcnModel;

    const TRACT: BackendChoice = BackendChoice::Only(Backend::Tract);

    fn request(stream: u64, source: ModelSource) -> Request {
        Request {
            stream,
            ticket: 1,
            source,
            backend: TRACT,
            library_dirs: vec![],
            link: Arc::new(Link::new(1.0, 0.0, TRACT, true)),
        }
    }

    /// A server that has been sent `requests`, none of which can follow, and its answers.
    fn server(requests: impl IntoIterator<Item = Request>) -> (Server, Receiver<Answer>) {
        let (sender, inbox) = unbounded();
        for request in requests {
            sender.send(request).expect("the inbox is open");
        }
        let (outbox, answers) = unbounded();
        let server = Server::new(inbox, outbox, std::thread::current());
        (server, answers)
    }

    fn write(folder: &tempfile::TempDir, bytes: &[u8]) -> ModelSource {
        let path = folder.path().join("model.onnx");
        std::fs::write(&path, bytes).expect("write");
        ModelSource::File(path)
    }

    #[test]
    fn a_network_that_has_failed_is_not_handed_out_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let tiny = write(&folder, &tagline_tests::tiny_model(&["tag"]));
        let (mut server, _answers) = server([]);
        let mut load = |stream| {
            let loaded = server.load(&request(stream, tiny.clone()), |_, _| ());
            loaded.expect("a sound model").network
        };
        let [first, second] = [load(1), load(2)];
        assert!(Arc::ptr_eq(&first, &second), "weights are loaded once");
        first.set_failed();
        let third = load(3);
        assert!(!Arc::ptr_eq(&first, &third));
        assert!(Arc::ptr_eq(&third, &load(4)));
    }

    #[test]
    fn the_built_in_model_and_open_ones_do_not_wait_for_the_trial_of_another() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = write(&folder, &FcnModel::fcn5().bytes());
        let other = tempfile::tempdir().expect("a temporary folder");
        let tiny = write(&other, &tagline_tests::tiny_model(&["tag"]));
        let built_in = ModelSource::BuiltIn;
        let (server, answers) = server([
            request(1, built_in.clone()),
            request(2, file.clone()),
            request(3, tiny),
            request(4, file),
            request(5, built_in),
        ]);
        server.run();
        let order: Vec<u64> = answers
            .try_iter()
            .map(|answer| {
                assert!(answer.loaded.is_ok());
                answer.stream
            })
            .collect();
        assert_eq!(order, [1, 5, 2, 4, 3]);
    }

    #[test]
    fn instances_that_begin_together_with_the_built_in_model_open_it_once() {
        let requests = (1..=3).map(|stream| request(stream, ModelSource::BuiltIn));
        let (server, answers) = server(requests);
        server.run();
        let networks: Vec<_> = answers
            .try_iter()
            .map(|answer| answer.loaded.expect("a sound model").network)
            .collect();
        let same = |pair: &[Arc<_>]| Arc::ptr_eq(&pair[0], &pair[1]);
        assert!(networks.len() == 3 && networks.windows(2).all(same));
    }

    #[test]
    fn a_trial_ends_where_its_stream_has_ended_or_asked_for_another_model() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = write(&folder, &FcnModel::fcn5().bytes());
        let ends: [fn(&mut Server, &Request); 2] = [
            |_, request| request.link.ended.store(true, Ordering::Release),
            |_, request| request.link.newest_ticket.store(2, Ordering::Relaxed),
        ];
        for between in ends {
            let (mut server, answers) = server([]);
            let request = request(1, file.clone());
            server.serve(&request, between);
            assert!(server.cache.loaded_before(&request).is_none());
            assert!(answers.try_recv().is_err());
        }
    }

    #[test]
    fn a_model_that_gives_no_numbers_is_named_with_what_to_do() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut model = tagline_tests::TinyModel::new(&["tag"], 20);
        let graph = model.model.graph.as_mut().expect("it has one");
        // In a trial it is that of a number below 0.
        graph.node[3].op_type = "Log".to_owned();
        let source = write(&folder, &model.bytes());
        let (mut server, _answers) = server([]);
        let Err(message) = server.load(&request(1, source), |_, _| ()) else {
            panic!("it gives NaN");
        };
        assert!(
            message.contains("model.onnx: tract: it gave NaN"),
            "{message}"
        );
        assert!(
            message.ends_with("choose another model, or export it anew"),
            "{message}"
        );
    }
}
