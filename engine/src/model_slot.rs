//! A stream's model: asked for, awaited, in force, and replaced when its backend fails.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::link::Link;
use crate::loader::{Loaded, Request};
use crate::{Backend, BackendChoice, InferenceError, ModelSource};

/// A request that is still to be sent to the loader, or of which the answer is awaited.
enum Loading {
    No,
    Wanted(Purpose, ModelSource, BackendChoice),
    Awaited(Purpose, ModelSource),
}

/// What a request is for.
#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    /// What the user chose, or what stands in for it.
    Choice,
    /// The model in force with tract, for its backend has failed.
    Replacement,
}

/// The model of one stream, and what has been asked of the loader.
pub(crate) struct ModelSlot {
    /// What the user chose last.
    chosen: ModelSource,
    backend: BackendChoice,
    in_force: Option<Loaded>,
    loading: Loading,
    ticket: u64,
    /// What the backend of the model in force said when it failed: it runs no more.
    broken: Option<String>,
}

/// What is left of a network whose backend failed.
#[derive(Debug, PartialEq)]
pub(crate) enum AfterFailure {
    /// The same model is on its way with tract, or another one that was chosen meanwhile.
    Replacement,
    /// Nothing; why.
    Nothing(String),
}

impl ModelSlot {
    pub fn new(chosen: ModelSource, backend: BackendChoice) -> Self {
        Self {
            loading: Loading::Wanted(Purpose::Choice, chosen.clone(), backend),
            chosen,
            backend,
            in_force: None,
            ticket: 0,
            broken: None,
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

    /// Whether the backend of the model in force has failed, so that it runs no more.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Asks for another model at the next chance.
    pub fn want(&mut self, source: ModelSource) {
        self.chosen = source.clone();
        self.loading = Loading::Wanted(Purpose::Choice, source, self.backend);
    }

    /// Asks for the model with another backend, if `backend` is another.
    pub fn want_backend(&mut self, backend: BackendChoice) {
        if backend == self.backend {
            return;
        }
        self.backend = backend;
        let source = match &self.in_force {
            Some(model) if self.pending() != Some(Purpose::Choice) => model.place.clone().into(),
            _ => self.chosen.clone(),
        };
        self.loading = Loading::Wanted(Purpose::Choice, source, backend);
    }

    /// What the request that is on its way is for.
    fn pending(&self) -> Option<Purpose> {
        match self.loading {
            Loading::No => None,
            Loading::Wanted(purpose, ..) | Loading::Awaited(purpose, _) => Some(purpose),
        }
    }

    /// The request that the loader has not had yet, for stream `stream`.
    pub fn next_request(
        &mut self,
        stream: u64,
        library_dirs: &[PathBuf],
        link: &Arc<Link>,
    ) -> Option<Request> {
        let Loading::Wanted(purpose, source, backend) = &self.loading else {
            return None;
        };
        let (purpose, source, backend) = (*purpose, source.clone(), *backend);
        self.loading = Loading::Awaited(purpose, source.clone());
        self.ticket += 1;
        link.newest_ticket.store(self.ticket, Ordering::Relaxed);
        Some(Request {
            stream,
            ticket: self.ticket,
            source,
            backend,
            library_dirs: library_dirs.to_vec(),
            link: Arc::clone(link),
        })
    }

    /// What was asked for with request `ticket`, if its answer is still wanted;
    /// [`Self::put_in_force`] or [`Self::refused`] then says what came of it.
    pub fn awaited(&self, ticket: u64) -> Option<ModelSource> {
        match &self.loading {
            Loading::Awaited(_, source) if ticket == self.ticket => Some(source.clone()),
            _ => None,
        }
    }

    /// Puts the awaited model in force. Returns what the backend said that it replaces, if it
    /// replaces one.
    pub fn put_in_force(&mut self, loaded: Loaded) -> Option<String> {
        let replaces = self.pending() == Some(Purpose::Replacement);
        self.loading = Loading::No;
        self.in_force = Some(loaded);
        self.broken.take().filter(|_| replaces)
    }

    /// Takes note that what was awaited is not to be had. A model whose backend has failed
    /// meanwhile goes on with tract; whoever has no model then gets the built-in one.
    pub fn refused(&mut self) {
        let replaces = self.pending() == Some(Purpose::Replacement);
        self.loading = Loading::No;
        if self.broken.is_some() {
            if replaces {
                self.drop_broken();
            } else {
                self.want_replacement();
            }
        }
        if self.in_force.is_none() && self.chosen != ModelSource::BuiltIn {
            self.want(ModelSource::BuiltIn);
        }
    }

    /// Takes note that the backend `failed` while running. What has been asked for meanwhile is
    /// still wanted.
    pub fn failed(&mut self, failed: Backend, error: &InferenceError) -> AfterFailure {
        let Some(model) = &self.in_force else {
            return AfterFailure::Nothing(error.to_string());
        };
        if failed == Backend::Tract {
            let message = format!(
                "{}: {error}; tags stop until another model is chosen",
                model.place
            );
            self.drop_broken();
            return AfterFailure::Nothing(message);
        }
        self.broken = Some(error.to_string());
        if self.is_settled() {
            self.want_replacement();
        }
        AfterFailure::Replacement
    }

    fn want_replacement(&mut self) {
        if let Some(model) = &self.in_force {
            let source = model.place.clone().into();
            let tract = BackendChoice::Only(Backend::Tract);
            self.loading = Loading::Wanted(Purpose::Replacement, source, tract);
        }
    }

    fn drop_broken(&mut self) {
        self.in_force = None;
        self.broken = None;
    }
}
