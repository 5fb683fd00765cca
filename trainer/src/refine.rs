//! Trains a model's upper blocks on: [`refine`].
//!
//! The lower blocks, which most of the work of a network lies in, stay as they are. What they make of
//! every clip is computed once (`features`), and only what is above them learns, in minutes where a
//! whole training takes hours. The network keeps its size and its cost.

mod features;

use std::time::Instant;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use tagline_engine::{Model, ModelInfo};

use crate::arch::{Architecture, Parameters};
use crate::convert::export::{ExportError, to_model};
use crate::cpu::Windows;
use crate::data::{Clips, DataError, Dataset, Split};
use crate::metrics::{Answers, AnswersError, Bootstrap, truth_of};
use crate::spread::spread;
use crate::train::{
    Batch, DeviceChoice, Learner, Precision, Schedule, TrainError, balanced, norm_as_they_are,
    of_model,
};
use features::Features;

pub use features::Lower;

/// Part of the steps in which the learning rate rises.
const WARM_UP: f64 = 0.05;
/// Largest norm of a tensor's gradient.
const CLIP_NORM: f64 = 1.0;
/// Clips that the norms of the model are measured on.
const HEARD_CLIPS: usize = 32;
/// Clips that are predicted side by side.
const PREDICTED: usize = 32;

/// How a model is refined.
#[derive(Clone, Debug, PartialEq)]
pub struct Refinement {
    /// The network that the model is of.
    pub architecture: &'static Architecture,
    /// Blocks that learn, from the top.
    pub blocks: usize,
    /// Times that every clip is seen.
    pub epochs: usize,
    /// Clips a step.
    pub batch: usize,
    /// Highest learning rate.
    pub learning_rate: f64,
    /// Gently altered views of each clip, beside itself: level, equaliser, a little noise.
    pub views: usize,
    /// See clips with rare tags more often.
    pub balance: bool,
    /// Take the network of the last epoch, and not that of the lowest loss on the validation splits, where
    /// these are too few sources to choose by.
    pub last: bool,
    /// Clips whose name begins with one of these are not trained on.
    pub without: Vec<String>,
    /// Seed of order, views and dropout.
    pub seed: u64,
}

/// Why a model is not refined.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RefineError {
    /// An option makes no sense.
    #[error("{0}")]
    Option(String),
    /// The model cannot be trained on.
    #[error("the model cannot be refined on these data: {0}")]
    Model(String),
    /// The data cannot be read.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The training fails.
    #[error(transparent)]
    Train(#[from] TrainError),
    /// An answer is no number.
    #[error(transparent)]
    Answers(#[from] AnswersError),
    /// The loss is no number any more.
    #[error("epoch {epoch}: the loss is {loss}; refine at a lower --lr")]
    Diverged {
        /// The epoch.
        epoch: usize,
        /// The loss.
        loss: f32,
    },
    /// The model cannot be written.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Ctrl-C.
    #[error("interrupted; nothing is written")]
    Interrupted,
}

/// What there is to say while a model is refined.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum RefineEvent {
    /// What the lower blocks make of the clips is being computed.
    Hearing {
        /// Windows that are done.
        done: usize,
        /// All windows.
        of: usize,
    },
    /// An epoch is done; the number 0 is the model as it was.
    Epoch {
        /// Its number.
        epoch: usize,
        /// Mean loss of its steps.
        loss: f64,
        /// Mean loss on the validation split.
        valid_loss: f64,
        /// Macro ROC-AUC on the validation split.
        roc_auc: f64,
        /// Seconds it took.
        seconds: f64,
    },
}

/// Refines `model` on `data`, one data set or several of the same tags; the network of the epoch with the
/// lowest loss on the validation splits, or the last, as a model with the metadata `info`. `report` is told how it
/// goes and may end it by `false`.
///
/// # Errors
/// [`RefineError`]; nothing is written.
pub fn refine(
    model: &Model,
    data: &[Dataset],
    refinement: &Refinement,
    info: &ModelInfo,
    mut report: impl FnMut(RefineEvent) -> bool,
) -> Result<Model, RefineError> {
    check(refinement)?;
    let architecture = refinement.architecture;
    let (mut train, mut valid) = (Vec::new(), Vec::new());
    let first = data
        .first()
        .ok_or_else(|| RefineError::Option("no data".to_owned()))?;
    for data in data {
        if data.tags() != first.tags() {
            let text = format!("{} and {} have other tags", first.name(), data.name());
            return Err(RefineError::Option(text));
        }
        let mut without = refinement.without.iter();
        let clips = data.split(Split::Train)?;
        train.extend(without.try_fold(clips, |clips, prefix| clips.not_named(prefix)));
        valid.push(data.split(Split::Valid)?);
    }
    if train.iter().map(Clips::len).sum::<usize>() < 2 {
        let text = "fewer than two clips are left to train on".to_owned();
        return Err(RefineError::Option(text));
    }
    let (tags, spec) = (first.tags(), first.front_end());
    let mut whole = of_model(model, architecture, 1.0, (tags, spec)).map_err(RefineError::Model)?;
    let mut heard = Vec::new();
    for clips in &train {
        let windows = spread(clips, HEARD_CLIPS.div_ceil(train.len()));
        heard.extend(windows.collect::<Result<Vec<_>, _>>()?);
    }
    let window = [spec.input_bands(), spec.frames];
    norm_as_they_are(architecture, &mut whole, &heard.concat(), window);

    let unlearning = architecture.blocks.len() - refinement.blocks;
    let lower = Lower::of(architecture, &whole, unlearning);
    let upper = lower.above(architecture, &whole);
    let count = |all: &[Clips]| all.iter().map(Clips::len).sum::<usize>();
    let of = count(&train) * (1 + refinement.views) + count(&valid);
    let mut done = 0;
    let mut each = || {
        done += 1;
        report(RefineEvent::Hearing { done, of })
    };
    let mut heard = Features::none(&lower, window, refinement.views, refinement.seed);
    for clips in &train {
        heard.add(&lower, clips, spec, &mut each)?;
    }
    let mut checked = Features::none(&lower, window, 0, 0);
    for clips in &valid {
        checked.add(&lower, clips, spec, &mut each)?;
    }

    let computer = DeviceChoice::Cpu.open(1, Precision::F32)?;
    let mut learner = Learner::new(lower.rest(), &upper, CLIP_NORM, &computer);
    let size = refinement.batch.min(heard.clips());
    let steps = heard.clips() / size;
    let schedule = Schedule {
        peak: refinement.learning_rate,
        warm_up: ((steps * refinement.epochs) as f64 * WARM_UP) as usize,
        steps: steps * refinement.epochs,
    };
    let mut best: Option<(f64, Parameters)> = None;
    for epoch in 0..=refinement.epochs {
        let begun = Instant::now();
        let mut sum = 0.0;
        if epoch > 0 {
            let order = order(&heard, refinement, epoch);
            for step in 0..steps {
                let batch = heard.batch(&order[step * size..][..size], epoch);
                let at = (epoch - 1) * steps + step;
                let seed = refinement.seed ^ ((at as u64) << 20);
                let loss = learner.step(&batch, schedule.rate(at), seed)?;
                if !loss.is_finite() {
                    return Err(RefineError::Diverged { epoch, loss });
                }
                sum += f64::from(loss);
            }
        }
        let (valid_loss, roc_auc) = validate(&mut learner, &checked, tags)?;
        let goes_on = report(RefineEvent::Epoch {
            epoch,
            loss: sum / steps as f64,
            valid_loss,
            roc_auc,
            seconds: begun.elapsed().as_secs_f64(),
        });
        if !goes_on {
            return Err(RefineError::Interrupted);
        }
        let better = |(lowest, _): &(f64, _)| refinement.last || valid_loss < *lowest;
        if best.as_ref().is_none_or(better) {
            best = Some((valid_loss, learner.parameters()?));
        }
    }
    let upper = best.map_or(upper, |(_, parameters)| parameters);
    Ok(to_model(architecture, &lower.with(upper), info)?)
}

/// The numbers of a model of `architecture` that this trainer exported, its batch norms folded into its
/// kernels.
///
/// # Errors
/// [`RefineError::Model`] if it is of another network.
pub fn parameters(
    model: &Model,
    architecture: &'static Architecture,
) -> Result<Parameters, RefineError> {
    let info = model.info();
    of_model(model, architecture, 1.0, (&info.tags, &info.front_end)).map_err(RefineError::Model)
}

fn check(refinement: &Refinement) -> Result<(), RefineError> {
    let all = refinement.architecture.blocks.len();
    let fine = |fine: bool, what: &str| match fine {
        true => Ok(()),
        false => Err(RefineError::Option(what.to_owned())),
    };
    fine(
        (1..all).contains(&refinement.blocks),
        "--blocks must leave at least one block to learn and one as it is",
    )?;
    fine(refinement.epochs > 0, "--epochs must be at least 1")?;
    fine(refinement.batch > 1, "--batch must be at least 2")?;
    let rate = refinement.learning_rate;
    fine(
        rate > 0.0 && rate <= 1.0,
        "--lr must be above 0 and at most 1",
    )
}

/// The clips of an epoch, in its order.
fn order(heard: &Features, refinement: &Refinement, epoch: usize) -> Vec<usize> {
    let mut random = ChaCha8Rng::seed_from_u64(refinement.seed);
    random.set_stream(epoch as u64);
    let mut order = match refinement.balance {
        true => balanced(|clip| heard.labels(clip), heard.clips(), &mut random),
        false => (0..heard.clips()).collect(),
    };
    order.shuffle(&mut random);
    order
}

/// Mean cross-entropy of the labels that are known, and macro ROC-AUC.
fn validate(
    learner: &mut Learner,
    heard: &Features,
    tags: &[String],
) -> Result<(f64, f64), RefineError> {
    let mut answers = Answers::new(tags);
    let (mut loss, mut known) = (0.0, 0.0);
    let numbers: Vec<usize> = (0..heard.clips()).collect();
    for part in numbers.chunks(PREDICTED) {
        let Batch { size, windows, .. } = heard.batch(part, 0);
        let predicted = learner.predict(Windows {
            values: &windows,
            clips: part.len(),
            size,
        })?;
        for (clip, probabilities) in part.iter().zip(predicted.chunks_exact(tags.len())) {
            let labels = heard.labels(*clip);
            for (p, label) in probabilities
                .iter()
                .zip(labels)
                .filter(|(_, y)| !y.is_nan())
            {
                let (p, label) = (f64::from(p.clamp(1e-6, 1.0 - 1e-6)), f64::from(*label));
                loss -= label * p.ln() + (1.0 - label) * (1.0 - p).ln();
                known += 1.0;
            }
            answers.push(
                probabilities.iter().map(|p| f64::from(*p)),
                labels.iter().copied().map(truth_of),
            )?;
        }
    }
    let scores = answers.score(Bootstrap::NONE);
    let roc_auc = scores.macro_roc_auc.ok_or(TrainError::NothingToMeasure)?;
    Ok((loss / f64::max(known, 1.0), roc_auc))
}
