//! The models that are open.

use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, Weak};
use std::time::SystemTime;

use super::request::{Loaded, Request};
use super::shared_network::SharedNetwork;
use crate::model::{ModelInfo, ModelPlace};
use crate::network::{BackendChoice, BackendReport};

/// Networks that a stream holds, or held last, by the model's SHA-256 and the backend asked for.
#[derive(Default)]
pub(super) struct Cache {
    open: HashMap<(String, BackendChoice), Entry>,
    known: HashMap<ModelPlace, Known>,
    /// The last one asked for. It is still there when a host deactivates and activates a plugin.
    last: Option<Arc<SharedNetwork>>,
}

/// A model that has been read and checked.
struct Known {
    stamp: Stamp,
    info: Arc<ModelInfo>,
}

/// What changes when a model file, or its sidecar, is written anew. For the built-in model this never
/// changes.
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
    /// The network, if a stream holds it and it has not failed.
    fn usable(&self) -> Option<Arc<SharedNetwork>> {
        let network = self.network.upgrade()?;
        (!network.has_failed()).then_some(network)
    }
}

impl Cache {
    /// The same model with the same backend, if it has not changed and its network is still open. So
    /// ten instances in a session read and check it once.
    pub fn loaded_before(&self, request: &Request) -> Option<Loaded> {
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

    /// The network of the model with this hash, if it is still open for `backend`.
    pub fn opened_before(
        &mut self,
        sha256: &str,
        backend: BackendChoice,
    ) -> Option<(Arc<SharedNetwork>, BackendReport)> {
        self.last = self.last.take().filter(|last| !last.has_failed());
        self.open.retain(|_, entry| entry.usable().is_some());
        let entry = self.open.get(&(sha256.to_owned(), backend))?;
        Some((entry.usable()?, entry.report.clone()))
    }

    /// Keeps a network that was asked for with `backend`.
    pub fn keep(&mut self, loaded: &Loaded, backend: BackendChoice) {
        self.last = Some(Arc::clone(&loaded.network));
        let info = Arc::clone(&loaded.info);
        let entry = Entry {
            report: loaded.report.clone(),
            network: Arc::downgrade(&loaded.network),
        };
        self.open.insert((info.sha256.clone(), backend), entry);
        if let Some(stamp) = Stamp::of(&loaded.place) {
            self.known
                .insert(loaded.place.clone(), Known { stamp, info });
        }
    }
}
