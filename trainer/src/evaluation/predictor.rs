//! Runs a model on every clip of a split, on several threads.

use std::num::NonZeroUsize;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;
use tagline_engine::{Backend, BackendChoice, Model, Network};

use super::{EvaluateError, HeardWindows};
use crate::data::Clips;
use crate::inference::{self, run_or_replace};
use crate::work::{Count, Desk, Event, NO_LIMIT, Progress, Unit, ordered};

/// Probabilities `[clip][tag of the model]`.
pub type Predictions = Vec<Vec<f32>>;

/// A model with a network for each thread.
pub struct Predictor<'a> {
    model: &'a Model,
    networks: Vec<Box<dyn Network>>,
}

impl<'a> Predictor<'a> {
    /// Opens `jobs` networks. If `backend` leaves the choice open, it is made once for all of them.
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

    /// Runs the model on the first `heard_frames` frames of every clip, which `progress` hears of as
    /// `what`. The data must have been prepared with the model's front-end.
    ///
    /// # Errors
    /// [`EvaluateError`] if a clip cannot be read, the network fails, or `progress` ends it.
    pub fn predict(
        &mut self,
        clips: &Clips,
        heard_frames: usize,
        what: &str,
        progress: &dyn Progress,
    ) -> Result<Predictions, EvaluateError> {
        let (model, threads) = (self.model, self.networks.len());
        let networks = Mutex::new(self.networks.iter_mut());
        let start = || Ear {
            model,
            network: networks
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .next()
                .expect("a network for each thread"),
            windows: HeardWindows::new(clips, &model.info().front_end, heard_frames),
            window: vec![0.0; clips.bands() * clips.frames()],
        };
        let mut predictions = Vec::with_capacity(clips.len());
        let mut failed = None;
        let work = |ear: &mut Ear<'_>, clip: usize, desk: &Desk<'_, _>| {
            // If the work must end, nobody waits for it.
            let _ = desk.hand_on(ear.hear(clip), 0);
        };
        ordered(clips.len(), threads, NO_LIMIT, start, work, |_, heard| {
            match heard {
                // The end of a clip.
                None => return ControlFlow::Continue(()),
                Some(Ok(probabilities)) => predictions.push(probabilities),
                Some(Err(error)) => failed = Some(error),
            }
            let count = Count::new(what, Unit::Clips, predictions.len(), clips.len());
            progress.event(&Event::Counted(count));
            if progress.interrupted() {
                failed.get_or_insert(EvaluateError::Interrupted);
            }
            match failed {
                Some(_) => ControlFlow::Break(()),
                None => ControlFlow::Continue(()),
            }
        });
        failed.map_or(Ok(predictions), Err)
    }
}

/// A network with the buffers to run it on clips.
struct Ear<'a> {
    model: &'a Model,
    network: &'a mut Box<dyn Network>,
    windows: HeardWindows<'a>,
    window: Vec<f32>,
}

impl Ear<'_> {
    fn hear(&mut self, clip: usize) -> Result<Vec<f32>, EvaluateError> {
        self.windows.read(clip, &mut self.window)?;
        let mut probabilities = vec![0.0; self.model.info().tags.len()];
        run_or_replace(self.network, self.model, |network| {
            network.run(&self.window, &mut probabilities)
        })?;
        Ok(probabilities)
    }
}
