//! A stream's model: requested, awaited, in force, and replaced when its backend fails.

use std::path::PathBuf;

use super::loader::{Loaded, Request, Wish};
use crate::model::ModelSource;
use crate::network::{Backend, BackendChoice, InferenceError};

/// A request that the loader has not had yet, or whose answer is awaited.
enum Loading {
    No,
    Wanted(Purpose, ModelSource, BackendChoice),
    Awaited(Purpose, ModelSource),
}

/// What a request is for.
#[derive(Clone, Copy, PartialEq)]
enum Purpose {
    /// The model that the user chose, or one in its place.
    Choice,
    /// The model in force with tract, as its backend has failed.
    Replacement,
}

/// The model of one stream, and what was asked of the loader.
pub(super) struct ModelSlot {
    /// The user's last choice.
    chosen: ModelSource,
    backend: BackendChoice,
    in_force: Option<Loaded>,
    loading: Loading,
    wish: Wish,
    /// The error of the model in force, if its backend has failed. It does not run any more.
    broken: Option<String>,
}

/// What follows the failure of a backend.
#[derive(Debug, PartialEq)]
pub(super) enum AfterFailure {
    /// The same model with tract, or one that was chosen meanwhile. It is on its way.
    Replacement,
    /// Nothing. This says why.
    Nothing(String),
}

impl ModelSlot {
    pub fn new(chosen: ModelSource, backend: BackendChoice) -> Self {
        Self {
            loading: Loading::Wanted(Purpose::Choice, chosen.clone(), backend),
            chosen,
            backend,
            in_force: None,
            wish: Wish::default(),
            broken: None,
        }
    }

    /// The model that runs.
    pub fn in_force(&self) -> Option<&Loaded> {
        self.in_force.as_ref()
    }

    /// Whether no model is on its way.
    pub fn is_settled(&self) -> bool {
        matches!(self.loading, Loading::No)
    }

    /// Whether the backend of the model in force has failed.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Asks for another model.
    pub fn want(&mut self, source: ModelSource) {
        self.chosen = source.clone();
        self.loading = Loading::Wanted(Purpose::Choice, source, self.backend);
    }

    /// Asks for the model with `backend`, unless that is its backend already.
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

    /// The purpose of the request that is on its way.
    fn pending(&self) -> Option<Purpose> {
        match self.loading {
            Loading::No => None,
            Loading::Wanted(purpose, ..) | Loading::Awaited(purpose, _) => Some(purpose),
        }
    }

    /// The request that the loader has not had yet, for stream `stream`.
    pub fn next_request(&mut self, stream: u64, library_dirs: &[PathBuf]) -> Option<Request> {
        let Loading::Wanted(purpose, source, backend) = &self.loading else {
            return None;
        };
        let (purpose, source, backend) = (*purpose, source.clone(), *backend);
        self.loading = Loading::Awaited(purpose, source.clone());
        Some(Request {
            stream,
            wanted: self.wish.renew(),
            source,
            backend,
            library_dirs: library_dirs.to_vec(),
        })
    }

    /// The model of request `ticket`, if its answer is still wanted. The caller then reports the
    /// outcome with [`Self::put_in_force`] or [`Self::refused`].
    pub fn awaited(&self, ticket: u64) -> Option<ModelSource> {
        match &self.loading {
            Loading::Awaited(_, source) if self.wish.is(ticket) => Some(source.clone()),
            _ => None,
        }
    }

    /// Puts the awaited model in force. If it replaces a failed backend, this returns the error of
    /// that one.
    pub fn put_in_force(&mut self, loaded: Loaded) -> Option<String> {
        let replaces = self.pending() == Some(Purpose::Replacement);
        self.loading = Loading::No;
        self.in_force = Some(loaded);
        self.broken.take().filter(|_| replaces)
    }

    /// Notes that the awaited model cannot be used. If the backend of the model in force has failed
    /// meanwhile, that model goes on with tract. A stream without a model gets the built-in one.
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

    /// Notes that the backend `failed` while running. A model that was asked for meanwhile is still
    /// wanted.
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
