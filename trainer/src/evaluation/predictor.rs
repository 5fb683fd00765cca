//! A model run on every clip of a split, on several threads.

use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering};

use rayon::prelude::*;
use tagline_engine::{Backend, BackendChoice, Model, Network};

use super::{EvaluateError, HeardWindows};
use crate::data::Clips;
use crate::inference::{self, run_or_replace};

/// Probabilities `[clip][tag of the model]`.
pub type Predictions = Vec<Vec<f32>>;

/// Hears of every clip that a model has been run on, from any thread, and may end the work.
pub trait ClipProgress: Sync {
    /// One more clip is done.
    fn clip_done(&self);

    /// Whether the work shall end now.
    fn interrupted(&self) -> bool {
        false
    }
}

/// Nobody listens.
impl ClipProgress for () {
    fn clip_done(&self) {}
}

/// Hears of work that goes over clips several times.
pub trait Steps {
    /// `what` begins, over so many clips.
    fn step(&self, what: &str, clips: usize) -> Box<dyn ClipProgress + '_>;
}

/// Nobody listens.
impl Steps for () {
    fn step(&self, _what: &str, _clips: usize) -> Box<dyn ClipProgress + '_> {
        Box::new(())
    }
}

/// A model with a network for each thread.
pub struct Predictor<'a> {
    model: &'a Model,
    networks: Vec<Box<dyn Network>>,
}

impl<'a> Predictor<'a> {
    /// Opens `jobs` networks. What `backend` leaves open is decided once.
    ///
    /// # Errors
    /// [`EvaluateError::Inference`] if no backend can run the model.
    pub fn open(
        model: &'a Model,
        backend: BackendChoice,
        library_dirs: &[PathBuf],
        jobs: NonZeroUsize,
    ) -> Result<Self, EvaluateError> {
        let first = inference::open(model, backend, library_dirs)?;
        let settled = BackendChoice::Only(first.backend());
        let open = |_| Ok(inference::open(model, settled, library_dirs)?);
        let others = (1..jobs.get()).into_par_iter().map(open);
        let mut networks = others.collect::<Result<Vec<_>, EvaluateError>>()?;
        networks.push(first);
        Ok(Self { model, networks })
    }

    /// What runs the networks.
    #[must_use]
    pub fn backend(&self) -> Backend {
        self.networks[0].backend()
    }

    /// Runs the model on the first `heard_frames` frames of every clip. The data must have been
    /// prepared with the model's front-end.
    ///
    /// # Errors
    /// [`EvaluateError`] if a clip cannot be read, the network fails, or `progress` ends it.
    pub fn predict(
        &mut self,
        clips: &Clips,
        heard_frames: usize,
        progress: &dyn ClipProgress,
    ) -> Result<Predictions, EvaluateError> {
        let (model, next) = (self.model, &AtomicUsize::new(0));
        let done = std::thread::scope(|scope| {
            let workers: Vec<_> = self
                .networks
                .iter_mut()
                .map(|network| {
                    scope.spawn(move || {
                        let done = work(model, network, clips, heard_frames, next, progress);
                        if done.is_err() {
                            // The others need not go on.
                            next.store(clips.len(), Ordering::Relaxed);
                        }
                        done
                    })
                })
                .collect();
            let joined = workers.into_iter().map(|worker| match worker.join() {
                Ok(done) => done,
                Err(panic) => std::panic::resume_unwind(panic),
            });
            joined.collect::<Result<Vec<_>, _>>()
        })?;
        // Asked for during the last clips, before which nobody looks again.
        if progress.interrupted() {
            return Err(EvaluateError::Interrupted);
        }
        let mut predictions = vec![Vec::new(); clips.len()];
        for (clip, probabilities) in done.into_iter().flatten() {
            predictions[clip] = probabilities;
        }
        Ok(predictions)
    }
}

/// Takes clip after clip until none is left.
fn work(
    model: &Model,
    network: &mut Box<dyn Network>,
    clips: &Clips,
    heard_frames: usize,
    next: &AtomicUsize,
    progress: &dyn ClipProgress,
) -> Result<Vec<(usize, Vec<f32>)>, EvaluateError> {
    let mut windows = HeardWindows::new(clips, &model.info().front_end, heard_frames);
    let mut window = vec![0.0; clips.bands() * clips.frames()];
    let mut done = Vec::new();
    loop {
        let clip = next.fetch_add(1, Ordering::Relaxed);
        if clip >= clips.len() {
            return Ok(done);
        }
        if progress.interrupted() {
            return Err(EvaluateError::Interrupted);
        }
        windows.read(clip, &mut window)?;
        let mut probabilities = vec![0.0; model.info().tags.len()];
        run_or_replace(network, model, |network| {
            network.run(&window, &mut probabilities)
        })?;
        done.push((clip, probabilities));
        progress.clip_done();
    }
}
