//! Opening models beside the worker, so that a slow one never holds up the streams that run.

use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::thread::{JoinHandle, Thread};
use std::time::SystemTime;

use crossbeam_channel::{Receiver, Sender, unbounded};

use crate::link::Link;
use crate::{
    BackendChoice, BackendReport, Model, ModelInfo, ModelPlace, ModelSource, Network, open_network,
};

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
        let (requests, inbox) = unbounded::<Request>();
        let (outbox, answers) = unbounded();
        let join = std::thread::Builder::new()
            .name("tagline-loader".into())
            .spawn(move || {
                let mut cache = Cache::default();
                for request in inbox {
                    if request.link.ended.load(Ordering::Acquire) {
                        continue;
                    }
                    let Request { stream, ticket, .. } = request;
                    let loaded = catch_unwind(AssertUnwindSafe(|| cache.load(&request)))
                        .unwrap_or_else(|_| Err("opening the model failed unexpectedly".into()));
                    if outbox
                        .send(Answer {
                            stream,
                            ticket,
                            loaded,
                        })
                        .is_err()
                    {
                        return;
                    }
                    worker.unpark();
                }
            })?;
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

/// Networks that some stream still holds, or held last, by the model's SHA-256 and the backend asked for.
#[derive(Default)]
struct Cache {
    open: HashMap<(String, BackendChoice), Entry>,
    known: HashMap<ModelPlace, Known>,
    /// The last one asked for, so that a host that deactivates and activates a plugin finds it.
    last: Option<Arc<SharedNetwork>>,
}

/// A model that has been read and checked.
struct Known {
    stamp: Stamp,
    info: Arc<ModelInfo>,
}

/// What changes when a model file, or the sidecar beside it, is written anew; of the built-in model
/// nothing does.
#[derive(PartialEq)]
struct Stamp([Option<(u64, SystemTime)>; 2]);

impl Stamp {
    fn of(place: &ModelPlace) -> Option<Self> {
        let path = match place {
            ModelPlace::BuiltIn => return Some(Self([None; 2])),
            ModelPlace::File(path) => path,
        };
        let look = |path: &Path| {
            let metadata = path.metadata().ok()?;
            Some((metadata.len(), metadata.modified().ok()?))
        };
        let model = look(path)?;
        Some(Self([Some(model), look(&path.with_extension("json"))]))
    }
}

struct Entry {
    report: BackendReport,
    network: Weak<SharedNetwork>,
}

impl Entry {
    /// The network, if some stream holds it and it has not failed.
    fn usable(&self) -> Option<Arc<SharedNetwork>> {
        let network = self.network.upgrade()?;
        (!network.has_failed()).then_some(network)
    }
}

impl Cache {
    fn load(&mut self, request: &Request) -> Result<Loaded, String> {
        if let Some(loaded) = self.loaded_before(request) {
            return Ok(loaded);
        }
        let (model, place) = request.source.open().map_err(|error| error.to_string())?;
        let (report, network) = self.network(&model, request)?;
        self.last = Some(Arc::clone(&network));
        if let Some(stamp) = Stamp::of(&place) {
            let info = Arc::clone(model.info());
            self.known.insert(place.clone(), Known { stamp, info });
        }
        Ok(Loaded {
            info: Arc::clone(model.info()),
            place,
            report,
            network,
        })
    }

    /// The same model with the same backend, if it has not changed and its network is still open:
    /// ten instances of a session read and check it once.
    fn loaded_before(&self, request: &Request) -> Option<Loaded> {
        let place = request.source.likely_place()?;
        let known = self.known.get(&place)?;
        let unchanged = Stamp::of(&place)? == known.stamp;
        if !unchanged || !request.source.accepts(&known.info.sha256) {
            return None;
        }
        let entry = self
            .open
            .get(&(known.info.sha256.clone(), request.backend))?;
        Some(Loaded {
            info: Arc::clone(&known.info),
            place,
            report: entry.report.clone(),
            network: entry.usable()?,
        })
    }

    fn network(
        &mut self,
        model: &Model,
        request: &Request,
    ) -> Result<(BackendReport, Arc<SharedNetwork>), String> {
        self.last = self.last.take().filter(|last| !last.has_failed());
        self.open.retain(|_, entry| entry.usable().is_some());
        let key = (model.info().sha256.clone(), request.backend);
        if let Some(entry) = self.open.get(&key)
            && let Some(network) = entry.usable()
        {
            return Ok((entry.report.clone(), network));
        }
        let (network, report) = open_network(model, request.backend, &request.library_dirs)
            .map_err(|error| error.to_string())?;
        let network = SharedNetwork::new(network);
        self.open.insert(
            key,
            Entry {
                report: report.clone(),
                network: Arc::downgrade(&network),
            },
        );
        Ok((report, network))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Backend;

    #[test]
    fn a_network_that_has_failed_is_not_handed_out_again() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let path = folder.path().join("tiny.onnx");
        std::fs::write(&path, tagline_tests::tiny_model(&["tag"])).expect("write");
        let tract = BackendChoice::Only(Backend::Tract);
        let request = |stream| Request {
            stream,
            ticket: 1,
            source: ModelSource::File(path.clone()),
            backend: tract,
            library_dirs: vec![],
            link: Arc::new(Link::new(1.0, 0.0, tract, true)),
        };
        let mut cache = Cache::default();
        let mut load = |stream| cache.load(&request(stream)).expect("a sound model").network;
        let [first, second] = [load(1), load(2)];
        assert!(Arc::ptr_eq(&first, &second), "weights are loaded once");
        first.set_failed();
        let third = load(3);
        assert!(!Arc::ptr_eq(&first, &third));
        assert!(Arc::ptr_eq(&third, &load(4)));
    }
}
