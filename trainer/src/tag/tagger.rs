//! A network that tags windows, and the networks of one model that are kept open.

use std::sync::{Mutex, PoisonError};

use tagline_engine::{Backend, BackendChoice, Due, InferenceError, Network, NetworkState};

use super::Tagging;
use crate::inference::{self, run_or_replace};

/// A network with what is asked of it, for one file or stream after another.
pub struct Tagger {
    tagging: Tagging,
    network: Box<dyn Network>,
}

impl Tagger {
    /// Opens the network.
    ///
    /// # Errors
    /// [`InferenceError`] if not even tract can run it.
    pub fn new(tagging: &Tagging) -> Result<Self, InferenceError> {
        Ok(Self {
            network: inference::open(&tagging.model, tagging.backend, &tagging.library_dirs)?,
            tagging: tagging.clone(),
        })
    }

    /// What is asked of it.
    #[must_use]
    pub fn tagging(&self) -> &Tagging {
        &self.tagging
    }

    /// What runs the network.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.network.backend()
    }

    /// The probabilities and the embedding of a window.
    pub(super) fn run(
        &mut self,
        state: &mut NetworkState,
        due: &Due,
        window: &[f32],
    ) -> Result<(Vec<f32>, Vec<f32>), InferenceError> {
        let info = self.tagging.model.info();
        let mut probabilities = vec![0.0; info.tags.len()];
        run_or_replace(&mut self.network, &self.tagging.model, |network| {
            network.run_next(state, due.into(), window, &mut probabilities)
        })?;
        if !self.tagging.raw {
            info.calibrate(&mut probabilities);
        }
        Ok((probabilities, self.network.embedding().to_vec()))
    }
}

/// Networks of one model: each is opened when it is needed first, and kept for what comes next.
pub struct Networks {
    /// What the first network runs on, once it has compared the backends.
    settled: Tagging,
    idle: Mutex<Vec<Box<dyn Network>>>,
}

impl Networks {
    /// Opens the first network of `tagging`'s model.
    ///
    /// # Errors
    /// [`InferenceError`] if no backend can run the model.
    pub fn open(tagging: &Tagging) -> Result<Self, InferenceError> {
        let first = Tagger::new(tagging)?;
        Ok(Self {
            settled: Tagging {
                backend: BackendChoice::Only(first.backend()),
                ..first.tagging
            },
            idle: Mutex::new(vec![first.network]),
        })
    }

    /// What was asked when the first network was opened, on the backend that runs it.
    #[must_use]
    pub fn tagging(&self) -> &Tagging {
        &self.settled
    }

    /// A tagger that does as `tagging`, of the same model, says. [`Self::keep`] takes it back.
    ///
    /// # Errors
    /// [`InferenceError`] if one more network cannot be opened.
    pub fn tagger(&self, tagging: &Tagging) -> Result<Tagger, InferenceError> {
        let tagging = Tagging {
            backend: self.settled.backend,
            ..tagging.clone()
        };
        let idle = self
            .idle
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .pop();
        match idle {
            Some(network) => Ok(Tagger { tagging, network }),
            None => Tagger::new(&tagging),
        }
    }

    /// Keeps a tagger's network for the next one.
    pub fn keep(&self, tagger: Tagger) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        idle.push(tagger.network);
    }
}
