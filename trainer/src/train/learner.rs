//! A network that learns, one step at a time.

use super::TrainError;
use super::adam::{Adam, Moments};
use super::batches::Batch;
#[cfg(feature = "burn")]
use super::cards::CardLearner;
use super::device::{Computer, Kind};
use crate::arch::{Architecture, MOMENTUM, Parameters};
use crate::cpu::{Processor, Windows};

/// A network, its optimizer, and what computes.
pub struct Learner(On);

enum On {
    Processor(Box<ProcessorLearner>),
    #[cfg(feature = "burn")]
    Cards(Box<CardLearner>),
}

impl Learner {
    /// The network with these numbers, ready for its first step on `computer`.
    #[must_use]
    pub fn new(
        architecture: &'static Architecture,
        parameters: &Parameters,
        clip_norm: f64,
        computer: &Computer,
    ) -> Self {
        Self(match &computer.kind {
            Kind::Processor => On::Processor(Box::new(ProcessorLearner {
                passes: Processor::new(architecture),
                parameters: parameters.clone(),
                adam: Adam::new(clip_norm),
            })),
            #[cfg(feature = "burn")]
            Kind::Cards(cards) => {
                let learner = CardLearner::new(architecture, parameters, clip_norm, cards);
                On::Cards(Box::new(learner))
            }
        })
    }

    /// The network's numbers as they are now.
    ///
    /// # Errors
    /// [`TrainError::Card`] if a graphics card fails.
    pub fn parameters(&self) -> Result<Parameters, TrainError> {
        match &self.0 {
            On::Processor(learner) => Ok(learner.parameters.clone()),
            #[cfg(feature = "burn")]
            On::Cards(learner) => learner.parameters(),
        }
    }

    /// What the optimizer remembers of the network, whose numbers are `parameters`; `None` before the
    /// first step.
    ///
    /// # Errors
    /// [`TrainError::Card`] if a graphics card fails.
    #[cfg_attr(not(feature = "burn"), allow(unused_variables))]
    pub(super) fn moments(&self, parameters: &Parameters) -> Result<Option<Moments>, TrainError> {
        match &self.0 {
            On::Processor(learner) => Ok(learner.adam.moments().cloned()),
            #[cfg(feature = "burn")]
            On::Cards(learner) => learner.moments(parameters),
        }
    }

    /// Goes on with what an optimizer remembered.
    pub(super) fn remember(&mut self, moments: Moments) {
        match &mut self.0 {
            On::Processor(learner) => learner.adam.remember(moments),
            #[cfg(feature = "burn")]
            On::Cards(learner) => learner.remember(moments),
        }
    }

    /// One step of Adam at `rate` on `batch`, with dropout by `seed`; the loss before it.
    ///
    /// # Errors
    /// [`TrainError::Card`] if a graphics card fails.
    pub fn step(&mut self, batch: &Batch, rate: f64, seed: u64) -> Result<f32, TrainError> {
        match &mut self.0 {
            On::Processor(learner) => Ok(learner.step(batch, rate, seed)),
            #[cfg(feature = "burn")]
            On::Cards(learner) => learner.step(batch, rate, seed),
        }
    }

    /// Probabilities `[clip, tag]`.
    ///
    /// # Errors
    /// [`TrainError::Card`] if a graphics card fails.
    pub fn predict(&mut self, windows: Windows<'_>) -> Result<Vec<f32>, TrainError> {
        match &mut self.0 {
            On::Processor(learner) => Ok(learner.passes.predict(&learner.parameters, windows)),
            #[cfg(feature = "burn")]
            On::Cards(learner) => learner.predict(windows),
        }
    }
}

struct ProcessorLearner {
    passes: Processor,
    parameters: Parameters,
    adam: Adam,
}

impl ProcessorLearner {
    fn step(&mut self, batch: &Batch, rate: f64, seed: u64) -> f32 {
        let parameters = &mut self.parameters;
        let windows = batch.windows();
        let found = self
            .passes
            .gradients(parameters, windows, &batch.labels, Some(seed));
        for (block, found) in parameters.blocks.iter_mut().zip(&found.parameters.blocks) {
            follow(&mut block.mean, &found.mean);
            follow(&mut block.variance, &found.variance);
        }
        self.adam.step(parameters, found.parameters, rate);
        found.loss
    }
}

/// Running statistics after one more batch.
fn follow(running: &mut [f32], batch: &[f32]) {
    for (running, batch) in running.iter_mut().zip(batch) {
        *running = *running * (1.0 - MOMENTUM) as f32 + batch * MOMENTUM as f32;
    }
}
