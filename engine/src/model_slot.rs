//! A stream's model: asked for, awaited, in force, and replaced when its backend fails.

use std::path::PathBuf;
use std::sync::Arc;

use crate::link::Link;
use crate::loader::{Loaded, Request};
use crate::{Backend, BackendChoice, InferenceError, ModelSource};

/// A request that is still to be sent to the loader, or of which the answer is awaited.
enum Loading {
    No,
    Wanted(ModelSource, BackendChoice),
    Awaited,
}

/// The model of one stream, and what has been asked of the loader.
pub(crate) struct ModelSlot {
    /// What the user chose last.
    chosen: ModelSource,
    backend: BackendChoice,
    in_force: Option<Loaded>,
    loading: Loading,
    ticket: u64,
    /// What the backend that is being replaced said.
    replacing: Option<String>,
}

/// What is left of a network whose backend failed.
#[derive(Debug, PartialEq)]
pub(crate) enum AfterFailure {
    /// The same model is on its way with tract.
    Replacement,
    /// Nothing; why.
    Nothing(String),
}

impl ModelSlot {
    pub fn new(chosen: ModelSource, backend: BackendChoice) -> Self {
        Self {
            loading: Loading::Wanted(chosen.clone(), backend),
            chosen,
            backend,
            in_force: None,
            ticket: 0,
            replacing: None,
        }
    }

    /// The model that runs.
    pub fn in_force(&self) -> Option<&Loaded> {
        self.in_force.as_ref()
    }

    /// Whether nothing is on its way.
    pub fn is_settled(&self) -> bool {
        matches!(self.loading, Loading::No)
    }

    /// Whether the model's backend has failed and its replacement is on its way.
    pub fn is_being_replaced(&self) -> bool {
        self.replacing.is_some()
    }

    /// Asks for another model at the next chance.
    pub fn want(&mut self, source: ModelSource) {
        self.chosen = source.clone();
        self.loading = Loading::Wanted(source, self.backend);
    }

    /// Asks for the model with another backend, if `backend` is another.
    pub fn want_backend(&mut self, backend: BackendChoice) {
        if backend == self.backend {
            return;
        }
        self.backend = backend;
        let source = match &self.in_force {
            Some(model) => model.place.clone().into(),
            None => self.chosen.clone(),
        };
        self.loading = Loading::Wanted(source, backend);
    }

    /// The request that the loader has not had yet, for stream `stream`.
    pub fn next_request(
        &mut self,
        stream: u64,
        library_dirs: &[PathBuf],
        link: &Arc<Link>,
    ) -> Option<Request> {
        if !matches!(self.loading, Loading::Wanted(..)) {
            return None;
        }
        let Loading::Wanted(source, backend) =
            std::mem::replace(&mut self.loading, Loading::Awaited)
        else {
            return None;
        };
        self.ticket += 1;
        Some(Request {
            stream,
            ticket: self.ticket,
            source,
            backend,
            library_dirs: library_dirs.to_vec(),
            link: Arc::clone(link),
        })
    }

    /// Whether the answer to request `ticket` is still wanted; it is no longer awaited then.
    pub fn take_ticket(&mut self, ticket: u64) -> bool {
        let wanted = ticket == self.ticket && matches!(self.loading, Loading::Awaited);
        if wanted {
            self.loading = Loading::No;
        }
        wanted
    }

    /// Puts `loaded` in force. Returns what the backend said that it replaces, if it replaces one.
    pub fn put_in_force(&mut self, loaded: Loaded) -> Option<String> {
        self.in_force = Some(loaded);
        self.replacing.take()
    }

    /// Takes note that what was asked for is not to be had. Whoever has no model then gets the
    /// built-in one.
    pub fn refused(&mut self) {
        if self.replacing.take().is_some() {
            self.in_force = None;
        }
        if self.in_force.is_none() && self.chosen != ModelSource::BuiltIn {
            self.want(ModelSource::BuiltIn);
        }
    }

    /// Takes note that the backend `failed` while running.
    pub fn failed(&mut self, failed: Backend, error: &InferenceError) -> AfterFailure {
        let Some(model) = &self.in_force else {
            return AfterFailure::Nothing(error.to_string());
        };
        if failed == Backend::Tract {
            let message = format!(
                "{}: {error}; tags stop until another model is chosen",
                model.place
            );
            self.in_force = None;
            return AfterFailure::Nothing(message);
        }
        self.replacing = Some(error.to_string());
        let source = model.place.clone().into();
        self.loading = Loading::Wanted(source, BackendChoice::Only(Backend::Tract));
        AfterFailure::Replacement
    }
}
