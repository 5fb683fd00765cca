//! Opens models beside the worker, so that a slow one never holds up the streams that run.
//!
//! One thread opens them all, as two trials at once would falsify each other's times. A request waits
//! until the model before it has been opened and tried. But between the windows of a trial, the loader
//! serves requests for the built-in model and for models that are open. A trial ends when nobody waits
//! for it any more.

mod cache;
mod request;
mod shared_network;

use std::collections::VecDeque;
use std::sync::Arc;
use std::thread::{JoinHandle, Thread};

use crossbeam_channel::{Receiver, Sender, unbounded};

use cache::Cache;
pub(super) use request::{Answer, Loaded, Request, Wish};
pub(super) use shared_network::SharedNetwork;

use crate::model::ModelSource;
use crate::network::open_network_while;
use crate::panics::no_panic;

/// The worker's end of the loader's thread. Dropping it ends and joins the thread.
pub(super) struct Loader {
    requests: Option<Sender<Request>>,
    pub answers: Receiver<Answer>,
    join: Option<JoinHandle<()>>,
}

impl Loader {
    /// Starts the thread. It wakes `worker` after each answer.
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
    /// Requests taken from `inbox` and not served yet.
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

    /// Serves one request after the other until nobody can send another.
    fn run(mut self) {
        while let Some(request) = self.next() {
            self.serve(&request, Self::serve_quick);
        }
    }

    fn next(&mut self) -> Option<Request> {
        let waiting = self.waiting.pop_front();
        waiting.or_else(|| self.inbox.recv().ok())
    }

    /// Answers `request`, if it is still wanted. It calls `between` between the windows of a trial.
    fn serve(&mut self, request: &Request, between: fn(&mut Self, &Request)) {
        if !request.wanted.still() {
            return;
        }
        let loaded = no_panic(
            || self.load(request, between),
            |_| "opening the model failed unexpectedly".into(),
        );
        if request.wanted.still() {
            let _ = self.outbox.send(Answer {
                stream: request.stream,
                ticket: request.wanted.ticket(),
                loaded,
            });
            self.worker.unpark();
        }
    }

    /// Serves the requests that need not wait for `current`: those for a model that is open, and those
    /// for the built-in one, which takes less than a second.
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
                    request.wanted.still()
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
    use crate::network::{Backend, BackendChoice};
    use tagline_tests::FcnModel;

    const TRACT: BackendChoice = BackendChoice::Only(Backend::Tract);

    fn request(stream: u64, source: ModelSource) -> Request {
        // The wish lasts as long as its stream, which nothing ends here.
        let wish = Box::leak(Box::new(Wish::default()));
        Request {
            stream,
            wanted: wish.renew(),
            source,
            backend: TRACT,
            library_dirs: vec![],
        }
    }

    /// A server with these `requests` and no others, and its answers.
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
    fn instances_that_start_together_open_the_built_in_model_once() {
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
    fn a_trial_ends_when_its_stream_has_ended_or_asked_for_another_model() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file = write(&folder, &FcnModel::fcn5().bytes());
        let ends: [fn(&mut Server, &Request); 2] = [
            |_, request| request.wanted.end_the_stream(),
            |_, request| request.wanted.ask_for_another(),
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
        // In a trial, this is the logarithm of a number below 0.
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
